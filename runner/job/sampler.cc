#include "job/sampler.h"

#include <algorithm>
#include <numeric>

#include "job/progress.h"
#include "job/silence_limit.h"
#include "job/sources.h"

namespace sluice {
namespace {

constexpr std::size_t fetch_messages = 2'000;
constexpr std::size_t fetch_bytes = 16 << 20;

// A part of a log, to be read from its first offset up to its target.
PlannedPartition range(const PlannedTopic& topic, const PartitionLog& log, Offset from, Offset to) {
  PlannedPartition partition;
  partition.id = {topic.source, topic.topic, log.partition};
  partition.from_offset = from;
  partition.low_offset = log.low_offset;
  partition.end_offset = log.end_offset;
  partition.target_offset = to;
  return partition;
}

// First what is read from the beginnings of the logs, then from the ends.
std::vector<std::vector<PlannedPartition>> ranges_of(const PlannedTopic& topic, const TopicLog& log,
                                                     const SampleSize& size) {
  std::vector<std::int64_t> sizes;
  for (const PartitionLog& each : log.partitions)
    sizes.push_back(each.end_offset - each.low_offset);
  const auto shares = size.complete ? sizes : fair_shares(sizes, size.messages);
  std::vector<PlannedPartition> first;
  std::vector<PlannedPartition> second;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const PartitionLog& each = log.partitions[i];
    if (shares[i] == 0) continue;
    const bool is_whole = shares[i] == sizes[i];
    const Offset half = is_whole ? shares[i] : (shares[i] + 1) / 2;
    first.push_back(range(topic, each, each.low_offset, each.low_offset + half));
    const Offset rest = shares[i] - half;
    if (rest > 0) second.push_back(range(topic, each, each.end_offset - rest, each.end_offset));
  }
  return {first, second};
}

void start(Sources& sources, const std::vector<PlannedPartition>& partitions) {
  std::vector<StartAt> starts;
  for (const PlannedPartition& partition : partitions) {
    starts.push_back({.partition = static_cast<PartitionIndex>(starts.size()),
                      .topic = partition.id.topic,
                      .number = partition.id.partition,
                      .next_offset = partition.from_offset,
                      .end_offset = partition.end_offset,
                      .target_offset = partition.target_offset});
  }
  sources.named().front().source->start(starts);
}

void read(Sources& sources, const std::vector<PlannedPartition>& partitions, const World& world,
          const std::function<void(const PartitionId&, const Message&)>& take) {
  Source& source = *sources.named().front().source;
  Progress progress(partitions, one_segment(partitions));
  SilenceLimit limit(sources, partitions, progress, world.clock);
  start(sources, partitions);
  while (!progress.all_done()) {
    if (world.stop.raised()) throw Error::interrupted("sampling a topic");
    limit.check();
    const Fetched fetched =
        source.fetch(std::chrono::milliseconds(100), fetch_messages, fetch_bytes);
    for (const Message& message : fetched.messages) {
      if (progress.meet(message) != Progress::Verdict::take) continue;
      take(partitions[message.partition].id, message);
    }
    for (const Proof& proof : fetched.proofs) progress.prove(proof.partition, proof.next_offset);
    for (const PartitionIndex done : progress.newly_done()) source.stop(done);
  }
}

}  // namespace

SampledLog sample_topic(const LoadPlan& plan, const World& world, const SampleSize& size,
                        const std::function<void(const PartitionId&, const Message&)>& take) {
  std::optional<TopicLog> log;
  std::vector<std::vector<PlannedPartition>> passes(1);
  // A source starts once, so each pass has one of its own.
  for (std::size_t pass = 0; pass < passes.size(); ++pass) {
    if (pass > 0 && passes[pass].empty()) break;
    Sources sources(plan, world);
    sources.connect(Clock::Instant::max());
    const Clock::Instant deadline = world.clock.now() + answers_limit;
    const TopicLog now = sources.logs(deadline).front();
    if (!log) {
      log = now;
      passes = ranges_of(plan.topics.front(), now, size);
    }
    if (!passes[pass].empty()) read(sources, passes[pass], world, take);
  }
  SampledLog sampled{.partitions = log->partitions.size()};
  for (const PartitionLog& each : log->partitions) {
    sampled.offsets += each.end_offset - each.low_offset;
  }
  return sampled;
}

std::vector<std::int64_t> fair_shares(std::span<const std::int64_t> sizes, std::int64_t most) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sizes[i]; });
  std::vector<std::int64_t> shares(sizes.size());
  auto left = static_cast<std::int64_t>(sizes.size());
  for (const std::size_t i : order) {  // the smallest first: what they lack goes to the larger
    shares[i] = std::min(sizes[i], most / left--);
    most -= shares[i];
  }
  return shares;
}

}  // namespace sluice
