#include "job/progress.h"

#include <algorithm>
#include <utility>

namespace sluice {

Progress::Progress(const std::vector<PlannedPartition>& partitions, const Segment& segment)
    : open_(segment.size()) {
  for (const PlannedPartition& partition : partitions) {
    states_.push_back({.next_offset = partition.from_offset,
                       .target_offset = partition.target_offset,
                       .target_is_range_end = partition.target_is_range_end,
                       .until_timestamp = partition.until_timestamp,
                       .known = !partition.last,
                       .done = true});
  }
  for (const PartitionIndex i : segment) {
    states_[i].done = false;
    move(i, states_[i].next_offset);
  }
}

bool Progress::would_take(const Message& message) const {
  const State& state = states_[message.partition];
  return !state.done && message.offset >= state.next_offset && !state.is_behind_target(message) &&
         !state.is_too_late(message);
}

Progress::Verdict Progress::meet(const Message& message) {
  if (would_take(message)) {
    ++taken_;
    move(message.partition, message.offset + 1);
    return Verdict::take;
  }
  State& state = states_[message.partition];
  if (state.done || message.offset < state.next_offset) return Verdict::drop;
  if (state.is_behind_target(message)) {
    // Whatever lies between the position and this message does not exist.
    move(message.partition, *state.target_offset);
  } else {
    state.next_offset = message.offset;
    finish(message.partition);
  }
  return Verdict::drop;
}

std::optional<Offset> Progress::prove(PartitionIndex partition, Offset next_offset) {
  State& state = states_[partition];
  if (state.done) return std::nullopt;
  if (state.target_is_range_end) next_offset = std::min(next_offset, *state.target_offset);
  if (next_offset <= state.next_offset) return std::nullopt;
  move(partition, next_offset);
  return next_offset;
}

void Progress::know(PartitionIndex partition) {
  states_[partition].known = true;
  move(partition, states_[partition].next_offset);
}

std::vector<PartitionIndex> Progress::newly_done() { return std::exchange(newly_done_, {}); }

void Progress::move(PartitionIndex partition, Offset next_offset) {
  State& state = states_[partition];
  state.next_offset = next_offset;
  if (state.known && state.target_offset && next_offset >= *state.target_offset) finish(partition);
}

void Progress::finish(PartitionIndex partition) {
  if (std::exchange(states_[partition].done, true)) return;
  newly_done_.push_back(partition);
  --open_;
}

}  // namespace sluice
