#include "plan/log_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace sluice {
namespace {

// Sentences about one job's partitions, each once, and what to do about them.
struct Findings {
  std::vector<std::string> sentences;
  bool is_other_cluster = false;
  bool is_other_log = false;
  bool is_loss = false;

  void add(std::string sentence) {
    if (std::ranges::count(sentences, sentence) == 0) sentences.push_back(std::move(sentence));
  }
};

bool is_of(const StoredPosition& position, const PlannedTopic& topic) {
  return position.id.source == topic.source && position.id.topic == topic.topic;
}

bool is_other_cluster(const StoredPosition& position, const TopicLog& log) {
  return !position.cluster_id.empty() && !log.cluster_id.empty() &&
         position.cluster_id != log.cluster_id;
}

void find_gone(const StoredPosition& position, const TopicLog& log, Findings& findings) {
  findings.is_other_log = true;
  findings.add(fmt::format("{}: loaded up to offset {}, but the topic has only {} partition{} now",
                           notation(position.id), position.next_offset, log.partitions.size(),
                           log.partitions.size() == 1 ? "" : "s"));
}

void find_cut(const StoredPosition& position, const PartitionLog& log, Findings& findings) {
  findings.is_other_log = true;
  findings.add(fmt::format(
      "{}: loaded up to offset {} of a log that ended at {}, but it ends at {} now: it was cut, or "
      "the topic was created anew",
      notation(position.id), position.next_offset, position.end_offset, log.end_offset));
}

void find_loss(const StoredPosition& position, const PartitionLog& log, Findings& findings) {
  findings.is_loss = true;
  const Offset last = log.low_offset - 1;
  const std::string lost = last == position.next_offset
                               ? fmt::format("offset {} was", last)
                               : fmt::format("offsets {} to {} were", position.next_offset, last);
  findings.add(fmt::format("{}: {} removed before they were loaded; the log begins at {} now",
                           notation(position.id), lost, log.low_offset));
}

// Removed messages behind the end of the range are not missed.
bool is_loss(const StoredPosition& position, const PlannedTopic& topic, const PartitionLog& log) {
  if (position.next_offset >= log.low_offset) return false;
  const auto end = range_end(topic, log);
  return !end || position.next_offset < *end;
}

void check_position(const StoredPosition& position, const PlannedTopic& topic, const TopicLog& log,
                    Findings& findings) {
  if (is_other_cluster(position, log)) {
    findings.is_other_cluster = true;
    findings.add(fmt::format("{}: loaded up to offset {} from cluster {}, but this is cluster {}",
                             notation(position.id), position.next_offset, position.cluster_id,
                             log.cluster_id));
    return;  // the offsets of another cluster tell nothing
  }
  const PartitionLog* partition = find_partition(log, position.id.partition);
  if (partition == nullptr) {
    find_gone(position, log, findings);
  } else if (!selects(topic, position.id.partition)) {
    return;
  } else if (partition->end_offset < position.end_offset) {
    find_cut(position, *partition, findings);
  } else if (is_loss(position, topic, *partition)) {
    find_loss(position, *partition, findings);
  }
}

std::string way_out(const Findings& findings) {
  std::string advice;
  if (findings.is_other_cluster) {
    advice =
        "check \"servers\" of the source; to load this cluster as well, give it a source of "
        "its own in schemas/sources";
  } else if (findings.is_other_log) {
    advice = "to load the new log from its start, load into another table";
  } else {
    advice =
        "the removed messages can only come from a copy of the topic; to go on without them, "
        "load into another table, and next time run before the topic's retention passes";
  }
  return advice + "; nothing was changed";
}

}  // namespace

void check_same_logs(const LoadPlan& plan, std::span<const TopicLog> logs,
                     std::span<const StoredPosition> stored) {
  Findings findings;
  for (std::size_t i = 0; i < plan.topics.size(); ++i) {
    for (const StoredPosition& position : stored) {
      if (is_of(position, plan.topics[i])) {
        check_position(position, plan.topics[i], logs[i], findings);
      }
    }
  }
  if (findings.sentences.empty()) return;
  std::string text = findings.is_other_cluster || findings.is_other_log
                         ? "the source is not the one that was loaded:"
                         : "messages are gone that were still to be loaded:";
  for (const std::string& sentence : findings.sentences) text.append("\n  ").append(sentence);
  throw Error(ExitCode::source_changed, std::move(text)).hint(way_out(findings));
}

const PartitionLog* find_partition(const TopicLog& log, std::int32_t partition) {
  const auto found = std::ranges::find(log.partitions, partition, &PartitionLog::partition);
  return found == log.partitions.end() ? nullptr : &*found;
}

bool selects(const PlannedTopic& topic, std::int32_t partition) {
  return !topic.partitions || std::ranges::count(*topic.partitions, partition) > 0;
}

std::optional<Offset> range_end(const PlannedTopic& topic, const PartitionLog& log) {
  if (topic.until_offset) return chosen_offset(topic.until_offset, log.partition);
  if (topic.until_timestamp) return log.until_timestamp_offset;
  return {};
}

std::optional<Offset> chosen_offset(const std::optional<OffsetChoice>& choice,
                                    std::int32_t partition) {
  if (!choice) return {};
  if (const auto* same = std::get_if<Offset>(&*choice)) return *same;
  const auto& named = std::get<std::map<std::int32_t, Offset>>(*choice);
  const auto found = named.find(partition);
  return found == named.end() ? std::nullopt : std::optional<Offset>(found->second);
}

}  // namespace sluice
