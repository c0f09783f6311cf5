#include "plan/log_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace sluice {
namespace {

// Sentences about one topic's partitions, each once, by what they mean.
struct Findings {
  std::vector<std::string> sentences;
  bool is_other_cluster = false;
  bool is_other_log = false;

  void add(std::string sentence) {
    if (std::ranges::count(sentences, sentence) == 0) sentences.push_back(std::move(sentence));
  }
  void add_all(const Findings& more) {
    for (const std::string& sentence : more.sentences) add(sentence);
    is_other_cluster |= more.is_other_cluster;
    is_other_log |= more.is_other_log;
  }
  bool is_replaced() const { return is_other_cluster || is_other_log; }
};

bool is_of(const StoredPosition& position, const PlannedTopic& topic) {
  return position.id.source == topic.source && position.id.topic == topic.topic;
}

// Only what both sides know is compared.
bool differ(const std::string& stored, const std::string& found) {
  return !stored.empty() && !found.empty() && stored != found;
}

std::string loaded_up_to(const StoredPosition& position) {
  return fmt::format("{}: loaded up to offset {}", notation(position.id), position.next_offset);
}

void find_gone(const StoredPosition& position, const TopicLog& log, Findings& findings) {
  findings.is_other_log = true;
  findings.add(fmt::format("{}, but the topic has only {} partition{} now", loaded_up_to(position),
                           log.partitions.size(), log.partitions.size() == 1 ? "" : "s"));
}

void find_cut(const StoredPosition& position, const PartitionLog& log, Findings& findings) {
  findings.is_other_log = true;
  findings.add(
      fmt::format("{} of a log that ended at {}, but it ends at {} now: it was cut, or "
                  "the topic was created anew",
                  loaded_up_to(position), position.end_offset, log.end_offset));
}

void check_position(const StoredPosition& position, const PlannedTopic& topic, const TopicLog& log,
                    Findings& findings) {
  if (differ(position.cluster_id, log.cluster_id)) {
    findings.is_other_cluster = true;
    findings.add(fmt::format("{} from cluster {}, but this is cluster {}", loaded_up_to(position),
                             position.cluster_id, log.cluster_id));
    return;  // the offsets of another cluster tell nothing
  }
  if (differ(position.topic_id, log.topic_id)) {
    findings.is_other_log = true;
    findings.add(
        fmt::format("{} of the topic with id {}, but its id is {} now: it was created "
                    "anew",
                    loaded_up_to(position), position.topic_id, log.topic_id));
    return;  // nor do those of another topic
  }
  const PartitionLog* partition = find_partition(log, position.id.partition);
  if (partition == nullptr) {
    find_gone(position, log, findings);
  } else if (selects(topic, position.id.partition) && partition->end_offset < position.end_offset) {
    find_cut(position, *partition, findings);
  }
}

// How the topic's log is another one than that which was loaded.
Findings find_replacement(const PlannedTopic& topic, const TopicLog& log,
                          std::span<const StoredPosition> stored) {
  Findings findings;
  for (const StoredPosition& position : stored) {
    if (is_of(position, topic)) check_position(position, topic, log, findings);
  }
  return findings;
}

void find_losses(const PlannedTopic& topic, const TopicLog& log,
                 std::span<const StoredPosition> stored, Findings& findings) {
  for (const StoredPosition& position : stored) {
    if (!is_of(position, topic) || !selects(topic, position.id.partition)) continue;
    const PartitionLog* partition = find_partition(log, position.id.partition);
    if (partition == nullptr) continue;
    const std::optional<LostRange> lost = lost_range(position, topic, *partition);
    if (lost) findings.add(fmt::format("{}: {}", notation(position.id), lost->reason));
  }
}

// Also true of a job that meets it after it has committed something.
constexpr std::string_view stored_stays = "; what is stored stays as it is";

[[noreturn]] void fail(std::string text, const Findings& findings, std::string_view advice) {
  for (const std::string& sentence : findings.sentences) text.append("\n  ").append(sentence);
  throw Error(ExitCode::source_changed, std::move(text))
      .hint(std::string(advice).append(stored_stays));
}

[[noreturn]] void fail_for_replacement(const Findings& findings) {
  fail("the source is not the one that was loaded:", findings,
       findings.is_other_cluster
           ? "check \"servers\" of the source; to load this cluster as well, give it a source of "
             "its own in schemas/sources; to go on with it instead of the old one, set "
             "\"on_topic_changed\" to \"restart\""
           : "to load the new log from its start beside the old rows, set \"on_topic_changed\" to "
             "\"restart\", or load into another table; where the table is right, `sluice offsets "
             "set` with the position as it should be takes the log for the right one");
}

[[noreturn]] void fail_for_loss(const Findings& findings) {
  fail("messages are gone that were still to be loaded:", findings,
       "the removed messages can only come from a copy of the topic; to go on without them, set "
       "\"on_data_loss\" to \"skip\", which notes the range beside the table, and next time run "
       "before the topic's retention passes");
}

}  // namespace

std::vector<bool> check_same_logs(const LoadPlan& plan, std::span<const TopicLog> logs,
                                  std::span<const StoredPosition> stored,
                                  std::span<const ReplacedLog> replaced) {
  std::vector<bool> begins_anew(plan.topics.size(), false);
  Findings replacements;
  Findings losses;
  for (std::size_t i = 0; i < plan.topics.size(); ++i) {
    Findings findings = find_replacement(plan.topics[i], logs[i], stored);
    for (const ReplacedLog& one : replaced) {
      if (one.topic != i) continue;
      findings.is_other_log = true;
      findings.add(one.sentence);
    }
    begins_anew[i] = findings.is_replaced();
    replacements.add_all(findings);
    // What is left of another log tells nothing about losses of this one.
    if (!findings.is_replaced()) find_losses(plan.topics[i], logs[i], stored, losses);
  }
  const bool fails_at_loss = !losses.sentences.empty() && plan.on_data_loss == OnDataLoss::fail;
  if (replacements.is_replaced() && plan.on_topic_changed == OnTopicChanged::fail) {
    if (fails_at_loss) replacements.add_all(losses);
    fail_for_replacement(replacements);
  }
  if (fails_at_loss) fail_for_loss(losses);
  return begins_anew;
}

std::optional<LostRange> lost_range(const StoredPosition& position, const PlannedTopic& topic,
                                    const PartitionLog& log) {
  if (position.next_offset >= log.low_offset) return std::nullopt;
  const Offset end = std::min(range_end(topic, log).value_or(log.low_offset), log.low_offset);
  if (position.next_offset >= end) return std::nullopt;
  const Offset last = end - 1;
  const std::string lost = last == position.next_offset
                               ? fmt::format("offset {} was", last)
                               : fmt::format("offsets {} to {} were", position.next_offset, last);
  return LostRange{position.next_offset, end,
                   fmt::format("{} removed before they were loaded; the log begins at {} now", lost,
                               log.low_offset)};
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
