#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// What a partition's log looks like now.
struct PartitionLog {
  std::int32_t partition = 0;
  Offset low_offset = 0;  // of the first message that can still be read
  Offset end_offset = 0;  // one past the last that may be read (the last stable offset)
  // Offsets for the plan's `timestamp` and `until_timestamp`, where it has them: of the first
  // message at or after that time; nothing where the log has none.
  std::optional<Offset> timestamp_offset;
  std::optional<Offset> until_timestamp_offset;
};

// A topic as its cluster describes it, partitions in order from 0.
struct TopicLog {
  std::string cluster_id;  // empty where the broker does not tell
  std::vector<PartitionLog> partitions;
};

// One row of <table>__metadata.
struct StoredPosition {
  PartitionId id;
  Offset next_offset = 0;
  Offset end_offset = 0;
  std::int64_t generation = 1;
  std::string cluster_id;
};

// Why a partition starts where it starts; the words of `sluice plan`.
enum class StartReason {
  stored,  // the table is here already
  offset_number,
  timestamp,
  earliest,
  latest,
  new_partition,  // appeared after the topic's first load
};
std::string_view name_of(StartReason reason);

// One partition of a job. The index in the list is its PartitionIndex.
struct PlannedPartition {
  PartitionId id;
  std::size_t topic = 0;  // index in LoadPlan::topics
  Offset from_offset = 0;
  StartReason reason = StartReason::earliest;
  Offset low_offset = 0;
  Offset end_offset = 0;  // seen at the start
  std::int64_t generation = 1;
  std::string cluster_id;
  bool is_stored = false;  // has a row in the metadata already

  // The partition is done when its position reaches this; nothing: it has no end.
  std::optional<Offset> target_offset;
  bool target_is_range_end = false;  // the range ends here, not the log
  // The partition is done at the first message at or after this time (only where the log did not
  // hold one at the start and the end is waited for).
  std::optional<EpochMs> until_timestamp;

  std::string note;  // for the person: "7 is below the log start: begins at 20"; else empty

  // Whether the start could not be found again from the log, so that it must be on disk first.
  bool start_must_be_durable() const {
    return !is_stored && reason != StartReason::earliest && reason != StartReason::new_partition;
  }
};

// Decides for every selected partition where it starts and where it ends: stored next offset, else
// offset_number or timestamp, else the topic's policy; a partition that is new to a topic which
// the table has been loaded from starts at its earliest offset. Pure.
//
// `logs` stands beside plan.topics. Throws Error{source_changed} where the log is not the one that
// was loaded (messages lost to retention, log cut, fewer partitions, other cluster), listing every
// partition with what was expected and found, and Error{definition} where a selected partition
// does not exist.
std::vector<PlannedPartition> plan_positions(const LoadPlan& plan, std::span<const TopicLog> logs,
                                             std::span<const StoredPosition> stored);

}  // namespace sluice
