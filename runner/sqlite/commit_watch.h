#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"

namespace sluice {

// Tells the log of commits that take long, and of other waits for the same disk (the -wal file is
// emptied): nothing limits how long a disk may block, and whoever kills the process for it must
// find the reason there.
//
// One that takes longer than 5 s is told of while it lasts, and again every 60 s, by a thread of
// its own, which begins with the first commit; where the system has none, nothing is said
// meanwhile. One that took longer than 1 s is told of when it is over, unless the last word is
// younger than 60 s and was about another one.
class CommitWatch {
 public:
  // The clock must outlive it. `path` is that of the database.
  CommitWatch(std::string path, const Clock& clock);
  ~CommitWatch();
  CommitWatch(const CommitWatch&) = delete;
  CommitWatch& operator=(const CommitWatch&) = delete;

  // A commit that lasts as long as its scope. One after another, by one thread.
  class Commit {
   public:
    explicit Commit(CommitWatch& watch) : watch_(watch) { watch_.begin(); }
    ~Commit() { watch_.end(); }
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;

   private:
    CommitWatch& watch_;
  };

 private:
  void begin();
  void end();
  void run();
  bool may_speak(Clock::Instant now) const;
  void say(Clock::Instant now, const char* how_long, const char* who_was);

  const std::string path_;
  const Clock& clock_;

  std::mutex mutex_;
  std::condition_variable closing_;
  bool is_closing_ = false;
  std::optional<Clock::Instant> began_;  // the commit that is under way
  bool is_told_of_ = false;              // that one
  std::optional<Clock::Instant> spoke_at_;
  bool has_begun_ = false;  // the first one
  std::thread thread_;      // last: it uses all of the others
};

}  // namespace sluice
