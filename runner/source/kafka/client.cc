#include "source/kafka/client.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "source/kafka/client_end.h"

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr auto longest_wait = 100ms;
constexpr auto first_slice = 200ms;
constexpr auto longest_slice = 3s;
constexpr auto between_tries = 20ms;
constexpr auto silent_wait = 3s;     // before the log says what is waited for,
constexpr auto between_words = 60s;  // and again
// A broker that died is noticed after 9 s (KRaft) or 18 s (ZooKeeper), with Kafka's defaults.
constexpr std::chrono::milliseconds longest_election = 30s;

std::size_t count_servers(const std::string& servers) {
  return static_cast<std::size_t>(std::count(servers.begin(), servers.end(), ',')) + 1;
}

std::chrono::milliseconds until(Clock::Instant deadline, Clock::Instant now) {
  return std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
}

// Of one topic, or of all that the client knows.
MetadataHandle known_topics_metadata(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                     std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* found = nullptr;
  rd_kafka_metadata(client, 0, topic, &found, static_cast<int>(timeout.count()));
  return MetadataHandle(found);
}

}  // namespace

KafkaClient::KafkaClient(rd_kafka_type_t type, const SourceEntry& source, Properties properties,
                         std::unique_ptr<ResponseWatch> watch, const Clock& clock,
                         const StopSignal& stop)
    : name_(source.name),
      servers_(source.servers),
      connect_timeout_(source.connect_timeout),
      clock_(clock),
      stop_(stop),
      shared_(new Shared{Scrubber(source), {}, std::move(watch)}) {
  if (shared_->watch == nullptr) shared_->watch = std::make_unique<ResponseWatch>();
  shared_->watch->attach(properties.get());
  rd_kafka_conf_set_opaque(properties.get(), shared_.get());
  rd_kafka_conf_set_error_cb(properties.get(), on_error);
  rd_kafka_conf_set_log_cb(properties.get(), on_log);
  rd_kafka_conf_set_ssl_cert_verify_cb(properties.get(), on_certificate);
  client_ = std::move(properties).make_client(type);
}

KafkaClient::~KafkaClient() { end_client(std::move(client_), shared_, std::move(asked_)); }

void KafkaClient::on_error(rd_kafka_t*, int code, const char* reason, void* shared) {
  auto* ours = static_cast<Shared*>(shared);
  ours->troubles.note(static_cast<rd_kafka_resp_err_t>(code), ours->scrubber.clean(reason),
                      std::chrono::steady_clock::now());
}

void KafkaClient::on_log(const rd_kafka_t* client, int, const char* topic, const char* text) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto* ours = static_cast<const Shared*>(rd_kafka_opaque(client));
  spdlog::debug("librdkafka {}: {}", topic, ours->scrubber.clean(text));
}

// Called for each certificate of a broker's chain with OpenSSL's verdict on it (0 for good), which
// stays the answer. It is asked for only because librdkafka's text is the same for each cause.
int KafkaClient::on_certificate(rd_kafka_t*, const char* broker, std::int32_t, int* verdict, int,
                                const char*, std::size_t, char*, std::size_t, void* shared) {
  if (*verdict == 0) return 1;
  static_cast<Shared*>(shared)->troubles.note_certificate(broker, *verdict);
  return 0;
}

bool KafkaClient::connect(Clock::Instant deadline) {
  deadline = std::min(deadline, clock_.now() + connect_timeout_);
  return retry(
      [&](auto timeout) {
        // Asks for nothing: the metadata that every new connection brings tell the cluster's id.
        // A request of ours would be one for all topics, since the client knows none yet.
        const auto end = std::chrono::steady_clock::now() + timeout;
        for (;;) {
          const auto asked = std::chrono::steady_clock::now();
          const auto wait = std::min<std::chrono::milliseconds>(longest_wait, until(end, asked));
          if (!cluster_id(wait).empty()) return RD_KAFKA_RESP_ERR_NO_ERROR;
          const auto now = std::chrono::steady_clock::now();
          // Where it answers at once with nothing, there are metadata, but of a cluster without id.
          if (2 * (now - asked) < wait) return RD_KAFKA_RESP_ERR_NO_ERROR;
          if (now >= end || stop_.raised()) return RD_KAFKA_RESP_ERR__TIMED_OUT;
        }
      },
      deadline, fmt::format("reach a broker at {}", servers_),
      "; what listens there does not speak Kafka's protocol, or something between drops it");
}

MetadataHandle KafkaClient::metadata(rd_kafka_topic_t* topic, Clock::Instant deadline) {
  MetadataHandle result;
  const auto attempt = [&](std::chrono::milliseconds timeout) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(get(), topic == nullptr ? 1 : 0, topic, &found,
                                         static_cast<int>(timeout.count()));
    result.reset(found);
    return error;
  };
  retry(attempt, deadline, "ask for its topics");
  return result;
}

MetadataHandle KafkaClient::try_metadata(rd_kafka_topic_t* topic,
                                         std::chrono::milliseconds timeout) {
  return known_topics_metadata(get(), topic, timeout);
}

std::optional<bool> KafkaClient::metadata_came(std::chrono::milliseconds wait,
                                               std::chrono::milliseconds patience) {
  // Not through us: it may outlive us (see end_client()).
  const auto ask = [client = get(), patience] {
    return known_topics_metadata(client, nullptr, patience) != nullptr;
  };
  try {
    if (!asked_.valid()) asked_ = std::async(std::launch::async, ask);
  } catch (const std::system_error& error) {
    spdlog::debug("source \"{}\": asks without a thread beside: {}", name_, error.what());
    return ask();
  }
  if (asked_.wait_for(wait) != std::future_status::ready) return std::nullopt;
  return asked_.get();
}

bool KafkaClient::retry(
    const std::function<rd_kafka_resp_err_t(std::chrono::milliseconds)>& attempt,
    Clock::Instant deadline, const std::string& doing, std::string_view silence_means) {
  auto slice = std::chrono::milliseconds(first_slice);
  const auto began = clock_.now();
  auto next_word = began + silent_wait;
  for (;;) {
    if (stop_.raised()) return false;
    const auto left = std::max(1ms, until(deadline, clock_.now()));
    const auto error = attempt(std::min(slice, left));
    serve();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      troubles().clear();
      return true;
    }
    const auto failure = [&] {
      const std::chrono::duration<double> silence = clock_.now() - began;
      return broker_error(fmt::format("source \"{}\": cannot {}", name_, doing), troubles(),
                          fmt::format("no answer in {:.1f} s{}", silence.count(), silence_means));
    };
    if (troubles().refusal() || troubles().none_resolves(count_servers(servers_)) ||
        troubles().none_understands(count_servers(servers_), clock_.now())) {
      throw failure();
    }
    // Brokers that are only slow have no trouble, and an election takes its time.
    const bool is_electing = error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    const auto limit = std::max(connect_timeout_, is_electing ? longest_election : 0ms);
    const bool is_in_vain = (is_electing || troubles().any()) && clock_.now() - began >= limit;
    if (is_in_vain || clock_.now() >= deadline) {
      // The sentence for silence is ours.
      if (!troubles().any() && !is_silence(error)) {
        troubles().note(error, rd_kafka_err2str(error), clock_.now());
      }
      throw failure();
    }
    if (clock_.now() >= next_word) {
      next_word += between_words;
      spdlog::warn("source \"{}\": waits, since it cannot {} yet: {}", name_, doing,
                   troubles().causes("no answer"));
    }
    // Brokers that say nothing wrong may only be slow: an answer that takes longer than the slice
    // would be lost each time.
    if (error == RD_KAFKA_RESP_ERR__TIMED_OUT && !troubles().any()) {
      slice = std::min<std::chrono::milliseconds>(slice * 2, longest_slice);
    } else {
      std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(between_tries, left));
    }
  }
}

std::string KafkaClient::cluster_id(std::chrono::milliseconds timeout) {
  char* id = rd_kafka_clusterid(get(), static_cast<int>(timeout.count()));
  if (id == nullptr) return {};
  std::string result = id;
  rd_kafka_mem_free(get(), id);
  return result;
}

}  // namespace sluice
