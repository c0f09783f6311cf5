#pragma once

#include <span>
#include <vector>

#include "plan/positions.h"

namespace sluice {

// Whether every log still is the one that the stored positions were taken from: same cluster and
// topic, no partition gone, no log shorter than it was seen, nothing `replaced`, no message removed
// that was still to be loaded. Returns, beside plan.topics, which of them begin anew because their
// log is another one and the plan says "restart".
//
// Throws Error{source_changed}, which tells of all partitions at once, for what the plan wants to
// fail at. `logs` stands beside plan.topics.
//
// A log that was replaced by a longer one of the same cluster looks the same from here where the
// client library knows no topic ids. What tells it is the message at last_offset: see LogCheck in
// job/, whose findings come back here as `replaced`.
std::vector<bool> check_same_logs(const LoadPlan& plan, std::span<const TopicLog> logs,
                                  std::span<const StoredPosition> stored,
                                  std::span<const ReplacedLog> replaced);

// What a partition that stands at the position has lost; nothing where it lost nothing, or only
// what is behind the end of its range.
std::optional<LostRange> lost_range(const StoredPosition& position, const PlannedTopic& topic,
                                    const PartitionLog& log);

// The partition of this number; null where the topic has none.
const PartitionLog* find_partition(const TopicLog& log, std::int32_t partition);

// Whether the topic entry selects the partition.
bool selects(const PlannedTopic& topic, std::int32_t partition);

// The range's end for a partition, where there is one that is known as an offset.
std::optional<Offset> range_end(const PlannedTopic& topic, const PartitionLog& log);

// The offset that a choice names for the partition; nothing where a map leaves it out.
std::optional<Offset> chosen_offset(const std::optional<OffsetChoice>& choice,
                                    std::int32_t partition);

}  // namespace sluice
