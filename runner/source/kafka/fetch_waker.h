#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "source/kafka/handles.h"

namespace sluice {

// Wakes librdkafka's fetchers.
//
// They stop while the local queue is full, and before librdkafka 2.2.0 nothing but a request to the
// same broker makes them look again before a second is over. So the leader of every partition is
// asked for an offset, which nobody needs, by a thread of its own: the only calls that ask a leader
// wait for its answer.
class FetchWaker {
 public:
  // The client must outlive it. The thread begins with the first wake().
  explicit FetchWaker(rd_kafka_t* client);
  // Waits for the request under way, 200 ms at most.
  ~FetchWaker();
  FetchWaker(const FetchWaker&) = delete;
  FetchWaker& operator=(const FetchWaker&) = delete;

  void add(const std::string& topic, std::int32_t partition);
  void remove(const std::string& topic, std::int32_t partition);

  // Waits for nothing. While a request is under way all calls together are for one more.
  void wake();

 private:
  void run();

  rd_kafka_t* client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  PartitionListHandle partitions_;
  bool is_wanted_ = false;
  bool is_closing_ = false;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace sluice
