#include "job/log_check.h"

#include <fmt/format.h>

namespace sluice {
namespace {

std::string described(const Fingerprint& message) {
  const std::string time = message.timestamp_ms == no_timestamp
                               ? "without a timestamp"
                               : "of " + format_iso8601(message.timestamp_ms, 3);
  return fmt::format("a message {} with hash {:016x}", time, message.hash);
}

}  // namespace

LogCheck::LogCheck(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions)
    : topics_(plan.topics.size()) {
  for (const PlannedPartition& partition : partitions) {
    states_.push_back({partition.id, partition.topic, partition.from_offset, partition.last});
    if (partition.last) ++topics_[partition.topic].open;
  }
}

Offset LogCheck::first_offset(PartitionIndex partition) const {
  const State& state = states_[partition];
  return state.expected ? state.expected->offset : state.from_offset;
}

bool LogCheck::must_wait(PartitionIndex partition) const {
  const Topic& topic = topics_[states_[partition].topic];
  return !is_open(partition) && !topic.is_known && topic.open > 0;
}

void LogCheck::wait(std::chrono::milliseconds most, const std::function<bool()>& must_no_more) {
  std::unique_lock lock(mutex_);
  closed_.wait_for(lock, most, must_no_more);
}

LogCheck::Finding LogCheck::meet(const Message& message) {
  const State& state = states_[message.partition];
  if (message.offset != state.expected->offset) return Finding::gone;
  if (fingerprint_of(message) != *state.expected) return Finding::other;
  topics_[state.topic].is_known = true;
  close(message.partition);
  return Finding::same;
}

void LogCheck::give_up(PartitionIndex partition) { close(partition); }

void LogCheck::close(PartitionIndex partition) {
  states_[partition].expected.reset();
  {
    const std::lock_guard lock(mutex_);
    --topics_[states_[partition].topic].open;
  }
  closed_.notify_all();
}

ReplacedLog LogCheck::replaced(PartitionIndex partition, const Message* found) const {
  const State& state = states_[partition];
  const bool is_in_place = found != nullptr && found->offset == state.expected->offset;
  return {state.topic,
          fmt::format("{}: loaded up to offset {}, and offset {} was {}, but {}: the topic was "
                      "created anew, or was cut and written again",
                      notation(state.id), state.from_offset, state.expected->offset,
                      described(*state.expected),
                      is_in_place ? "it is " + described(fingerprint_of(*found)) + " now"
                                  : std::string("there is no message now"))};
}

}  // namespace sluice
