#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/message_hash.h"
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
  std::string topic_id = {};  // a topic that is created anew gets another; empty where nobody tells
};

// One row of <table>__metadata.
struct StoredPosition {
  PartitionId id;
  Offset next_offset = 0;
  Offset end_offset = 0;
  std::int64_t generation = 1;
  std::string cluster_id;
  std::string topic_id = {};
  std::optional<Fingerprint> last = {};  // the last message that was taken, if any
  // An older message that the log was known by when the job began that took the last one: while it
  // read, the log may have become another one. Nothing where a later job has met both.
  std::optional<Fingerprint> anchor = {};
};

// What reading found out about a topic that offsets alone do not tell: its log is another one.
struct ReplacedLog {
  std::size_t topic = 0;  // index in LoadPlan::topics
  std::string sentence;   // what was expected and what was found
};

// Why a partition starts where it starts; the words of `sluice plan`.
enum class StartReason {
  stored,  // the table is here already
  offset_number,
  timestamp,
  earliest,
  latest,
  new_partition,  // appeared after the topic's first load
  data_loss,      // messages were removed before they were loaded: the log's start
  restart,        // the topic's log was replaced: the new log's start, a generation of its own
  moved,          // by a person, a generation of its own: see position_moves.h
};

// Offsets [from, to) of a partition that were lost before they could be loaded.
struct LostRange {
  Offset from_offset = 0;
  Offset to_offset = 0;
  std::string reason;
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
  std::string topic_id;
  bool is_stored = false;  // has a row in the metadata already

  // The message that the log is known by: it still must be there, and is the first to be read
  // (see LogCheck). Nothing where no message was taken yet, or where it cannot be read any more.
  std::optional<Fingerprint> last;
  // An older one, to be read before it. Nothing where `last` says all, or where it cannot be read
  // any more; never without `last`.
  std::optional<Fingerprint> anchor;
  // What is passed over: the table stands at its begin, `from_offset` is its end.
  std::optional<LostRange> lost;
  Offset stands_at() const { return lost ? lost->from_offset : from_offset; }

  // The partition is done when its position reaches this; nothing: it has no end.
  std::optional<Offset> target_offset;
  bool target_is_range_end = false;  // the range ends here, not the log
  // The partition is done at the first message at or after this time (only where the log did not
  // hold one at the start and the end is waited for).
  std::optional<EpochMs> until_timestamp;

  std::string note;  // for the person: "7 is below the log start: begins at 20"; else empty

  // Offsets between the start and where the partition ends as far as the log goes now.
  std::int64_t offsets_to_read() const {
    const Offset end = target_offset ? std::min(*target_offset, end_offset) : end_offset;
    return std::max<std::int64_t>(end - from_offset, 0);
  }

  // Whether the start could not be found again from the log, so that it must be on disk first.
  bool start_must_be_durable() const {
    return !is_stored && reason != StartReason::earliest && reason != StartReason::new_partition;
  }
  // With a generation of its own, in place of older ones: the whole topic's, or where a person
  // moved it, the partition's.
  bool begins_anew() const {
    return reason == StartReason::restart || reason == StartReason::moved;
  }
};

// Decides for every selected partition where it starts and where it ends: stored next offset, else
// offset_number or timestamp, else the topic's policy; a partition that is new to a topic which
// the table has been loaded from starts at its earliest offset. Pure.
//
// `logs` stands beside plan.topics. `replaced`: what the messages of earlier reading have told.
// Where the log is not the one that was loaded (cut, fewer partitions, other cluster, created anew)
// or has lost messages, the plan's on_topic_changed and on_data_loss decide: the topic begins a new
// generation at its log's start, the partition goes on behind what was lost, or
// Error{source_changed} lists every partition with what was expected and found.
// Error{definition} where a selected partition does not exist.
std::vector<PlannedPartition> plan_positions(const LoadPlan& plan, std::span<const TopicLog> logs,
                                             std::span<const StoredPosition> stored,
                                             std::span<const ReplacedLog> replaced = {});

}  // namespace sluice
