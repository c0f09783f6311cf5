#include "job/log_check.h"

#include <fmt/format.h>

#include <utility>

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
    states_.push_back({partition.id, partition.topic, partition.from_offset,
                       partition.anchor.has_value(), partition.anchor, partition.last});
    if (partition.last) ++topics_[partition.topic].open;
    if (partition.anchor) ++topics_[partition.topic].anchors;
  }
}

Offset LogCheck::first_offset(PartitionIndex partition) const {
  const State& state = states_[partition];
  return state.expected() ? state.expected()->offset : state.from_offset;
}

bool LogCheck::must_wait(PartitionIndex partition) const {
  const Topic& topic = topics_[states_[partition].topic];
  return !is_open(partition) && (topic.anchors > 0 || (!topic.is_known && topic.open > 0));
}

void LogCheck::wait(std::chrono::milliseconds most, const std::function<bool()>& must_no_more) {
  std::unique_lock lock(mutex_);
  closed_.wait_for(lock, most, must_no_more);
}

LogCheck::Finding LogCheck::meet(const Message& message) {
  const State& state = states_[message.partition];
  const Fingerprint& expected = *state.expected();
  if (message.offset < expected.offset) return Finding::before;
  if (message.offset > expected.offset) return Finding::gone;
  if (fingerprint_of(message) != expected) return Finding::other;
  if (!state.anchor) topics_[state.topic].is_known = true;
  close(message.partition);
  return Finding::same;
}

void LogCheck::give_up(PartitionIndex partition) { close(partition); }

void LogCheck::close(PartitionIndex partition) {
  State& state = states_[partition];
  Topic& topic = topics_[state.topic];
  const bool is_anchor = state.anchor.has_value();
  (is_anchor ? state.anchor : state.last).reset();
  {
    const std::lock_guard lock(mutex_);
    --(is_anchor ? topic.anchors : topic.open);
  }
  closed_.notify_all();
}

ReplacedLog LogCheck::replaced(PartitionIndex partition, const Message* found) const {
  const State& state = states_[partition];
  const Fingerprint& expected = *state.expected();
  const bool is_in_place = found != nullptr && found->offset == expected.offset;
  std::string sentence = fmt::format(
      "{}: loaded up to offset {}, and offset {} was {}, but {}: the topic was created anew, or "
      "was cut and written again",
      notation(state.id), state.from_offset, expected.offset, described(expected),
      is_in_place ? "it is " + described(fingerprint_of(*found)) + " now"
                  : std::string("there is no message now"));
  if (state.anchor) {
    sentence += fmt::format(
        ", perhaps while a job read it: what was loaded from behind offset {} may be of the new "
        "log",
        expected.offset);
  }
  return {state.topic, std::move(sentence)};
}

std::vector<PartitionIndex> LogCheck::decided() const {
  std::vector<PartitionIndex> decided;
  for (PartitionIndex i = 0; i < states_.size(); ++i) {
    if (!is_open(i) && !must_wait(i)) decided.push_back(i);
  }
  return decided;
}

std::vector<PartitionIndex> LogCheck::known() const {
  std::vector<PartitionIndex> known;
  for (PartitionIndex i = 0; i < states_.size(); ++i) {
    if (states_[i].had_anchor && !is_open(i)) known.push_back(i);
  }
  return known;
}

}  // namespace sluice
