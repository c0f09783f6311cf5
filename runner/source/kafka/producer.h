#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "catalog/catalog.h"
#include "data/message.h"
#include "source/kafka/client.h"
#include "source/kafka/topics.h"

namespace sluice {

// A message to send. What it views is copied by send().
struct OutgoingMessage {
  std::optional<std::int32_t> partition;  // absent: by the key as Java's clients choose, or any
  Bytes key;                              // a null pointer is Kafka's null
  Bytes value;
  std::span<const std::pair<std::string_view, Bytes>> headers;
  EpochMs timestamp_ms = no_timestamp;  // then the producer's clock
};

// Sends messages to a source's topics: each once and in the order of the calls (idempotence).
// One thread uses it. Destruction drops what is not yet acknowledged: flush() first.
class Producer {
 public:
  // Throws Error{definition}.
  Producer(const SourceEntry& source, const Clock& clock, const StopSignal& stop,
           const std::string& client_id = "sluice-produce");
  ~Producer();

  // As Source::connect(). False when asked to stop.
  bool connect(Clock::Instant deadline);

  // How many partitions a topic has; nothing when asked to stop. Throws Error{no_input} with the
  // nearest name.
  std::optional<std::int32_t> topic_partitions(const std::string& topic, Clock::Instant deadline);

  // Makes the topic unless it is there, with the broker's default replication; true when it did.
  // It has its leaders then. Throws Error{not_authorised}, Error{unavailable}.
  bool create_topic(const std::string& topic, std::int32_t partitions, Clock::Instant deadline);

  // Queues a message; waits while the queue is full. False when asked to stop (the message is not
  // queued). Throws Error{no_input} for an unknown topic or partition, Error{bad_data} for a
  // message that is too large.
  bool send(const std::string& topic, const OutgoingMessage& message);

  // Waits until then. False, at once, when asked to stop.
  bool wait(Clock::Instant until);

  // Waits until every message is acknowledged or has failed; false where some are neither at the
  // deadline, or 2 s after the StopSignal: those may be stored or not.
  bool flush(Clock::Instant deadline);

  // When every message that is queued now will have been acknowledged or have failed
  // (message.timeout.ms, 60 s unless the source says otherwise).
  Clock::Instant latest_answer() const;

  // Error{unavailable} or Error{not_authorised}: how many of those sent were not acknowledged, and
  // why the first one was not.
  Error missing(std::int64_t sent) const;

  struct Result {
    std::int64_t delivered = 0;
    std::int64_t failed = 0;
    std::string first_error;  // of the failed ones
    rd_kafka_resp_err_t first_code = RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  const Result& result() const { return *result_; }

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*);
  Error refused(const std::string& topic, const OutgoingMessage& message,
                rd_kafka_resp_err_t error) const;

  const Clock& clock_;
  const StopSignal& stop_;
  std::chrono::milliseconds message_timeout_{0};  // 0: none
  std::unique_ptr<Result> result_;                // librdkafka's callback writes it, from our polls
  std::unique_ptr<KafkaClient> client_;
  std::unique_ptr<KafkaTopics> topics_;
};

}  // namespace sluice
