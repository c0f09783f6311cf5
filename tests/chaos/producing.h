#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace sluice::test {

// Fills a topic from a thread of its own until it is told to end: plain messages, and transactions
// that commit or abort. A message is {"id":N,"note":"KIND"}; no two have the same id. It goes on
// after the broker was away, with messages whose fate nobody knows left behind. Each round of some
// hundred messages has a client of its own; `pause` after each leaves the machine to the others.
class Producing {
 public:
  Producing(std::string bootstrap, std::string topic, std::uint64_t seed,
            std::chrono::milliseconds pause);
  ~Producing() { end(); }

  void set_partitions(int count) { partitions_ = count; }
  void end();

  // Ids that the broker has acknowledged, or whose transaction it has committed.
  std::set<std::int64_t> acknowledged() const;
  int transactions_committed() const { return committed_; }
  int transactions_aborted() const { return aborted_; }
  int failures() const { return failures_; }
  // What the last of them was; to be asked after end().
  const std::string& last_failure() const { return last_failure_; }

 private:
  void run(std::uint64_t seed);
  void round(std::uint64_t dice);

  std::string bootstrap_;
  std::string topic_;
  std::chrono::milliseconds pause_;
  std::atomic<int> partitions_{1};
  std::atomic<bool> ending_{false};
  std::atomic<int> committed_{0};
  std::atomic<int> aborted_{0};
  std::atomic<int> failures_{0};
  std::string last_failure_;
  std::int64_t next_id_;
  mutable std::mutex mutex_;
  std::set<std::int64_t> acknowledged_;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace sluice::test
