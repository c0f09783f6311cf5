// The test support is tested too: what it promises of a real broker is what other tests stand on.

#include "support/kafka_lab.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>

namespace sluice::test {

TEST_CASE("kafka lab: a new topic is empty, has its partitions, and can get more") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab", 3);
  CHECK(lab.fresh_topic("lab") != topic);
  for (const int partition : {0, 1, 2}) {
    CHECK(lab.low_offset(topic, partition) == 0);
    CHECK(lab.end_offset(topic, partition) == 0);
    CHECK(lab.read(topic, partition).empty());
  }
  lab.add_partitions(topic, 5);
  lab.produce(topic, 4, values({"in the new one"}));
  CHECK(lab.end_offset(topic, 4) == 1);
  CHECK_THROWS_AS(lab.create_topic(topic, 1), std::runtime_error);
}

TEST_CASE("kafka lab: records arrive as they were given, in order") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab");
  lab.produce(topic, 0,
              {{.key = "k", .value = "v", .headers = {{"a", "1"}, {"b"}}, .timestamp_ms = 1000},
               {.key = "k", .value = ""},
               {.key = "", .value = std::nullopt}});
  const auto read = lab.read(topic, 0);
  REQUIRE(read.size() == 3);
  CHECK(read[0].offset == 0);
  CHECK(read[0].key == "k");
  CHECK(read[0].value == "v");
  CHECK(read[0].timestamp_ms == 1000);
  CHECK(read[1].value == "");
  CHECK(read[2].key == "");
  CHECK(read[2].value == std::nullopt);
  CHECK(lab.offset_at(topic, 0, 1000) == 0);
  CHECK(lab.offset_at(topic, 0, 1001) == 1);
  CHECK(lab.offset_at(topic, 0, 32503680000000) == std::nullopt);
}

TEST_CASE("kafka lab: a topic that is deleted and made again is a new log") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab");
  lab.produce(topic, 0, values({"a", "b"}));
  lab.delete_topic(topic);
  lab.create_topic(topic, 1);
  CHECK(lab.end_offset(topic, 0) == 0);
  lab.produce(topic, 0, values({"c"}));
  CHECK(lab.read(topic, 0).at(0).value == "c");
}

TEST_CASE("kafka lab: deleted records move the start of the log, up to its end") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab");
  lab.produce(topic, 0, values({"a", "b", "c"}));
  lab.delete_records(topic, 0, 2);
  CHECK(lab.low_offset(topic, 0) == 2);
  CHECK(lab.read(topic, 0).at(0).offset == 2);
  lab.delete_records(topic, 0, -1);
  CHECK(lab.low_offset(topic, 0) == 3);
  CHECK(lab.end_offset(topic, 0) == 3);
}

TEST_CASE(
    "kafka lab: the end lies behind the marker of a committed and of an aborted transaction") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab");
  lab.produce_transaction(topic, 0, values({"a", "b"}), TransactionEnd::commit);
  CHECK(lab.end_offset(topic, 0) == 3);
  lab.produce_transaction(topic, 0, values({"c"}), TransactionEnd::abort);
  CHECK(lab.end_offset(topic, 0) == 5);
  CHECK(lab.read(topic, 0).size() == 2);
  CHECK(lab.read(topic, 0, Isolation::uncommitted).size() == 3);
}

TEST_CASE("kafka lab: an open transaction holds the last stable offset until it ends") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("lab");
  lab.produce(topic, 0, values({"before"}));
  {
    auto open = lab.open_transaction(topic, 0, values({"a", "b"}));
    lab.produce(topic, 0, values({"after"}));
    CHECK(open.first_offset() == 1);
    CHECK(lab.end_offset(topic, 0) == 1);
    CHECK(lab.end_offset(topic, 0, Isolation::uncommitted) == 4);
    CHECK(lab.read(topic, 0).size() == 1);
    open.commit();
    CHECK(lab.end_offset(topic, 0) == 5);
    CHECK_THROWS_AS(open.commit(), std::runtime_error);
  }
  static_cast<void>(lab.open_transaction(topic, 0, values({"dropped"})));
  lab.produce_transaction(topic, 0, values({"last"}), TransactionEnd::commit);
  CHECK(lab.read(topic, 0).back().value == "last");
  CHECK(lab.read(topic, 0).size() == 5);
}

TEST_CASE("kafka lab: the cleaner leaves a log that ends in a hole") {
  KafkaLab lab(shared_broker());
  const TopicWithHole hole = lab.fresh_topic_with_hole(
      "lab", {{.key = "a", .value = "1"}, {.key = "b", .value = "2"}, {.key = "c", .value = "3"}});
  CHECK(hole.last_record_offset == 4);
  CHECK(hole.end_offset == 7);
  CHECK(lab.end_offset(hole.name, 0) == 7);
  CHECK(lab.low_offset(hole.name, 0) == 0);
  // Only a later record shows the offsets in between to be gone.
  lab.produce(hole.name, 0, {{.key = "d", .value = "4"}});
  const auto read = lab.read(hole.name, 0);
  REQUIRE(read.size() == 4);
  CHECK(read[2].offset == 4);
  CHECK(read[3].offset == 7);
}

TEST_CASE("kafka lab: a broker that was stopped or killed comes back with its data") {
  OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  lab.create_topic("kept", 1);
  lab.produce("kept", 0, values({"a"}));
  broker.stop();
  broker.restart();
  CHECK(lab.end_offset("kept", 0) == 1);
  lab.produce("kept", 0, values({"b"}));
  broker.kill();
  broker.restart();
  CHECK(lab.read("kept", 0).size() == 2);
}

TEST_CASE("kafka lab: what fails says what was tried") {
  KafkaLab lab(shared_broker());
  CHECK_THROWS_WITH_AS(lab.create_topic("a topic", 1), doctest::Contains("creating topic a topic"),
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(lab.delete_topic("not-there"), doctest::Contains("deleting topic not-there"),
                       std::runtime_error);
}

}  // namespace sluice::test
