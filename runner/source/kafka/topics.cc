#include "source/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"

namespace sluice {
namespace {

bool is_unknown(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;  // a name that no topic can have
}

// Every partition has a leader, or would not need one now.
bool is_settled(const rd_kafka_metadata_topic_t& topic) {
  return topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && topic.partition_cnt > 0 &&
         std::all_of(topic.partitions, topic.partitions + topic.partition_cnt,
                     [](const rd_kafka_metadata_partition_t& one) { return one.leader >= 0; });
}

Error refused(const std::string& source, const std::string& topic) {
  return Error(ExitCode::not_authorised,
               fmt::format("source \"{}\" refuses access to topic \"{}\": {}", source, topic,
                           rd_kafka_err2str(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)))
      .hint("the user needs the rights DESCRIBE and READ on the topic; to produce, WRITE");
}

rd_kafka_resp_err_t first_error(const rd_kafka_topic_partition_list_t& list) {
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list.elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

KafkaTopic& KafkaTopics::use(const std::string& name) {
  auto& topic = topics_[name];
  if (topic) return *topic;
  topic = std::make_unique<KafkaTopic>();
  topic->name = name;
  auto* conf = rd_kafka_default_topic_conf_dup(client_.get());
  rd_kafka_topic_conf_set_opaque(conf, topic.get());
  topic->handle.reset(rd_kafka_topic_new(client_.get(), name.c_str(), conf));
  if (topic->handle == nullptr) {
    topics_.erase(name);
    throw Error(ExitCode::no_input,
                fmt::format("no topic can be called \"{}\" (source \"{}\"): {}", name,
                            client_.name(), rd_kafka_err2str(rd_kafka_last_error())));
  }
  return *topic;
}

std::optional<std::int32_t> KafkaTopics::partition_count(const std::string& name,
                                                         Clock::Instant deadline) {
  auto& topic = use(name);
  std::optional<std::int32_t> count;
  rd_kafka_resp_err_t verdict = RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto attempt = [&](std::chrono::milliseconds timeout) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(client_.get(), 0, topic.handle.get(), &found,
                                         static_cast<int>(timeout.count()));
    const MetadataHandle owner(found);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    if (found->topic_cnt < 1) return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    const auto& description = found->topics[0];
    verdict = description.err;
    if (is_unknown(verdict) || verdict == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
      return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (!is_settled(description)) return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    count = description.partition_cnt;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  if (!client_.retry(attempt, deadline, fmt::format("find the leaders of topic \"{}\"", name))) {
    return std::nullopt;
  }
  if (is_unknown(verdict)) throw unknown_topic(name, deadline);
  if (verdict == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) throw refused(client_.name(), name);
  return count;
}

std::vector<Offset> KafkaTopics::offsets(const std::string& name, std::int32_t partitions,
                                         std::int64_t time, Clock::Instant deadline) {
  PartitionListHandle list;
  bool retried = false;
  const auto attempt = [&](std::chrono::milliseconds timeout) {
    // Before 2.10.0 an answer "not the leader" does not make the library look for the new one.
    if (retried) client_.try_metadata(use(name).handle.get(), timeout);
    retried = true;
    list.reset(rd_kafka_topic_partition_list_new(partitions));
    for (std::int32_t number = 0; number < partitions; ++number) {
      rd_kafka_topic_partition_list_add(list.get(), name.c_str(), number)->offset = time;
    }
    const auto error =
        rd_kafka_offsets_for_times(client_.get(), list.get(), static_cast<int>(timeout.count()));
    return error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : first_error(*list);
  };
  const auto refused_or_error = [&](std::chrono::milliseconds timeout) {
    const auto error = attempt(timeout);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) throw refused(client_.name(), name);
    return error;
  };
  if (!client_.retry(refused_or_error, deadline,
                     fmt::format("ask for the offsets of topic \"{}\"", name))) {
    return {};
  }
  std::vector<Offset> result(static_cast<std::size_t>(partitions));
  for (int i = 0; i < list->cnt; ++i) {
    result[static_cast<std::size_t>(list->elems[i].partition)] = list->elems[i].offset;
  }
  return result;
}

std::optional<std::string> KafkaTopics::find_missing() {
  for (const auto& [name, topic] : topics_) {
    const auto found = client_.try_metadata(topic->handle.get(), std::chrono::milliseconds(100));
    if (found == nullptr) return std::nullopt;
    if (found->topic_cnt == 1 && is_unknown(found->topics[0].err)) return name;
  }
  return std::nullopt;
}

Error KafkaTopics::unknown_topic(const std::string& name, Clock::Instant deadline) {
  std::vector<std::string> names;
  if (const auto all = client_.metadata(nullptr, deadline)) {
    for (int i = 0; i < all->topic_cnt; ++i) {
      if (all->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) names.push_back(all->topics[i].topic);
    }
  }
  return Error(ExitCode::no_input, fmt::format("topic \"{}\" does not exist at source \"{}\"{}",
                                               name, client_.name(), did_you_mean(name, names)))
      .hint(
          "\"sluice produce SOURCE/TOPIC --partitions N\" creates it; a user without the right "
          "DESCRIBE on a topic does not see it either");
}

TopicLog read_topic_log(KafkaClient& client, KafkaTopics& topics, const PlannedTopic& topic,
                        Clock::Instant deadline) {
  TopicLog log;
  const auto interrupted = [&topic] {
    return Error::interrupted(fmt::format("asking for the offsets of topic \"{}\"", topic.topic));
  };
  const auto count = topics.partition_count(topic.topic, deadline);
  if (!count) throw interrupted();
  log.cluster_id = client.cluster_id();
  const auto ask = [&](std::int64_t time) {
    auto offsets = topics.offsets(topic.topic, *count, time, deadline);
    if (offsets.empty()) throw interrupted();
    return offsets;
  };
  // The ends first: what comes in between the two is not lost, only left to the next run.
  const auto ends = ask(KafkaTopics::at_end);
  const auto lows = ask(KafkaTopics::at_beginning);
  std::vector<Offset> from;
  std::vector<Offset> until;
  if (topic.timestamp) from = ask(*topic.timestamp);
  if (topic.until_timestamp) until = ask(*topic.until_timestamp);
  const auto found = [](const std::vector<Offset>& offsets, std::size_t number) {
    return number < offsets.size() && offsets[number] >= 0 ? std::optional(offsets[number])
                                                           : std::nullopt;
  };
  for (std::size_t number = 0; number < ends.size(); ++number) {
    log.partitions.push_back({.partition = static_cast<std::int32_t>(number),
                              .low_offset = lows[number],
                              .end_offset = ends[number],
                              .timestamp_offset = found(from, number),
                              .until_timestamp_offset = found(until, number)});
  }
  return log;
}

}  // namespace sluice
