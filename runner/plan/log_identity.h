#pragma once

#include <span>

#include "plan/positions.h"

namespace sluice {

// Throws Error{source_changed} unless every log still is the one that the stored positions were
// taken from: same cluster, no partition gone, no log shorter than it was seen, no message removed
// that was still to be loaded. Tells of all partitions at once. `logs` stands beside plan.topics.
//
// A log that was replaced by a longer one of the same cluster looks the same from here. What would
// tell is the message at last_offset, which the store keeps with its hash; nobody compares it yet.
void check_same_logs(const LoadPlan& plan, std::span<const TopicLog> logs,
                     std::span<const StoredPosition> stored);

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
