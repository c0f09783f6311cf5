#include "plan/positions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "plan/log_identity.h"

namespace sluice {
namespace {

struct Start {
  Offset offset = 0;
  StartReason reason = StartReason::earliest;
  std::string note;
};

Start start_by_policy(OffsetPolicy policy, const PartitionLog& log) {
  if (policy == OffsetPolicy::latest) return {log.end_offset, StartReason::latest, {}};
  return {log.low_offset, StartReason::earliest, {}};
}

// Never clamped to the end: who asks for N wants no message before N.
Start start_at_number(Offset number, const PartitionLog& log) {
  constexpr auto reason = StartReason::offset_number;
  if (number < 0) return {std::max(log.low_offset, log.end_offset + number), reason, {}};
  if (number < log.low_offset) {
    return {log.low_offset, reason,
            fmt::format("{} is below the log start: begins at {}", number, log.low_offset)};
  }
  if (number > log.end_offset) {
    return {number, reason,
            fmt::format("{} is past the end of the log, {}: waits there", number, log.end_offset)};
  }
  return {number, reason, {}};
}

Start start_of_new_partition(const PartitionLog& log) {
  constexpr auto reason = StartReason::new_partition;
  if (log.low_offset == 0) return {0, reason, {}};
  return {log.low_offset, reason,
          fmt::format("new to this table: begins at {}, what was before is no longer in the log",
                      log.low_offset)};
}

Start first_start(const PlannedTopic& topic, const PartitionLog& log) {
  if (const auto number = chosen_offset(topic.offset_number, log.partition)) {
    return start_at_number(*number, log);
  }
  if (topic.timestamp) {
    if (log.timestamp_offset) return {*log.timestamp_offset, StartReason::timestamp, {}};
    return {log.end_offset, StartReason::timestamp,
            "no message of that time yet: begins at the end"};
  }
  return start_by_policy(topic.offset_policy, log);
}

// The rows of the metadata that belong to one topic.
class StoredTopic {
 public:
  StoredTopic(const PlannedTopic& topic, std::span<const StoredPosition> stored) {
    for (const StoredPosition& position : stored) {
      if (position.id.source != topic.source || position.id.topic != topic.topic) continue;
      positions_.push_back(&position);
      generation_ = std::max(generation_, position.generation);
    }
  }

  bool was_loaded() const { return !positions_.empty(); }
  std::int64_t generation() const { return generation_; }

  const StoredPosition* find(std::int32_t partition) const {
    const auto found = std::ranges::find_if(positions_, [&](const StoredPosition* position) {
      return position->id.partition == partition;
    });
    return found == positions_.end() ? nullptr : *found;
  }

 private:
  std::vector<const StoredPosition*> positions_;
  std::int64_t generation_ = 1;
};

// Whether a message of it is still in the log, as far as offsets tell.
bool is_readable(const Fingerprint& message, const StoredPosition& position,
                 const PartitionLog& log) {
  return message.offset >= log.low_offset &&
         message.offset < std::min(position.next_offset, log.end_offset);
}

// The messages to meet before anything is taken.
void expect_messages(const StoredPosition& position, const PartitionLog& log,
                     PlannedPartition& partition) {
  if (!position.last || !is_readable(*position.last, position, log)) return;
  partition.last = position.last;
  const bool has_older = position.anchor && position.anchor->offset < position.last->offset;
  if (has_older && is_readable(*position.anchor, position, log)) partition.anchor = position.anchor;
}

void go_on(const StoredPosition& position, const PlannedTopic& topic, const PartitionLog& log,
           PlannedPartition& partition) {
  partition.from_offset = position.next_offset;
  partition.reason = StartReason::stored;
  partition.generation = position.generation;
  partition.is_stored = true;
  expect_messages(position, log, partition);
  if (partition.cluster_id.empty()) partition.cluster_id = position.cluster_id;
  if (partition.topic_id.empty()) partition.topic_id = position.topic_id;
  partition.lost = lost_range(position, topic, log);
  if (!partition.lost) return;
  partition.from_offset = partition.lost->to_offset;
  partition.reason = StartReason::data_loss;
  partition.note = partition.lost->reason;
}

// Positions of the generation before are of no use, and where a start is chosen is for a first
// load.
void begin_anew(const StoredTopic& stored, const PartitionLog& log, PlannedPartition& partition) {
  partition.from_offset = log.low_offset;
  partition.reason = StartReason::restart;
  partition.generation = stored.generation() + 1;
  partition.note = fmt::format("the topic's log was replaced: generation {} begins at {}",
                               partition.generation, log.low_offset);
}

void decide_start(const PlannedTopic& topic, const PartitionLog& log, const StoredTopic& stored,
                  PlannedPartition& partition) {
  partition.generation = stored.generation();
  if (const StoredPosition* position = stored.find(log.partition)) {
    return go_on(*position, topic, log, partition);
  }
  Start start = stored.was_loaded() ? start_of_new_partition(log) : first_start(topic, log);
  partition.from_offset = start.offset;
  partition.reason = start.reason;
  partition.note = std::move(start.note);
}

// `until: end` never waits for a range's end that the log has not reached.
void decide_target(const PlannedTopic& topic, const PartitionLog& log, bool until_end,
                   PlannedPartition& partition) {
  const std::optional<Offset> range = range_end(topic, log);
  partition.target_is_range_end = range && (!until_end || *range <= log.end_offset);
  if (partition.target_is_range_end) {
    partition.target_offset = range;
  } else if (until_end) {
    partition.target_offset = log.end_offset;
  } else {
    partition.until_timestamp = topic.until_timestamp;
  }
}

// Nothing is read there, not even to look whether it is the same log.
void note_past_range(PlannedPartition& partition) {
  if (!partition.target_is_range_end || !partition.is_stored) return;
  if (partition.from_offset < *partition.target_offset) return;
  partition.last.reset();
  partition.anchor.reset();
  partition.note = fmt::format("the range ends at {}, and the table is at {} already",
                               *partition.target_offset, partition.from_offset);
}

std::vector<std::int32_t> named_partitions(const PlannedTopic& topic) {
  std::vector<std::int32_t> named = topic.partitions.value_or(std::vector<std::int32_t>());
  if (topic.offset_number) {
    if (const auto* map = std::get_if<std::map<std::int32_t, Offset>>(&*topic.offset_number)) {
      for (const auto& [partition, offset] : *map) named.push_back(partition);
    }
  }
  std::ranges::sort(named);
  named.erase(std::unique(named.begin(), named.end()), named.end());
  return named;
}

void check_partitions_exist(const PlannedTopic& topic, const TopicLog& log) {
  std::string missing;
  for (const std::int32_t partition : named_partitions(topic)) {
    if (find_partition(log, partition) != nullptr) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ", partition);
  }
  if (missing.empty()) return;
  throw Error(ExitCode::definition, fmt::format("topic {} of source {} has no partition {}",
                                                topic.topic, topic.source, missing))
      .hint(fmt::format("it has {}, numbered from 0; correct partitions, until_offset or "
                        "offset_number",
                        log.partitions.size()));
}

}  // namespace

std::string_view name_of(StartReason reason) {
  switch (reason) {
    case StartReason::stored:
      return "stored";
    case StartReason::offset_number:
      return "offset_number";
    case StartReason::timestamp:
      return "timestamp";
    case StartReason::earliest:
      return "earliest";
    case StartReason::latest:
      return "latest";
    case StartReason::new_partition:
      return "new partition";
    case StartReason::data_loss:
      return "log start after a loss";
    case StartReason::restart:
      return "restart";
    case StartReason::moved:
      return "moved";
  }
  return "unknown";
}

std::vector<PlannedPartition> plan_positions(const LoadPlan& plan, std::span<const TopicLog> logs,
                                             std::span<const StoredPosition> stored,
                                             std::span<const ReplacedLog> replaced) {
  // A partition that was loaded and is gone is a changed source, not a wrong definition.
  const std::vector<bool> anew = check_same_logs(plan, logs, stored, replaced);
  std::vector<PlannedPartition> partitions;
  for (std::size_t i = 0; i < plan.topics.size(); ++i) {
    const PlannedTopic& topic = plan.topics[i];
    check_partitions_exist(topic, logs[i]);
    const StoredTopic stored_topic(topic, stored);
    for (const PartitionLog& log : logs[i].partitions) {
      if (!selects(topic, log.partition)) continue;
      PlannedPartition partition;
      partition.id = {topic.source, topic.topic, log.partition};
      partition.topic = i;
      partition.low_offset = log.low_offset;
      partition.end_offset = log.end_offset;
      partition.cluster_id = logs[i].cluster_id;
      partition.topic_id = logs[i].topic_id;
      if (anew[i]) {
        begin_anew(stored_topic, log, partition);
      } else {
        decide_start(topic, log, stored_topic, partition);
      }
      decide_target(topic, log, plan.stop.until_end, partition);
      note_past_range(partition);
      partitions.push_back(std::move(partition));
    }
  }
  return partitions;
}

}  // namespace sluice
