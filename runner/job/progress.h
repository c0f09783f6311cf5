#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/message.h"
#include "plan/positions.h"
#include "plan/segments.h"

namespace sluice {

// How far a worker of a job has come with reading, partition by partition: it knows which messages
// still belong to the job and when a partition is done. Those of other workers are none of its
// business, and done.
//
// A partition is done when its position reaches its target, however it gets there: by a message,
// or by the source's proof that nothing is left (a log may end in transaction markers, aborted
// messages or holes of compaction, where no message ever comes). A message at or behind the target
// proves it as well. Where the log is still to be known again (PlannedPartition::last), nothing is
// done before know(). Pure bookkeeping; one thread.
class Progress {
 public:
  Progress(const std::vector<PlannedPartition>& partitions, const Segment& segment);

  enum class Verdict {
    take,  // part of the job
    drop,  // behind the partition's end, or seen already
  };
  // Whether meet() would take the message.
  bool would_take(const Message& message) const;
  // The next message of its partition. A message that is taken moves the position.
  Verdict meet(const Message& message);

  // The log holds nothing for us below `next_offset`. Returns the position to store, which never
  // passes a range's end; nothing where it does not move.
  std::optional<Offset> prove(PartitionIndex partition, Offset next_offset);

  // The partition's log turned out to be the one that was loaded.
  void know(PartitionIndex partition);

  bool is_done(PartitionIndex partition) const { return states_[partition].done; }
  std::size_t open() const { return open_; }
  bool all_done() const { return open_ == 0; }
  // Partitions that became done since the last call.
  std::vector<PartitionIndex> newly_done();

  // Where a done partition that dropped a message stands: the target, proven by that message.
  Offset next_offset(PartitionIndex partition) const { return states_[partition].next_offset; }
  std::int64_t taken() const { return taken_; }

 private:
  struct State {
    Offset next_offset = 0;
    std::optional<Offset> target_offset;
    bool target_is_range_end = false;
    std::optional<EpochMs> until_timestamp;
    bool known = true;
    bool done = false;

    bool is_behind_target(const Message& message) const {
      return target_offset && message.offset >= *target_offset;
    }
    bool is_too_late(const Message& message) const {
      return until_timestamp && message.timestamp_ms >= *until_timestamp;
    }
  };

  void move(PartitionIndex partition, Offset next_offset);
  void finish(PartitionIndex partition);

  std::vector<State> states_;
  std::vector<PartitionIndex> newly_done_;
  std::size_t open_ = 0;
  std::int64_t taken_ = 0;
};

}  // namespace sluice
