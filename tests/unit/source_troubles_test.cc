#include <doctest/doctest.h>
#include <fmt/format.h>

#include "source/kafka/troubles.h"

namespace sluice {
namespace {

TEST_CASE("librdkafka's reasons are taken apart into broker and cause") {
  struct Row {
    std::string_view reason;
    std::string_view broker;
    std::string_view text;
  };
  const Row rows[] = {
      {"localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms "
       "in state CONNECT, 1 identical error(s) suppressed)",
       "localhost:1", "Connect to ipv4#127.0.0.1:1 failed: Connection refused"},
      {"sasl_ssl://k.example:9093/2: SASL authentication error: Authentication failed",
       "k.example:9093", "SASL authentication error: Authentication failed"},
      {"1/1 brokers are down", "", "1/1 brokers are down"},
      {"Failed to read: it broke", "", "Failed to read: it broke"},
  };
  for (const auto& row : rows) {
    const auto trouble = parse_trouble(RD_KAFKA_RESP_ERR__TRANSPORT, row.reason);
    CHECK(trouble.broker == row.broker);
    CHECK(trouble.text == row.text);
  }
}

TEST_CASE("what a broker's failure means for the job") {
  struct Row {
    rd_kafka_resp_err_t code;
    std::string_view reason;
    bool refusal;   // waiting longer does not help
    ExitCode exit;  // in the end
  };
  const Row rows[] = {
      {RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: Connect to ipv4#1.2.3.4:1 failed: Connection refused",
       false, ExitCode::unavailable},
      {RD_KAFKA_RESP_ERR__RESOLVE,
       "a:1/bootstrap: Failed to resolve 'a:1': Name or service not known", false,
       ExitCode::unavailable},
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, "a:1/1: SASL authentication error: Authentication failed",
       true, ExitCode::not_authorised},
      {RD_KAFKA_RESP_ERR__SSL, "a:1/1: SSL handshake failed: certificate verify failed: (x)", true,
       ExitCode::not_authorised},
      {RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: SSL handshake failed: certificate verify failed: (x)",
       true, ExitCode::not_authorised},
      {RD_KAFKA_RESP_ERR__TRANSPORT,
       "a:1/1: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?",
       false, ExitCode::not_authorised},
      {RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: SASL Handshake not supported by broker", true,
       ExitCode::not_authorised},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    Troubles troubles;
    troubles.note(row.code, row.reason, {});
    CHECK(troubles.refusal().has_value() == row.refusal);
    CHECK(troubles.refused_since().has_value() == row.refusal);
    const auto error = broker_error("source \"shop\"", troubles);
    CHECK(error.code() == row.exit);
    CHECK(std::string_view(error.what()).substr(0, 13) == "source \"shop\"");
  }
}

TEST_CASE("each broker's last distinct reason is kept, and only that") {
  Troubles troubles;
  troubles.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "2/2 brokers are down", {});
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: broken (after 5ms in state UP)", {});
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: broken (after 9ms in state UP)", {});
  troubles.note(RD_KAFKA_RESP_ERR__RESOLVE, "b:1/2: nobody", {});
  troubles.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "2/2 brokers are down", {});
  CHECK(troubles.causes("?") == "a:1: broken; b:1: nobody");
  troubles.clear();
  CHECK(troubles.causes("?") == "?");
}

TEST_CASE("a refusal is not forgotten for the disconnection that follows it") {
  Troubles troubles;
  troubles.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "a:1/1: SASL authentication error: no", {});
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: Disconnected", {});
  CHECK(troubles.refusal());
}

TEST_CASE("what librdkafka says is told in the catalog's words, with the way out") {
  struct Row {
    std::string_view reason;
    std::string_view cause;
    std::string_view hint;
    bool at_once;  // or only after some seconds without anything else
  };
  const Row rows[] = {
      {"SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading",
       "the broker hung up on the TLS handshake", "may speak no TLS", false},
      {"SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?",
       "the broker hung up on the TLS handshake", "may speak no TLS", false},
      {"Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol "
       "configuration (connecting to a SSL listener?) or broker version is < 0.10",
       "the broker hung up on the first request", "may want TLS", false},
      {"Disconnected: verify that security.protocol is correctly configured, broker might require "
       "SASL authentication",
       "the broker hung up on a client without a login", "sasl_ssl or sasl_plaintext", false},
      {"Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number "
       "42",
       "the broker wants a client certificate", "security.certificate", true},
      {"Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert "
       "number 116",
       "the broker wants a client certificate", "security.certificate", true},
      {"Receive failed: error:0A000416:SSL routines::sslv3 alert certificate unknown: SSL alert "
       "number 46",
       "the broker does not take our client certificate", "expired", true},
      {"SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: "
       "broker's supported mechanisms: ",
       "this port wants no login", "SASL port", true},
      {"SASL GSSAPI mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
       "supported mechanisms: PLAIN,SCRAM-SHA-512",
       "the broker does not offer security.mechanism, but PLAIN,SCRAM-SHA-512",
       "one that it offers", true},
      {"SASL authentication error: Authentication failed: Invalid username or password",
       "the broker refuses the login: Authentication failed: Invalid username or password",
       "security.password", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    const Clock::Instant start{};
    Troubles troubles;
    troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, fmt::format("ssl://a:1/1: {}", row.reason), start);
    const std::string text = broker_error("source", troubles).what();
    CHECK(text.starts_with(fmt::format("source: a:1: {}", row.cause)));
    CHECK(text.find(row.hint) > text.find("\n  hint: "));
    CHECK(text.find("ssl.ca.location") == std::string::npos);
    CHECK(troubles.refusal().has_value() == row.at_once);
    CHECK_FALSE(troubles.none_understands(1, start + std::chrono::seconds(2)));
    CHECK(troubles.none_understands(1, start + std::chrono::seconds(3)) == !row.at_once);
    CHECK_FALSE(troubles.none_understands(2, start + std::chrono::seconds(3)));
    CHECK(broker_error("source", troubles).code() == ExitCode::not_authorised);
  }
}

TEST_CASE("what is wrong with a broker's certificate is told, not only that something is") {
  struct Row {
    int verdict;  // of OpenSSL
    std::string_view cause;
    std::string_view hint;
  };
  const Row rows[] = {
      {20, "does not come from a CA that is trusted here", "security.ca"},
      {10, "has expired", "new one"},
      {62, "is not for the host", "servers"},
      {64, "is not for the host", "servers"},
      {999, "could not be verified (OpenSSL's error 999)", "security.ca"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.verdict);
    Troubles troubles;
    troubles.note_certificate("a:1", row.verdict);
    troubles.note(RD_KAFKA_RESP_ERR__SSL,
                  "ssl://a:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::"
                  "certificate verify failed: broker certificate could not be verified, verify "
                  "that ssl.ca.location is correctly configured",
                  {});
    const std::string text = broker_error("source", troubles).what();
    CHECK(text.find(fmt::format("a:1: the broker's certificate {}", row.cause)) !=
          std::string::npos);
    CHECK(text.find(row.hint) > text.find("\n  hint: "));
    CHECK(text.find("ssl.ca.location") == std::string::npos);
    CHECK(troubles.refusal());
  }
}

TEST_CASE("a port of another kind is not forgotten for a broken connection, but for nobody there") {
  const Clock::Instant start{};
  const Clock::Instant later = start + std::chrono::seconds(5);
  constexpr std::string_view misfit = "a:1/1: SSL routines::unexpected eof while reading";
  Troubles troubles;
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, misfit, start);
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: Receive failed: Connection reset", start);
  CHECK(troubles.none_understands(1, later));
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT,
                "a:1/1: Connect to ipv6#[::1]:1 failed: Connection refused", later);
  CHECK_FALSE(troubles.none_understands(1, later));
  // The name has two addresses, and nothing listens at one of them.
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, misfit, later);
  CHECK(troubles.none_understands(1, later));
  troubles.clear();
  troubles.note(RD_KAFKA_RESP_ERR__TRANSPORT, misfit, later);
  CHECK_FALSE(troubles.none_understands(1, later));
}

TEST_CASE("servers whose names do not exist are told from a name server that is away") {
  Troubles troubles;
  troubles.note(RD_KAFKA_RESP_ERR__RESOLVE,
                "a:1/bootstrap: Failed to resolve 'a:1': Name or service not known", {});
  CHECK(troubles.none_resolves(1));
  CHECK_FALSE(troubles.none_resolves(2));
  Troubles away;
  away.note(RD_KAFKA_RESP_ERR__RESOLVE,
            "a:1/bootstrap: Failed to resolve 'a:1': Temporary failure in name resolution", {});
  CHECK_FALSE(away.none_resolves(1));
}

TEST_CASE("a topic reported as missing is told once") {
  Troubles troubles;
  CHECK_FALSE(troubles.take_missing_topic());
  troubles.note(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "orders [0]: no longer available", {});
  CHECK_FALSE(troubles.any());
  CHECK(troubles.take_missing_topic());
  CHECK_FALSE(troubles.take_missing_topic());
}

}  // namespace
}  // namespace sluice
