#include <doctest/doctest.h>

#include "plan/segments.h"

using namespace sluice;

namespace {

PlannedPartition reads(Offset from, std::optional<Offset> target, Offset end) {
  PlannedPartition partition;
  partition.from_offset = from;
  partition.target_offset = target;
  partition.end_offset = end;
  return partition;
}

PlannedPartition with(Offset messages) { return reads(0, messages, messages); }

std::vector<Segment> divided(std::size_t workers, const std::vector<PlannedPartition>& partitions) {
  LoadPlan plan;
  plan.workers = workers;
  return plan_segments(plan, partitions);
}

}  // namespace

TEST_CASE("each worker has about as much to read, each partition one worker") {
  CHECK(divided(2, {with(10), with(10), with(10), with(10)}) ==
        std::vector<Segment>{{0, 2}, {1, 3}});
  CHECK(divided(2, {with(10), with(10), with(10), with(35)}) ==
        std::vector<Segment>{{3}, {0, 1, 2}});
  CHECK(divided(1, {with(10), with(3)}) == std::vector<Segment>{{0, 1}});
}

TEST_CASE("no more workers than partitions with something to read, and one at least") {
  CHECK(divided(8, {with(10), with(3)}).size() == 2);
  CHECK(divided(8, {with(10), with(0), with(0)}).size() == 1);
  CHECK(divided(8, {with(0), with(0)}) == std::vector<Segment>{{0, 1}});
  CHECK(divided(8, {}).size() == 1);
}

TEST_CASE("what is waited for is something to read") {
  CHECK(divided(8, {reads(5, std::nullopt, 5), reads(5, std::nullopt, 5)}).size() == 2);
  CHECK(divided(8, {reads(5, 9, 5), reads(5, 9, 5)}).size() == 2);
}

TEST_CASE("workers share the memory of what is on its way") {
  LoadPlan plan;
  CHECK(shared_out(plan, 1).batches == plan.handover.batches);
  CHECK(shared_out(plan, 2).batches == plan.handover.batches);
  for (const std::size_t workers : {8u, 64u}) {
    CAPTURE(workers);
    const HandoverLimits limits = shared_out(plan, workers);
    CHECK(limits.batches > workers);
    CHECK(limits.batches * limits.bytes <= plan.memory_bytes / 4);
  }
}
