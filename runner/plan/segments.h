#pragma once

#include <cstddef>
#include <vector>

#include "plan/plan.h"
#include "plan/positions.h"

namespace sluice {

// The partitions that one worker of a job reads, in the order of the plan.
using Segment = std::vector<PartitionIndex>;

// Divides a job's partitions among plan.workers workers at most. Each belongs to one of them, which
// keeps the order of its messages. Who has the most to read is dealt first, each to the worker that
// has the least so far, by what is in the logs now. There is no worker without something to read,
// but for the only one of a job that has nothing. Pure.
std::vector<Segment> plan_segments(const LoadPlan& plan,
                                   const std::vector<PlannedPartition>& partitions);

// All of them, for one reader.
Segment one_segment(const std::vector<PlannedPartition>& partitions);

// What the plan's limits of batches on their way come to with so many workers: each fills one, and
// all of them share the memory.
HandoverLimits shared_out(const LoadPlan& plan, std::size_t workers);

}  // namespace sluice
