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
// created anew and has grown past our offset shows in nothing else. Where that happened while a job
// read, the last message is one of the new log: then the anchor, which the log was known by before
// that job took any, is read first. Until then nothing of the partition may be taken.
//
// A partition that has no such message cannot show by itself that its topic is the same; it waits
// for one of its topic that can, where there is any, and for all anchors, whoever reads those. Pure
// bookkeeping; a partition is the business of the one thread that reads it.
class LogCheck {
 public:
  LogCheck(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  const PartitionId& id(PartitionIndex partition) const { return states_[partition].id; }

  // Where reading goes on: at the message that is to be known again next, else at the partition's
  // start.
  Offset first_offset(PartitionIndex partition) const;

  // Whether a message of it is still to be met.
  bool is_open(PartitionIndex partition) const { return states_[partition].last.has_value(); }
  bool awaits_anchor(PartitionIndex partition) const {
    return states_[partition].anchor.has_value();
  }

  // Whether it must wait for another partition of its topic.
  bool must_wait(PartitionIndex partition) const;

  // For who only has partitions that must: waits at most so long until one of them must not.
  void wait(std::chrono::milliseconds most, const std::function<bool()>& must_no_more);

  // What a message of an open partition tells of the one that is expected next.
  enum class Finding {
    before,  // nothing: it comes on the way there and is to be dropped
    same,    // it is the one, and is to be dropped; the partition may still be open
    other,   // another message stands in its place
    gone,    // it is not there any more: compaction takes messages, and so does nothing else
  };
  Finding meet(const Message& message);

  // The message that is expected next will not come, which is no sign of another log.
  void give_up(PartitionIndex partition);

  // What to tell of a log that is another one. `found` the message in its place, or null.
  ReplacedLog replaced(PartitionIndex partition, const Message* found) const;

  // Those whose log is known, or could never be. Once nobody reads.
  std::vector<PartitionIndex> decided() const;

  // Those that had an anchor and are open no more. Once nobody reads.
  std::vector<PartitionIndex> known() const;

 private:
  struct State {
    PartitionId id;
    std::size_t topic = 0;
    Offset from_offset = 0;
    bool had_anchor = false;
    std::optional<Fingerprint> anchor;  // until it was met
    std::optional<Fingerprint> last;    // until both were

    const std::optional<Fingerprint>& expected() const { return anchor ? anchor : last; }
  };

  struct Topic {
    std::atomic<std::size_t> open = 0;
    std::atomic<std::size_t> anchors = 0;  // that are still to be met
    std::atomic<bool> is_known = false;
  };

  void close(PartitionIndex partition);

  std::vector<State> states_;
  std::vector<Topic> topics_;
  std::mutex mutex_;
  std::condition_variable closed_;
};

}  // namespace sluice
