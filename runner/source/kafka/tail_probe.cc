#include "source/kafka/tail_probe.h"

#include <atomic>
#include <string>

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr auto longest_probe = 1200ms;
constexpr std::chrono::milliseconds broker_waits = 50ms;  // for messages, where there are none
constexpr std::chrono::milliseconds error_pause =
    1000ms;  // librdkafka's, after a partition's error

Properties probe_properties(const SourceEntry& source) {
  Properties properties(source);
  properties.add_users();
  fix_consumer(properties);
  properties.fix("fetch.wait.max.ms", std::to_string(broker_waits.count()).c_str());
  properties.fix("fetch.error.backoff.ms", std::to_string(error_pause.count()).c_str());
  properties.fix("isolation.level", "read_uncommitted");
  properties.fix("client.rack", "");  // a leader that sends us to a follower answers empty as well
  return properties;
}

// A response for one partition that carries no record has one size only (Kafka protocol,
// FetchResponse): the topic's name or id, 42 bytes for the partition (36 from version 12 on, where
// lengths are compact) and about 20 bytes around them. The smallest record batch adds 61 bytes, so
// there is room between the two. A response without the partition, which is how a broker throttles,
// has about 20 bytes in all. An error has the size of an empty response: its watermark is -1.
bool is_empty(int api_version, std::size_t bytes, std::size_t name_bytes) {
  const std::size_t topic_bytes = api_version >= 13 ? 16 : name_bytes + 2;
  return bytes >= topic_bytes + 36 && bytes < topic_bytes + 90;
}

}  // namespace

// An answer without a record, for which the broker waited as long as it may, and which librdkafka
// took without an error: it asks again at once. Where the answer held an error (some brokers send
// the watermark with it) there was no waiting, and the next request comes after `error_pause`.
//
// Counts on librdkafka having one Fetch in flight for a broker: when the next one leaves, the
// answer to the one before has been worked off.
struct TailProbe::Watch : ResponseWatch {
  explicit Watch(std::size_t bytes) : name_bytes(bytes) {}

  void fetch_sent() override {
    const Clock::Instant answered{Clock::Instant::duration(empty_at.load())};
    proven = std::chrono::steady_clock::now() - answered < error_pause / 2;
  }
  void fetch_answered(const FetchAnswer& answer) override {
    proven = false;
    const bool empty = answer.took >= broker_waits * 9 / 10 &&
                       is_empty(answer.api_version, answer.bytes, name_bytes);
    empty_at = empty ? std::chrono::steady_clock::now().time_since_epoch().count() : 0;
  }

  const std::size_t name_bytes;
  std::atomic<Clock::Instant::rep> empty_at{0};  // the last answer, if it was empty
  std::atomic<bool> proven{false};
};

TailProbe::TailProbe(const SourceEntry& source, const std::string& topic, std::int32_t partition,
                     Offset position, Offset end, const Clock& clock, const StopSignal& stop)
    : clock_(clock),
      give_up_(clock.now() + longest_probe),
      topic_name_(topic),
      partition_(partition),
      end_(end) {
  auto watch = std::make_unique<Watch>(topic.size());
  watch_ = watch.get();
  client_ = std::make_unique<KafkaClient>(RD_KAFKA_CONSUMER, source, probe_properties(source),
                                          std::move(watch), clock, stop);
  topic_.reset(rd_kafka_topic_new(client_->get(), topic.c_str(), nullptr));
  queue_.reset(rd_kafka_queue_new(client_->get()));
  rd_kafka_consume_start_queue(topic_.get(), partition, position, queue_.get());
}

TailProbe::~TailProbe() = default;

TailProbe::Finding TailProbe::poll() {
  client_->serve();
  const bool proven = watch_->proven.load();
  // A message, the end of the partition, or an error: each says that it is no hole.
  if (const MessageHandle any{rd_kafka_consume_queue(queue_.get(), 0)}) return Finding::none;
  if (proven) {
    Offset low = RD_KAFKA_OFFSET_INVALID;
    Offset high = RD_KAFKA_OFFSET_INVALID;  // -1 in the answer of a broker that reports an error
    rd_kafka_get_watermark_offsets(client_->get(), topic_name_.c_str(), partition_, &low, &high);
    // The watermark may be that of an answer that came meanwhile and has something to read.
    if (high >= end_ && watch_->proven.load()) return Finding::hole;
  }
  return clock_.now() >= give_up_ ? Finding::none : Finding::unknown;
}

}  // namespace sluice
