#include "source/kafka/producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "source/kafka/new_topic.h"

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr auto slice = 100ms;
constexpr auto grace = 2s;         // for acknowledgements under way when a signal comes
constexpr auto answer_slack = 5s;  // the library looks for messages that timed out once a second

Properties producer_properties(const SourceEntry& source, const std::string& client_id) {
  Properties properties(source);
  properties.prefer("client.id", client_id.c_str());
  properties.prefer("partitioner", "murmur2_random");
  properties.prefer("linger.ms", "5");
  properties.prefer("message.timeout.ms", "60000");
  properties.add_users();
  properties.fix("enable.idempotence", "true");
  properties.fix("allow.auto.create.topics", "false");
  return properties;
}

HeadersHandle headers_of(const OutgoingMessage& message) {
  if (message.headers.empty()) return nullptr;
  HeadersHandle headers(rd_kafka_headers_new(message.headers.size()));
  for (const auto& [name, value] : message.headers) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

Producer::Producer(const SourceEntry& source, const Clock& clock, const StopSignal& stop,
                   const std::string& client_id)
    : clock_(clock), stop_(stop), result_(std::make_unique<Result>()) {
  auto properties = producer_properties(source, client_id);
  rd_kafka_conf_set_dr_msg_cb(properties.get(), on_delivery);
  message_timeout_ =
      std::chrono::milliseconds(std::stoll(properties.value_of("message.timeout.ms")));
  client_ = std::make_unique<KafkaClient>(RD_KAFKA_PRODUCER, source, std::move(properties), nullptr,
                                          clock_, stop_);
  topics_ = std::make_unique<KafkaTopics>(*client_);
}

void Producer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* result = static_cast<Result*>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++result->delivered;
  } else if (result->failed++ == 0) {
    result->first_code = message->err;
    result->first_error = rd_kafka_err2str(message->err);
  }
}

Producer::~Producer() {
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  client_->serve();
}

bool Producer::connect(Clock::Instant deadline) { return client_->connect(deadline); }

std::optional<std::int32_t> Producer::topic_partitions(const std::string& topic,
                                                       Clock::Instant deadline) {
  return topics_->partition_count(topic, deadline);
}

bool Producer::create_topic(const std::string& topic, std::int32_t partitions,
                            Clock::Instant deadline) {
  return sluice::create_topic(*client_, *topics_, {topic, partitions}, clock_, deadline);
}

bool Producer::send(const std::string& topic, const OutgoingMessage& message) {
  auto* handle = topics_->use(topic).handle.get();
  auto headers = headers_of(message);
  for (;;) {
    std::array<rd_kafka_vu_t, 8> fields{};
    std::size_t count = 0;
    const auto add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
      fields.at(count).vtype = type;
      return fields.at(count++);
    };
    add(RD_KAFKA_VTYPE_RKT).u.rkt = handle;
    add(RD_KAFKA_VTYPE_PARTITION).u.i32 = message.partition.value_or(RD_KAFKA_PARTITION_UA);
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = result_.get();
    auto& key = add(RD_KAFKA_VTYPE_KEY);
    key.u.mem = {const_cast<char*>(message.key.data()), message.key.size()};
    auto& value = add(RD_KAFKA_VTYPE_VALUE);
    value.u.mem = {const_cast<char*>(message.value.data()), message.value.size()};
    if (message.timestamp_ms != no_timestamp) {
      add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = message.timestamp_ms;
    }
    if (headers) add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers.get();

    auto* failure = rd_kafka_produceva(client_->get(), fields.data(), count);
    if (failure == nullptr) {
      static_cast<void>(headers.release());  // the message's now
      client_->serve();
      return true;
    }
    const auto error = rd_kafka_error_code(failure);
    rd_kafka_error_destroy(failure);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) throw refused(topic, message, error);
    if (stop_.raised()) return false;
    rd_kafka_poll(client_->get(), static_cast<int>(std::chrono::milliseconds(slice).count()));
  }
}

Error Producer::refused(const std::string& topic, const OutgoingMessage& message,
                        rd_kafka_resp_err_t error) const {
  switch (error) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {ExitCode::no_input,
              fmt::format("topic \"{}\" of source \"{}\" has no partition {}", topic,
                          client_->name(), message.partition.value_or(RD_KAFKA_PARTITION_UA))};
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return {ExitCode::no_input,
              fmt::format("topic \"{}\" does not exist at source \"{}\"", topic, client_->name())};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return {ExitCode::bad_data,
              fmt::format("a message of {} bytes is too large for topic \"{}\" (message.max.bytes)",
                          message.key.size() + message.value.size(), topic)};
    default:
      return {ExitCode::unavailable, fmt::format("cannot send to topic \"{}\" of source \"{}\": {}",
                                                 topic, client_->name(), rd_kafka_err2str(error))};
  }
}

bool Producer::wait(Clock::Instant until) {
  client_->serve();
  for (;;) {
    if (stop_.raised()) return false;
    const Clock::Instant now = clock_.now();
    if (now >= until) return true;
    const auto left = std::min<std::chrono::milliseconds>(
        slice, std::chrono::ceil<std::chrono::milliseconds>(until - now));
    rd_kafka_poll(client_->get(), static_cast<int>(left.count()));
  }
}

Clock::Instant Producer::latest_answer() const {
  if (message_timeout_ == 0ms) return Clock::Instant::max();
  return clock_.now() + message_timeout_ + answer_slack;
}

bool Producer::flush(Clock::Instant deadline) {
  bool asked_to_stop = false;
  while (
      rd_kafka_flush(client_->get(), static_cast<int>(std::chrono::milliseconds(slice).count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Clock::Instant now = clock_.now();
    if (stop_.raised() && !asked_to_stop) deadline = std::min(deadline, now + grace);
    asked_to_stop = stop_.raised();
    if (now >= deadline) return false;
  }
  return true;
}

Error Producer::missing(std::int64_t sent) const {
  const std::string what = fmt::format("source \"{}\" did not acknowledge {} of {} messages",
                                       client_->name(), sent - result_->delivered, sent);
  const Troubles& troubles = client_->troubles();
  if (result_->failed == 0 || (is_silence(result_->first_code) && troubles.any())) {
    return broker_error(what, troubles);
  }
  Error error(is_denied(result_->first_code) ? ExitCode::not_authorised : ExitCode::unavailable,
              fmt::format("{}: {}", what, result_->first_error));
  if (!is_denied(result_->first_code)) return error;
  return std::move(error).hint("the user needs the right WRITE on the topic");
}

}  // namespace sluice
