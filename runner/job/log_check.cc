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
    : open_of_topic_(plan.topics.size(), 0), topic_is_known_(plan.topics.size(), false) {
  for (const PlannedPartition& partition : partitions) {
    states_.push_back({partition.id, partition.topic, partition.from_offset, partition.last});
    if (partition.last) ++open_of_topic_[partition.topic];
  }
}

Offset LogCheck::first_offset(PartitionIndex partition) const {
  const State& state = states_[partition];
  return state.expected ? state.expected->offset : state.from_offset;
}

bool LogCheck::must_wait(PartitionIndex partition) const {
  const std::size_t topic = states_[partition].topic;
  return !is_open(partition) && !topic_is_known_[topic] && open_of_topic_[topic] > 0;
}

LogCheck::Finding LogCheck::meet(const Message& message) {
  const State& state = states_[message.partition];
  if (message.offset != state.expected->offset) return Finding::gone;
  if (fingerprint_of(message) != *state.expected) return Finding::other;
  topic_is_known_[state.topic] = true;
  close(message.partition);
  return Finding::same;
}

void LogCheck::give_up(PartitionIndex partition) { close(partition); }

void LogCheck::close(PartitionIndex partition) {
  states_[partition].expected.reset();
  --open_of_topic_[states_[partition].topic];
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
