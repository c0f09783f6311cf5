#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "source/kafka/embedded_broker.h"
#include "source/kafka/producer.h"
#include "support/embedded_lab.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

struct ProducerLab : test::EmbeddedLab {};

OutgoingMessage to_partition(std::int32_t partition, Bytes value) {
  return {.partition = partition,
          .key = {},
          .value = value,
          .headers = {},
          .timestamp_ms = no_timestamp};
}

TEST_CASE("a topic has the partitions it was made with") {
  ProducerLab lab;
  lab.broker.create_topic("orders", 7);
  Producer producer(lab.entry, lab.clock, lab.stop);
  REQUIRE(producer.connect(lab.soon()));
  CHECK(producer.topic_partitions("orders", lab.soon()) == 7);
}

TEST_CASE("the embedded broker refuses a topic that is there, or has no name or partition") {
  EmbeddedBroker broker;
  broker.create_topic("orders", 1);
  CHECK_THROWS_AS(broker.create_topic("orders", 1), Error);
  CHECK_THROWS_AS(broker.create_topic("", 1), Error);
  CHECK_THROWS_AS(broker.create_topic("guesses", 0), Error);
}

TEST_CASE("every message is acknowledged, more of them than the queue holds") {
  ProducerLab lab;
  lab.entry.properties = {{"queue.buffering.max.messages", "100"}};
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  for (int i = 0; i < 1000; ++i) REQUIRE(producer.send("orders", to_partition(0, "v")));
  CHECK(producer.flush(lab.soon()));
  CHECK(producer.result().delivered == 1000);
  CHECK(producer.result().failed == 0);
}

TEST_CASE("a message for a partition that is not there is refused with its name") {
  ProducerLab lab;
  lab.broker.create_topic("orders", 2);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.topic_partitions("orders", lab.soon());
  try {
    producer.send("orders", to_partition(5, "v"));
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::no_input);
    CHECK(std::string(error.what()) == "topic \"orders\" of source \"shop\" has no partition 5");
  }
}

TEST_CASE("messages that a broker does not take are counted with the first reason") {
  ProducerLab lab;
  lab.broker.create_topic("orders", 1);
  rd_kafka_mock_push_request_errors(lab.broker.cluster(), 0 /* Produce */, 1,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.send("orders", to_partition(0, "v"));
  CHECK(producer.flush(lab.soon()));
  CHECK(producer.result().delivered == 0);
  CHECK(producer.result().failed == 1);
  CHECK(producer.result().first_error.find("authorization") != std::string::npos);
  CHECK(producer.missing(1).code() == ExitCode::not_authorised);
  CHECK(std::string(producer.missing(1).what()).find("WRITE on the topic") != std::string::npos);
}

TEST_CASE("what is not acknowledged is told with its cause, at the deadline or after a signal") {
  ProducerLab lab;
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.topic_partitions("orders", lab.soon());
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  producer.send("orders", to_partition(0, "v"));
  SUBCASE("deadline") { CHECK_FALSE(producer.flush(lab.clock.now() + 300ms)); }
  SUBCASE("signal") {
    lab.stop.raise(2);
    const auto started = lab.clock.now();
    CHECK_FALSE(producer.flush(lab.soon()));
    CHECK(lab.clock.now() - started < 4s);
  }
  const Error missing = producer.missing(1);
  CHECK(missing.code() == ExitCode::unavailable);
  CHECK(std::string(missing.what()).find("did not acknowledge 1 of 1 messages: ") !=
        std::string::npos);
}

TEST_CASE("a message that no broker takes in time has failed, and the library's time is known") {
  ProducerLab lab;
  lab.entry.properties = {{"message.timeout.ms", "1000"}};
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.topic_partitions("orders", lab.soon());
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  producer.send("orders", to_partition(0, "v"));
  CHECK(producer.flush(producer.latest_answer()));
  CHECK(producer.result().failed == 1);
  CHECK(producer.missing(1).code() == ExitCode::unavailable);
}

TEST_CASE("a wait ends when it is due, or with a signal") {
  ProducerLab lab;
  Producer producer(lab.entry, lab.clock, lab.stop);
  const auto due = lab.clock.now() + 30ms;
  CHECK(producer.wait(due));
  CHECK(lab.clock.now() >= due);
  lab.stop.raise(2);
  CHECK_FALSE(producer.wait(lab.clock.now() + 10s));
}

}  // namespace
}  // namespace sluice
