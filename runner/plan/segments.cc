#include "plan/segments.h"

#include <algorithm>
#include <numeric>

namespace sluice {
namespace {

bool has_something_to_read(const PlannedPartition& partition) {
  return !partition.target_offset || *partition.target_offset > partition.from_offset;
}

// One that may only have to show that its log is the same has the least.
std::int64_t weight_of(const PlannedPartition& partition) {
  return has_something_to_read(partition) ? partition.offsets_to_read() + 1 : 0;
}

}  // namespace

std::vector<Segment> plan_segments(const LoadPlan& plan,
                                   const std::vector<PlannedPartition>& partitions) {
  const auto wanted =
      static_cast<std::size_t>(std::ranges::count_if(partitions, has_something_to_read));
  std::vector<Segment> segments(std::clamp<std::size_t>(wanted, 1, plan.workers));
  std::vector<std::int64_t> loads(segments.size(), 0);
  Segment order = one_segment(partitions);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](PartitionIndex i) { return weight_of(partitions[i]); });
  for (const PartitionIndex partition : order) {
    const auto least = std::ranges::min_element(loads) - loads.begin();
    segments[static_cast<std::size_t>(least)].push_back(partition);
    loads[static_cast<std::size_t>(least)] += weight_of(partitions[partition]);
  }
  for (Segment& segment : segments) std::ranges::sort(segment);
  return segments;
}

Segment one_segment(const std::vector<PlannedPartition>& partitions) {
  Segment all(partitions.size());
  std::iota(all.begin(), all.end(), PartitionIndex{0});
  return all;
}

HandoverLimits shared_out(const LoadPlan& plan, std::size_t workers) {
  HandoverLimits limits = plan.handover;
  if (workers == 1) return limits;
  limits.batches = std::max(limits.batches, workers + 1);
  limits.bytes = std::min(limits.bytes, plan.handover_bytes() / limits.batches);
  return limits;
}

}  // namespace sluice
