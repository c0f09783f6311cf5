#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "source/kafka/handles.h"

namespace sluice {

// What librdkafka told about one broker last. `broker` is its address as librdkafka names it,
// empty where the text names none.
struct Trouble {
  std::string broker;
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string text;
  // OpenSSL's verdict on the broker's certificate (X509_V_ERR_...), where it failed.
  int certificate = 0;
  // Since when this broker behaves as ports do that want another kind of security.
  std::optional<Clock::Instant> misfit_since = {};
};

// Reads "host:9092/bootstrap: Connect to … failed: Connection refused (after 0ms in state CONNECT)"
// into broker and cause.
Trouble parse_trouble(rd_kafka_resp_err_t code, std::string_view reason);

// Login, certificate or rights: waiting longer will not help.
bool is_refusal(const Trouble& trouble);

// Nothing came: why, only the error callback has told (Troubles).
bool is_silence(rd_kafka_resp_err_t code);

// Whether the connection may be refused for the wrong kind of security rather than be broken:
// not sure enough to give up early, but the likely cause when nothing ever worked.
bool is_handshake_failure(const Trouble& trouble);

// The reasons behind librdkafka's silence. A call that fails says "timed out"; why stands only in
// the error callback, repeated with each try. Keeps the last distinct reason of each broker.
// Any thread.
class Troubles {
 public:
  // From the error callback.
  void note(rd_kafka_resp_err_t code, std::string_view reason, Clock::Instant now);

  // From the callback that is told what OpenSSL finds wrong with a broker's certificate.
  void note_certificate(std::string_view broker, int verdict);

  // All is well again.
  void clear();

  bool any() const;
  std::vector<Trouble> list() const;
  std::optional<Trouble> refusal() const;

  // Since when brokers refuse us, for as long as nothing clears it.
  std::optional<Clock::Instant> refused_since() const;

  // Whether the names of all of `count` servers are known not to exist.
  bool none_resolves(std::size_t count) const;

  // Whether all of `count` servers have been answering for some seconds as ports do that want
  // another kind of security. For a client that never got an answer.
  bool none_understands(std::size_t count, Clock::Instant now) const;

  // "Connect to ipv4#127.0.0.1:1 failed: Connection refused", each broker's; or `otherwise`.
  std::string causes(std::string_view otherwise) const;

  // A topic or a partition was reported as gone since the last call.
  bool take_missing_topic();

 private:
  mutable std::mutex mutex_;
  std::vector<Trouble> last_;                                   // one for each broker
  std::map<std::string, int, std::less<>> certificates_;        // by broker, what is wrong with it
  std::map<std::string, Clock::Instant, std::less<>> misfits_;  // by broker, the first
  std::optional<Clock::Instant> refused_since_;
  bool missing_topic_ = false;
};

// The error of a source that cannot be reached or does not let us in: what was tried, the causes,
// and a hint where the cause is known. `silence` is said where no broker has told a cause.
Error broker_error(std::string_view what, const Troubles& troubles,
                   std::string_view silence = "no answer");

}  // namespace sluice
