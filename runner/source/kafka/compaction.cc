#include "source/kafka/compaction.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <string_view>
#include <thread>

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds patience = 5s;
constexpr std::chrono::milliseconds slice = 100ms;
constexpr auto between_tries = 20ms;

// Null where no answer comes, or when asked to stop.
EventHandle ask(KafkaClient& client, const std::string& topic, Clock::Instant end,
                const Clock& clock, const StopSignal& stop) {
  const ConfigResourceHandle resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(patience.count()),
                                            nullptr, 0);
  const QueueHandle answers(rd_kafka_queue_new(client.get()));
  auto* one = resource.get();
  rd_kafka_DescribeConfigs(client.get(), &one, 1, options.get(), answers.get());
  EventHandle answer;
  while (!answer && clock.now() < end && !stop.raised()) {
    answer.reset(rd_kafka_queue_poll(answers.get(), static_cast<int>(slice.count())));
    client.serve();
  }
  return answer;
}

// The one resource of an answer. Null where it has none.
const rd_kafka_ConfigResource_t* resource_in(rd_kafka_event_t* answer) {
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer), &count);
  return count == 1 ? resources[0] : nullptr;
}

rd_kafka_resp_err_t error_of(rd_kafka_event_t* answer) {
  if (answer == nullptr) return RD_KAFKA_RESP_ERR__TIMED_OUT;
  const auto error = rd_kafka_event_error(answer);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  const auto* resource = resource_in(answer);
  return resource == nullptr ? RD_KAFKA_RESP_ERR__BAD_MSG : rd_kafka_ConfigResource_error(resource);
}

// The brokers are there and will not tell, however often they are asked.
bool is_refusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return true;
    default:
      return false;
  }
}

std::optional<bool> names_compaction(const rd_kafka_ConfigResource_t* resource) {
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entries[i])) != "cleanup.policy") continue;
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    return value != nullptr && std::string_view(value).find("compact") != std::string_view::npos;
  }
  return std::nullopt;
}

// A client that has read before is refused only where a broker says so: one that hangs up may be
// going away.
Error unanswered(KafkaClient& client, const std::string& policy, rd_kafka_resp_err_t error) {
  const char* otherwise = is_silence(error) ? "no answer" : rd_kafka_err2str(error);
  return {client.troubles().refused_since() ? ExitCode::not_authorised : ExitCode::unavailable,
          fmt::format("source \"{}\": cannot ask for {}: {}", client.name(), policy,
                      client.troubles().causes(otherwise))};
}

}  // namespace

std::optional<bool> find_compaction(KafkaClient& client, const std::string& topic,
                                    Clock::Instant deadline, const Clock& clock,
                                    const StopSignal& stop) {
  const std::string policy = fmt::format("the policy of topic \"{}\"", topic);
  const auto end = std::min(clock.now() + patience, deadline);
  for (;;) {
    const EventHandle answer = ask(client, topic, end, clock, stop);
    if (stop.raised()) throw Error::interrupted("asking for " + policy);
    const auto error = error_of(answer.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return names_compaction(resource_in(answer.get()));
    if (is_refusal(error)) {
      spdlog::debug("source \"{}\" does not tell {}: {}", client.name(), policy,
                    rd_kafka_err2str(error));
      return std::nullopt;
    }
    if (clock.now() >= end) throw unanswered(client, policy, error);
    std::this_thread::sleep_for(between_tries);
  }
}

}  // namespace sluice
