#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "data/message.h"
#include "data/position.h"
#include "job/world.h"
#include "plan/plan.h"
#include "plan/positions.h"

namespace sluice {

// Reads some messages of a topic to learn what it holds. Moves no state and makes nothing: no
// group, no topic, no file.

struct SampleSize {
  std::int64_t messages = 1'000;
  bool complete = false;  // every message up to the end that the log has now
};

// What was there to be sampled.
struct SampledLog {
  std::size_t partitions = 0;
  std::int64_t offsets = 0;  // from the starts of the logs to their ends
};

// Calls `take` for each message of the sample of the plan's only topic. Every partition has its
// share, one half from the beginning of its log and one from the end: old messages may look
// different. Where a log has holes (markers, compaction) there are fewer. Throws what a Source
// throws, Error{unavailable} where the brokers go away and stay away longer than the source's
// connect_timeout or nothing comes for a minute, Error::interrupted().
SampledLog sample_topic(const LoadPlan& plan, const World& world, const SampleSize& size,
                        const std::function<void(const PartitionId&, const Message&)>& take);

// How many of `most` each of several logs gives: all alike, but none more than it has.
std::vector<std::int64_t> fair_shares(std::span<const std::int64_t> sizes, std::int64_t most);

}  // namespace sluice
