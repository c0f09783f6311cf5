#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/message.h"
#include "plan/positions.h"

namespace sluice {

// Knows the logs again that a table was loaded from: the last message that was taken from a
// partition is read again, as the first of its partition, and must be the same. A topic that was
// created anew and has grown past our offset shows in nothing else. Until then nothing of the
// partition may be taken.
//
// A partition that has no such message cannot show by itself that its topic is the same; it waits
// for one of its topic that can, where there is any, whoever reads that. Pure bookkeeping; a
// partition is the business of the one thread that reads it.
class LogCheck {
 public:
  LogCheck(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  const PartitionId& id(PartitionIndex partition) const { return states_[partition].id; }

  // Where reading begins: at the message that is to be known again, else at the partition's start.
  Offset first_offset(PartitionIndex partition) const;

  // Whether its last message is still to be met.
  bool is_open(PartitionIndex partition) const { return states_[partition].expected.has_value(); }

  // Whether it must wait for another partition of its topic.
  bool must_wait(PartitionIndex partition) const;

  // For who only has partitions that must: waits at most so long until one of them must not.
  void wait(std::chrono::milliseconds most, const std::function<bool()>& must_no_more);

  // What the first message of an open partition tells.
  enum class Finding {
    same,   // it is the one: the partition is known again, the message is to be dropped
    other,  // another message stands in its place
    gone,   // it is not there any more: compaction takes messages, and so does nothing else
  };
  Finding meet(const Message& message);

  // Whatever was expected will not come, which is no sign of another log.
  void give_up(PartitionIndex partition);

  // What to tell of a log that is another one. `found` the message in its place, or null.
  ReplacedLog replaced(PartitionIndex partition, const Message* found) const;

 private:
  struct State {
    PartitionId id;
    std::size_t topic = 0;
    Offset from_offset = 0;
    std::optional<Fingerprint> expected;  // until it was met
  };

  struct Topic {
    std::atomic<std::size_t> open = 0;
    std::atomic<bool> is_known = false;
  };

  void close(PartitionIndex partition);

  std::vector<State> states_;
  std::vector<Topic> topics_;
  std::mutex mutex_;
  std::condition_variable closed_;
};

}  // namespace sluice
