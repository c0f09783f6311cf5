#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "source/kafka/handles.h"

namespace sluice {

// How a broker answered a request for messages.
struct FetchAnswer {
  int api_version = 0;
  std::size_t bytes = 0;
  std::chrono::microseconds took{};  // from the request's leaving on
};

// Sees every request leave and every response come in, which is what tells a broker that is silent
// because there is nothing to say from one that is gone. (rdkafka.h, "Interceptors".)
// Written by librdkafka's threads, read by any.
class ResponseWatch {
 public:
  virtual ~ResponseWatch() = default;

  // Call before the client is made; must outlive it.
  void attach(rd_kafka_conf_t* conf);

  // When a broker last answered a request for metadata, offsets or messages; the clock's epoch for
  // never.
  Clock::Instant last_answer() const {
    return Clock::Instant(Clock::Instant::duration(last_answer_.load()));
  }

  // How many connections have begun to talk so far. Where the source's properties leave out what
  // they begin with (api.version.request), none counts.
  std::int64_t connections() const { return connections_; }

 protected:
  // For a watch that looks closer. Must not block nor call librdkafka.
  virtual void fetch_sent() {}
  virtual void fetch_answered(const FetchAnswer&) {}

 private:
  struct Callbacks;
  std::atomic<Clock::Instant::rep> last_answer_{0};
  std::atomic<std::int64_t> connections_{0};
};

}  // namespace sluice
