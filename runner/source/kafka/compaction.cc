#include "source/kafka/compaction.h"

#include <spdlog/spdlog.h>

#include <string_view>

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds patience = 5s;
constexpr std::chrono::milliseconds slice = 100ms;

EventHandle ask(KafkaClient& client, const std::string& topic, const Clock& clock,
                const StopSignal& stop) {
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
  for (const auto end = clock.now() + patience; !answer && clock.now() < end && !stop.raised();) {
    answer.reset(rd_kafka_queue_poll(answers.get(), static_cast<int>(slice.count())));
  }
  return answer;
}

// Null where the answer is none.
const rd_kafka_ConfigResource_t* resource_in(rd_kafka_event_t* answer) {
  if (answer == nullptr || rd_kafka_event_error(answer) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return nullptr;
  }
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return nullptr;
  }
  return resources[0];
}

}  // namespace

std::optional<bool> find_compaction(KafkaClient& client, const std::string& topic,
                                    const Clock& clock, const StopSignal& stop) {
  const EventHandle answer = ask(client, topic, clock, stop);
  const auto* resource = resource_in(answer.get());
  if (resource == nullptr) {
    spdlog::debug("source \"{}\" does not tell the policy of topic \"{}\"", client.name(), topic);
    return std::nullopt;
  }
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entries[i])) != "cleanup.policy") continue;
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    return value != nullptr && std::string_view(value).find("compact") != std::string_view::npos;
  }
  return std::nullopt;
}

}  // namespace sluice
