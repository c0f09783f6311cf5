#include "support/scripted_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace sluice::test {

void ScriptedLog::append(std::string value) {
  records.push_back({.offset = end_offset, .value = std::move(value), .key = {}});
  ++end_offset;
}

void ScriptedSource::connect(Clock::Instant) {
  if (cluster_.connect_failure) throw *cluster_.connect_failure;
}

TopicLog ScriptedSource::log(const PlannedTopic& topic, Clock::Instant) {
  const std::lock_guard lock(cluster_.mutex);
  const auto found = cluster_.topics.find(topic.topic);
  if (found == cluster_.topics.end()) {
    throw Error(ExitCode::no_input, fmt::format("topic \"{}\" does not exist", topic.topic));
  }
  TopicLog log{.cluster_id = cluster_.cluster_id, .partitions = {}};
  const auto id = cluster_.topic_ids.find(topic.topic);
  if (id != cluster_.topic_ids.end()) log.topic_id = id->second;
  partition_counts_[topic.topic] = found->second.size();
  const auto first_at = [](const ScriptedLog& partition, std::optional<EpochMs> time) {
    std::optional<Offset> offset;
    if (!time) return offset;
    for (const ScriptedRecord& record : partition.records) {
      if (record.timestamp_ms >= *time && !offset) offset = record.offset;
    }
    return offset;
  };
  for (const ScriptedLog& partition : found->second) {
    log.partitions.push_back(
        {.partition = static_cast<std::int32_t>(log.partitions.size()),
         .low_offset = partition.low_offset,
         .end_offset = partition.end_offset,
         .timestamp_offset = first_at(partition, topic.timestamp),
         .until_timestamp_offset = first_at(partition, topic.until_timestamp)});
  }
  return log;
}

void ScriptedSource::start(std::span<const StartAt> partitions) {
  open_.insert(open_.end(), partitions.begin(), partitions.end());
}

std::optional<bool> ScriptedSource::is_compacted(const std::string&) {
  return cluster_.is_compacted;
}

bool ScriptedSource::has_new_partitions() const {
  const std::lock_guard lock(cluster_.mutex);
  return std::ranges::any_of(partition_counts_, [this](const auto& known) {
    return cluster_.topics.at(known.first).size() > known.second;
  });
}

Fetched ScriptedSource::fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t) {
  const std::lock_guard lock(cluster_.mutex);
  messages_.clear();
  proofs_.clear();
  if (cluster_.fetch_failure) {
    if (auto failure = cluster_.fetch_failure(fetches_++)) throw *failure;
  }
  if (cluster_.before_fetch) cluster_.before_fetch();
  if (!cluster_.outage) {
    for (StartAt& at : open_) read(at, most);
  }
  cluster_.handed_out += std::ssize(messages_);
  if (messages_.empty() && proofs_.empty()) clock_.advance(wait);
  return {messages_, proofs_};
}

void ScriptedSource::read(StartAt& at, std::size_t most) {
  const ScriptedLog& log = cluster_.topics.at(at.topic)[static_cast<std::size_t>(at.number)];
  if (at.next_offset < log.low_offset) {
    throw Error(ExitCode::source_changed, fmt::format("{}/{}@{} is not in the log any more",
                                                      at.topic, at.number, at.next_offset));
  }
  bool all_read = true;
  for (const ScriptedRecord& record : log.records) {
    if (record.offset < at.next_offset) continue;
    if (messages_.size() == most) {
      all_read = false;
      break;
    }
    Message message{
        .partition = at.partition, .offset = record.offset, .timestamp_ms = record.timestamp_ms};
    if (record.value) message.value = *record.value;
    if (record.key) message.key = *record.key;
    messages_.push_back(message);
    at.next_offset = record.offset + 1;
  }
  // Like Kafka: the end is told on the way, once for each end.
  if (all_read && proven_.insert({at.partition, log.end_offset}).second) {
    proofs_.push_back({at.partition, log.end_offset});
  }
}

void ScriptedSource::skip_to(PartitionIndex partition, Offset next_offset) {
  const std::lock_guard lock(cluster_.mutex);
  cluster_.skips.emplace_back(partition, next_offset);
  for (StartAt& at : open_) {
    if (at.partition != partition) continue;
    if (next_offset < at.next_offset) throw std::logic_error("a skip goes back");
    at.next_offset = next_offset;
  }
  std::erase_if(proven_, [partition](const auto& proof) { return proof.first == partition; });
}

void ScriptedSource::stop(PartitionIndex partition) {
  std::erase_if(open_, [partition](const StartAt& at) { return at.partition == partition; });
}

std::optional<Outage> ScriptedSource::outage() const {
  const std::lock_guard lock(cluster_.mutex);
  if (!cluster_.outage) return std::nullopt;
  return Outage{.since = clock_.now(), .cause = *cluster_.outage};
}

}  // namespace sluice::test
