#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chaos/schedule.h"
#include "chaos/stage.h"

namespace sluice::test {

// Strikes the blows of a schedule, and counts those that hit something. One thread; what lasts goes
// on in threads of its own.
class Blows {
 public:
  explicit Blows(Stage& stage) : stage_(stage) {}

  void strike(const Event& event);

  // A kill of the loading run waits until that has committed something, and what needs a broker
  // until one that is away is back: to be called often.
  void strike_what_waits();

  // Waits until all that lasts is over: frozen runs go on, brokers are there again, locks are free.
  // Throws what went wrong meanwhile.
  void settle();

  int kills() const { return kills_; }
  // How many of them fell between the first and the last commit of a run.
  int kills_between_commits() const { return static_cast<int>(killed_jobs_.size()); }
  std::map<Blow, int> counts() const;
  // A line for each that could not be struck, e.g. by a broker that has just come back.
  const std::vector<std::string>& not_done() const { return not_done_; }
  // The greatest offset that records of the partition were deleted below, or may have been.
  std::int64_t deleted_below(int partition) const;

 private:
  void try_to_strike(const Event& event);
  void kill_what_has_committed();
  void count(Blow blow);
  bool kill(int which);
  std::optional<std::string> job_between_commits() const;
  void freeze(const Event& event);
  void hold(const Event& event, const char* begin);
  void take_broker(const Event& event);
  void remove_lock();
  void add_partition();
  void delete_loaded(const Event& event);
  void delete_unread(const Event& event);
  void delete_below(int partition, std::int64_t before);
  // Nothing where the table does not know the partition yet.
  std::optional<std::int64_t> stored_position(int partition) const;
  void background(std::function<void()> work);

  Stage& stage_;
  std::deque<Event> waiting_;  // for a broker
  int wanted_kills_ = 0;
  int kills_ = 0;
  std::set<std::string> killed_jobs_;
  std::vector<std::string> not_done_;
  std::map<int, std::int64_t> deleted_below_;  // by partition
  mutable std::mutex mutex_;
  std::map<Blow, int> counts_;
  std::atomic<bool> broker_is_away_ = false;
  std::vector<std::future<void>> background_;  // last: they use all of the others
};

}  // namespace sluice::test
