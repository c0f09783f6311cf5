#include "source/kafka/group_publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "source/kafka/client.h"

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds first_patience = 1s;
constexpr std::chrono::milliseconds patience_with_answers = 5s;  // at most, where one came
constexpr std::chrono::milliseconds longest_patience = 60s;
constexpr std::chrono::milliseconds request_timeout = 1h;  // the most that librdkafka takes
constexpr auto between_tries = 50ms;
constexpr std::chrono::milliseconds longest_look = 100ms;  // whether it is connected by now
constexpr const char* silence = "no answer in time";

using RequestHandle = std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t,
                                      DestroyWith<rd_kafka_AlterConsumerGroupOffsets_destroy>>;

Properties publisher_properties(const SourceEntry& source, const std::string& client_id) {
  Properties properties(source);
  properties.prefer("client.id", client_id.c_str());
  properties.add_users();
  fix_consumer(properties);
  return properties;
}

struct Outcome {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string text;
};

Outcome outcome_of(const rd_kafka_group_result_t* group) {
  if (const auto* error = rd_kafka_group_result_error(group)) {
    return {rd_kafka_error_code(error), rd_kafka_error_string(error)};
  }
  const auto* partitions = rd_kafka_group_result_partitions(group);
  for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
    const auto& one = partitions->elems[i];
    if (one.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    return {one.err, fmt::format("{}/{}: {}", one.topic, one.partition, rd_kafka_err2str(one.err))};
  }
  return {};
}

Outcome outcome_of(rd_kafka_event_t* answer) {
  if (const auto error = rd_kafka_event_error(answer); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {error, rd_kafka_event_error_string(answer)};
  }
  std::size_t count = 0;
  const auto** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(answer), &count);
  return count == 0 ? Outcome{} : outcome_of(groups[0]);
}

bool passes(rd_kafka_resp_err_t code) {
  return is_silence(code) || code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

// What a person can do about it; empty where we do not know.
std::string_view advice(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
      return " (the group has members; publish to one that nobody joins)";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return " (the user needs the right READ on the group)";
    default:
      return "";
  }
}

}  // namespace

struct KafkaGroupPublisher::Connection {
  KafkaClient client;
  QueueHandle answers{rd_kafka_queue_new(client.get())};
};

KafkaGroupPublisher::KafkaGroupPublisher(const SourceEntry& source, std::string group,
                                         std::string client_id, const Clock& clock,
                                         const StopSignal& stop)
    : source_(source),
      group_(std::move(group)),
      client_id_(std::move(client_id)),
      clock_(clock),
      stop_(stop),
      connection_(connect()),
      patience_(first_patience) {}

KafkaGroupPublisher::~KafkaGroupPublisher() = default;

std::unique_ptr<KafkaGroupPublisher::Connection> KafkaGroupPublisher::connect() const {
  return std::unique_ptr<Connection>(new Connection{
      .client = {RD_KAFKA_CONSUMER, source_, publisher_properties(source_, client_id_), nullptr,
                 clock_, stop_}});
}

void KafkaGroupPublisher::publish(std::span<const PublishedPosition> positions) {
  take_answer(0ms);
  if (on_its_way_ && clock_.now() >= sent_ + patience_) give_up();
  positions_.assign(positions.begin(), positions.end());
  is_current_ = positions_.empty();
  if (!on_its_way_ && !is_current_) send();
}

// A request that is still on its way is waited for first: two of them could overtake each other.
// One that was given up can, if its broker takes it up only then: the next job or tick mends that.
void KafkaGroupPublisher::finish(Clock::Instant deadline) {
  for (;;) {
    const auto latest = is_connected() ? std::min(deadline, sent_ + patience_) : deadline;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(latest - clock_.now());
    take_answer(std::clamp<std::chrono::milliseconds>(left, 0ms, longest_look));
    const auto now = clock_.now();
    if (on_its_way_ && now >= deadline) {
      failure_ = why_silent();
      return;
    }
    if (on_its_way_ && is_connected() && now >= sent_ + patience_) give_up();
    if (on_its_way_) continue;
    const bool again = !failure_.empty() && may_pass_;
    if (is_current_ && !again) return;
    if (now >= deadline) {
      if (failure_.empty()) failure_ = "no time was left for the last positions";
      return;
    }
    if (again) std::this_thread::sleep_for(between_tries);
    send();
  }
}

void KafkaGroupPublisher::send() {
  is_current_ = true;
  try {
    if (!connection_) connection_ = connect();
  } catch (const Error& error) {
    failure_ = error.what();
    may_pass_ = false;
    return;
  }
  const PartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions_.size())));
  for (const PublishedPosition& position : positions_) {
    rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition)
        ->offset = position.next_offset;
  }
  const RequestHandle request(rd_kafka_AlterConsumerGroupOffsets_new(group_.c_str(), list.get()));
  auto* client = connection_->client.get();
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS));
  rd_kafka_AdminOptions_set_request_timeout(
      options.get(), static_cast<int>(request_timeout.count()), nullptr, 0);
  auto* one = request.get();
  rd_kafka_AlterConsumerGroupOffsets(client, &one, 1, options.get(), connection_->answers.get());
  on_its_way_ = true;
  sent_ = clock_.now();
}

void KafkaGroupPublisher::take_answer(std::chrono::milliseconds wait) {
  if (!connection_) return;
  connection_->client.serve();
  if (!on_its_way_) return;
  auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
  {
    const EventHandle answer(
        rd_kafka_queue_poll(connection_->answers.get(), static_cast<int>(wait.count())));
    if (!answer) return;
    on_its_way_ = false;
    connection_->client.serve();  // the causes of a failure
    code = judge(answer.get());
  }
  if (is_silence(code)) end_connection();
}

rd_kafka_resp_err_t KafkaGroupPublisher::judge(rd_kafka_event_t* answer) {
  Troubles& troubles = connection_->client.troubles();
  const Outcome outcome = outcome_of(answer);
  may_pass_ = passes(outcome.code);
  failure_ = outcome.text + std::string(advice(outcome.code));  // both empty where all is well
  if (is_silence(outcome.code)) {
    failure_ = troubles.causes(failure_);
    return outcome.code;
  }
  troubles.clear();
  patience_ = std::min(patience_, patience_with_answers);
  return outcome.code;
}

// Some broker has answered this connection. At the end one that is still being made is not given up
// for another that would have to be made as well.
bool KafkaGroupPublisher::is_connected() const {
  return connection_ && !connection_->client.cluster_id(0ms).empty();
}

// A new connection knows no causes yet; what was known before is told on.
std::string KafkaGroupPublisher::why_silent() {
  connection_->client.serve();
  const bool is_known = may_pass_ && !failure_.empty();
  return connection_->client.troubles().causes(is_known ? failure_ : silence);
}

void KafkaGroupPublisher::give_up() {
  failure_ = why_silent();
  may_pass_ = true;
  on_its_way_ = false;
  patience_ = std::min(2 * patience_, longest_patience);
  end_connection();
}

// It takes a while to end where brokers are away, and nobody waits for that here, unless there is
// no thread for it.
void KafkaGroupPublisher::end_connection() {
  ending_ = std::async(std::launch::async | std::launch::deferred,
                       [ended = std::move(connection_)]() mutable { ended.reset(); });
}

}  // namespace sluice
