#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "catalog/catalog.h"
#include "source/kafka/handles.h"
#include "source/kafka/properties.h"
#include "source/kafka/response_watch.h"
#include "source/kafka/scrubber.h"
#include "source/kafka/troubles.h"

namespace sluice {

// A librdkafka client that knows why it fails. It connects in the background from its construction
// on. One thread uses it.
//
// Every wait is cut into slices, so that it ends within 250 ms after the StopSignal; only where
// brokers have answered, but not yet what they are asked for, is a slice longer (up to 3 s).
class KafkaClient {
 public:
  // Takes the properties; makes the client with `watch`, if any, attached. Throws
  // Error{definition}.
  KafkaClient(rd_kafka_type_t type, const SourceEntry& source, Properties properties,
              std::unique_ptr<ResponseWatch> watch, const Clock& clock, const StopSignal& stop);

  // Topics and queues must be gone. Ends within 2 s.
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return client_.get(); }
  const std::string& name() const { return name_; }
  Troubles& troubles() { return shared_->troubles; }
  const Troubles& troubles() const { return shared_->troubles; }
  const ResponseWatch& watch() const { return *shared_->watch; }

  // Serves librdkafka's callbacks (errors, delivery reports).
  void serve() { rd_kafka_poll(get(), 0); }

  // Waits until a broker answers, at most until `deadline` and never longer than the source's
  // connect_timeout. False when asked to stop. Throws Error{unavailable} or, at once where waiting
  // is in vain, Error{not_authorised}.
  bool connect(Clock::Instant deadline);

  // One topic's metadata, or with nullptr those of all. Null when asked to stop. Throws as
  // connect().
  MetadataHandle metadata(rd_kafka_topic_t* topic, Clock::Instant deadline);

  // A single try, without a throw.
  MetadataHandle try_metadata(rd_kafka_topic_t* topic, std::chrono::milliseconds timeout);

  // Asks for metadata beside who calls and waits for `wait` at most: whether they came within
  // `patience`, nothing while that is not known. A question is asked until it has told that, and
  // then the next one.
  std::optional<bool> metadata_came(std::chrono::milliseconds wait,
                                    std::chrono::milliseconds patience);

  // Repeats `attempt` (which gets the time it may take) until it succeeds. False when asked to
  // stop; throws as connect() when the deadline is over, or connect_timeout is while some broker
  // cannot be reached, or leaders are not elected within 30 s; `doing` then stands in the sentence:
  // "source "shop": cannot <doing>: <causes>". Where brokers were silent the cause is "no answer in
  // 2.9 s", the time since the call, and behind it `silence_means`.
  bool retry(const std::function<rd_kafka_resp_err_t(std::chrono::milliseconds)>& attempt,
             Clock::Instant deadline, const std::string& doing,
             std::string_view silence_means = {});

  // Empty where the brokers do not tell, or none has answered within the time.
  std::string cluster_id(std::chrono::milliseconds timeout = std::chrono::milliseconds(200));

 private:
  static void on_error(rd_kafka_t*, int code, const char* reason, void* self);
  static void on_log(const rd_kafka_t* client, int level, const char* topic, const char* text);
  static int on_certificate(rd_kafka_t*, const char* broker, std::int32_t, int* verdict, int,
                            const char*, std::size_t, char*, std::size_t, void* self);

  // What callbacks in the library's threads use; they may outlive us (see end_client()).
  struct Shared {
    Scrubber scrubber;
    Troubles troubles;
    std::unique_ptr<ResponseWatch> watch;
  };

  std::string name_;
  std::string servers_;
  std::chrono::milliseconds connect_timeout_;
  const Clock& clock_;
  const StopSignal& stop_;
  std::shared_ptr<Shared> shared_;
  ClientHandle client_;
  std::future<bool> asked_;  // by metadata_came()
};

}  // namespace sluice
