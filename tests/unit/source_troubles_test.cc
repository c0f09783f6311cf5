#include <doctest/doctest.h>

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
