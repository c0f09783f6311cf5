#include "source/kafka/new_topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds slice = 100ms;
constexpr auto longest_request = 1h;
constexpr auto answer_slack = 5s;  // the library's own limit shall come first: it knows why

struct Outcome {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string text;
};

Outcome outcome_of(rd_kafka_event_t* answer) {
  if (const auto error = rd_kafka_event_error(answer); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {error, rd_kafka_event_error_string(answer)};
  }
  std::size_t count = 0;
  const auto** topics =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer), &count);
  if (count == 0) return {RD_KAFKA_RESP_ERR_UNKNOWN, "the broker's answer is empty"};
  const auto code = rd_kafka_topic_result_error(topics[0]);
  const auto* text = rd_kafka_topic_result_error_string(topics[0]);
  return {code, text == nullptr ? rd_kafka_err2str(code) : text};
}

bool has_topic(KafkaClient& client, KafkaTopics& topics, const std::string& name,
               Clock::Instant deadline) {
  const auto found = client.metadata(topics.use(name).handle.get(), deadline);
  return found && found->topic_cnt == 1 && found->topics[0].partition_cnt > 0;
}

// The broker's answer; null when asked to stop.
EventHandle request(KafkaClient& client, const NewTopic& wanted, const Clock& clock,
                    Clock::Instant deadline) {
  std::array<char, 512> reason{};
  const NewTopicHandle topic(rd_kafka_NewTopic_new(wanted.name.c_str(), wanted.partitions, -1,
                                                   reason.data(), reason.size()));
  if (topic == nullptr) {
    throw Error(ExitCode::definition, fmt::format("topic \"{}\": {}", wanted.name, reason.data()));
  }
  const auto now = clock.now();
  const auto timeout = std::clamp<Clock::Instant::duration>(deadline - now, slice, longest_request);
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  const auto timeout_ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout_ms), nullptr,
                                            0);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  auto* one = topic.get();
  rd_kafka_CreateTopics(client.get(), &one, 1, options.get(), queue.get());
  EventHandle answer;
  const auto attempt = [&](std::chrono::milliseconds wait) {
    answer.reset(rd_kafka_queue_poll(queue.get(), static_cast<int>(std::min(wait, slice).count())));
    return answer ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__TIMED_OUT;
  };
  client.retry(attempt, now + timeout + answer_slack,
               fmt::format("create topic \"{}\"", wanted.name));
  return answer;
}

Error refused(const KafkaClient& client, const NewTopic& wanted, const Outcome& outcome) {
  Error error(is_denied(outcome.code) ? ExitCode::not_authorised : ExitCode::unavailable,
              fmt::format("source \"{}\" cannot create topic \"{}\": {}", client.name(),
                          wanted.name, outcome.text));
  if (!is_denied(outcome.code)) return error;
  return std::move(error).hint("the user needs the right CREATE on the topic or the cluster");
}

// A broker may not know yet what its controller has just made.
void await_topic(KafkaClient& client, KafkaTopics& topics, const NewTopic& made,
                 Clock::Instant deadline) {
  auto* handle = topics.use(made.name).handle.get();
  client.retry(
      [&](std::chrono::milliseconds timeout) {
        const auto found = client.try_metadata(handle, timeout);
        return found && found->topic_cnt == 1 && found->topics[0].partition_cnt == made.partitions
                   ? RD_KAFKA_RESP_ERR_NO_ERROR
                   : RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
      },
      deadline, fmt::format("find the new topic \"{}\"", made.name));
  topics.partition_count(made.name, deadline);
}

}  // namespace

bool create_topic(KafkaClient& client, KafkaTopics& topics, const NewTopic& wanted,
                  const Clock& clock, Clock::Instant deadline) {
  if (has_topic(client, topics, wanted.name, deadline)) return false;
  const EventHandle answer = request(client, wanted, clock, deadline);
  if (!answer) return false;
  const Outcome outcome = outcome_of(answer.get());
  if (outcome.code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
  if (outcome.code != RD_KAFKA_RESP_ERR_NO_ERROR) throw refused(client, wanted, outcome);
  await_topic(client, topics, wanted, deadline);
  return true;
}

bool is_denied(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

}  // namespace sluice
