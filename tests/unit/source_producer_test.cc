#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "source/kafka/embedded_broker.h"
#include "source/kafka/producer.h"
#include "source/samples.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

struct Lab {
  SystemClock clock;
  StopSignal stop;
  EmbeddedBroker broker;
  SourceEntry entry{.name = "shop",
                    .place = {},
                    .servers = broker.address(),
                    .connect_timeout = 10s,
                    .properties = {},
                    .topics = {}};
  Clock::Instant soon() const { return clock.now() + 10s; }
};

OutgoingMessage to_partition(std::int32_t partition, Bytes value) {
  return {.partition = partition,
          .key = {},
          .value = value,
          .headers = {},
          .timestamp_ms = no_timestamp};
}

TEST_CASE("a topic has the partitions it was made with") {
  Lab lab;
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
  Lab lab;
  lab.entry.properties = {{"queue.buffering.max.messages", "100"}};
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  for (int i = 0; i < 1000; ++i) REQUIRE(producer.send("orders", to_partition(0, "v")));
  CHECK(producer.flush(lab.soon()));
  CHECK(producer.result().delivered == 1000);
  CHECK(producer.result().failed == 0);
}

TEST_CASE("a message for a partition that is not there is refused with its name") {
  Lab lab;
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
  Lab lab;
  lab.broker.create_topic("orders", 1);
  rd_kafka_mock_push_request_errors(lab.broker.cluster(), 0 /* Produce */, 1,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.send("orders", to_partition(0, "v"));
  CHECK(producer.flush(lab.soon()));
  CHECK(producer.result().delivered == 0);
  CHECK(producer.result().failed == 1);
  CHECK(producer.result().first_error.find("authorization") != std::string::npos);
}

TEST_CASE("a flush ends at its deadline, with a signal, and never silently") {
  Lab lab;
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  producer.topic_partitions("orders", lab.soon());
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  producer.send("orders", to_partition(0, "v"));
  SUBCASE("deadline") {
    try {
      producer.flush(lab.clock.now() + 300ms);
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::unavailable);
      CHECK(std::string(error.what()).find("did not acknowledge 1 messages") != std::string::npos);
    }
  }
  SUBCASE("signal") {
    lab.stop.raise(2);
    CHECK_FALSE(producer.flush(lab.soon()));
  }
}

TEST_CASE("a sample is the same for the same seed, and another for another") {
  Sample one("guesses", 1);
  Sample same("guesses", 1);
  Sample other("guesses", 2);
  std::string all;
  std::string all_other;
  for (int i = 0; i < 100; ++i) {
    const std::string line(one.next());
    CHECK(line == same.next());
    CHECK(line.find(R"({"index":)" + std::to_string(i) + R"(,"points":)") == 0);
    all += line;
    all_other += other.next();
  }
  CHECK(all != all_other);
}

TEST_CASE("the sample of guesses never changes") {
  Sample sample("guesses", 1);
  CHECK(sample.next() == R"({"index":0,"points":15,"name":"Hana"})");
  CHECK_THROWS(Sample("nothing", 1));
}

}  // namespace
}  // namespace sluice
