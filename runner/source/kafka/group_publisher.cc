#include "source/kafka/group_publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds shortest_request = 1s;
constexpr std::chrono::milliseconds longest_request = 5s;
constexpr auto between_tries = 50ms;

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

KafkaGroupPublisher::KafkaGroupPublisher(const SourceEntry& source, std::string group,
                                         const std::string& client_id, const Clock& clock,
                                         const StopSignal& stop)
    : group_(std::move(group)),
      clock_(clock),
      client_(RD_KAFKA_CONSUMER, source, publisher_properties(source, client_id), nullptr, clock,
              stop),
      answers_(rd_kafka_queue_new(client_.get())),
      patience_(shortest_request) {}

void KafkaGroupPublisher::publish(std::span<const PublishedPosition> positions) {
  take_answer(0ms);
  positions_.assign(positions.begin(), positions.end());
  is_current_ = positions_.empty();
  if (!on_its_way_ && !is_current_) send();
}

// A request that is still on its way is waited for first: two of them could overtake each other.
void KafkaGroupPublisher::finish(Clock::Instant deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_.now());
    take_answer(std::max(left, 0ms));
    if (on_its_way_) {
      client_.serve();
      failure_ = client_.troubles().causes("no answer in time");
      return;
    }
    const bool again = !failure_.empty() && may_pass_;
    if ((is_current_ && !again) || clock_.now() >= deadline) return;
    if (again) std::this_thread::sleep_for(between_tries);
    send();
  }
}

void KafkaGroupPublisher::send() {
  const PartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions_.size())));
  for (const PublishedPosition& position : positions_) {
    rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition)
        ->offset = position.next_offset;
  }
  const RequestHandle request(rd_kafka_AlterConsumerGroupOffsets_new(group_.c_str(), list.get()));
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(patience_.count()),
                                            nullptr, 0);
  auto* one = request.get();
  rd_kafka_AlterConsumerGroupOffsets(client_.get(), &one, 1, options.get(), answers_.get());
  on_its_way_ = true;
  is_current_ = true;
}

void KafkaGroupPublisher::take_answer(std::chrono::milliseconds wait) {
  client_.serve();
  if (!on_its_way_) return;
  const EventHandle answer(rd_kafka_queue_poll(answers_.get(), static_cast<int>(wait.count())));
  if (!answer) return;
  on_its_way_ = false;
  client_.serve();  // the causes of a failure
  judge(answer.get());
}

void KafkaGroupPublisher::judge(rd_kafka_event_t* answer) {
  const Outcome outcome = outcome_of(answer);
  may_pass_ = passes(outcome.code);
  failure_.clear();
  if (outcome.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_.troubles().clear();
    patience_ = shortest_request;
    return;
  }
  failure_ = outcome.text + std::string(advice(outcome.code));
  if (!is_silence(outcome.code)) return;
  failure_ = client_.troubles().causes(failure_);
  patience_ = std::min(2 * patience_, longest_request);
}

}  // namespace sluice
