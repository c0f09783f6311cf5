// `sluice produce` against a real Apache Kafka: what an independent client reads back, and what the
// exit code says when the broker goes away.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <csignal>

#include "source/samples.h"
#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// "12 of 15 messages acknowledged by shop/orders"
std::pair<std::int64_t, std::int64_t> counts_of(const Ended& ended) {
  std::size_t end = 0;
  const auto acknowledged = std::stoll(ended.out, &end);
  return {acknowledged, std::stoll(ended.out.substr(end + 3))};
}

}  // namespace

TEST_CASE("keys, empty values, tombstones and headers arrive as they were meant") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  const Ended ended = project.sluice(
      {"produce", "shop/" + project.topic(), "--key-separator", ":", "--null", "NULL", "--header",
       "origin=test", "--header", "empty=", "--header", "origin=twice"},
      "a:1\nb:\nc:NULL\n:x\r\n");
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.out == fmt::format("4 of 4 messages acknowledged by shop/{}\n", project.topic()));
  const auto read = lab.read(project.topic(), 0);
  REQUIRE(read.size() == 4);
  CHECK(read[0].key == "a");
  CHECK(read[0].value == "1");
  CHECK(read[1].value == "");
  CHECK(read[2].key == "c");
  CHECK_FALSE(read[2].value.has_value());
  CHECK(read[3].key == "");
  CHECK(read[3].value == "x\r");
  for (const ReadRecord& record : read) {
    CHECK(record.headers ==
          std::vector<RecordHeader>{{"origin", "test"}, {"empty", ""}, {"origin", "twice"}});
  }
}

TEST_CASE("a missing topic is made with its partitions; one that is there stays, with a warning") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("orders") + "-new";
  const Project project(lab.bootstrap(), topic);
  const std::vector<std::string> produce = {"produce", "shop/" + topic, "--sample",
                                            "sensors", "--count",       "120"};
  const Ended refused = project.sluice(produce);
  CHECK(refused.exit_code == 66);
  CHECK(holds(refused.err, "--partitions N\" creates it"));

  auto making = produce;
  making.insert(making.end(), {"--partitions", "3"});
  REQUIRE(project.sluice(making).exit_code == 0);
  making.back() = "5";
  const Ended again = project.sluice(making);
  CHECK(again.exit_code == 0);
  CHECK(holds(again.err, "is there already, with 3 partitions and not 5"));
  std::map<std::string, int> partition_of;
  std::size_t messages = 0;
  for (int partition = 0; partition < 3; ++partition) {
    for (const ReadRecord& record : lab.read(topic, partition)) {
      ++messages;
      CHECK(partition_of.emplace(*record.key, partition).first->second == partition);
    }
  }
  CHECK(messages == 240);
  CHECK(partition_of.size() == 12);
}

TEST_CASE("lines without a key reach all partitions in turn") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 3));
  REQUIRE(project.sluice({"produce", "shop/" + project.topic()}, "a\nb\nc\nd\n").exit_code == 0);
  CHECK(lab.read(project.topic(), 0).size() == 2);
  CHECK(lab.read(project.topic(), 1)[0].value == "b");
  CHECK(lab.read(project.topic(), 2)[0].value == "c");
}

TEST_CASE("a broker that dies and comes back has every message once and in order") {
  OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  lab.create_topic("orders", 1);
  const Project project(broker.bootstrap(), "orders");
  Process producing = project.start(
      {"produce", "shop/orders", "--sample", "guesses", "--count", "4000", "--rate", "1000"});
  REQUIRE(eventually([&] { return lab.end_offset("orders", 0) > 500; }));
  broker.kill();
  broker.restart();
  const Ended ended = producing.wait();
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(counts_of(ended) == std::pair<std::int64_t, std::int64_t>{4000, 4000});
  const auto read = lab.read("orders", 0);
  REQUIRE(read.size() == 4000);
  sluice::Sample sample("guesses", 1);
  for (const ReadRecord& record : read) {
    if (record.value == sample.next().value) continue;
    FAIL_CHECK("out of order at offset " << record.offset);
    break;
  }
}

TEST_CASE("a broker that stays away is told by the exit code, with how many and why") {
  OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  lab.create_topic("orders", 1);
  const Project project(broker.bootstrap(), "orders");
  project.write_source("earliest", "properties: { message.timeout.ms: 2000 }");
  Process producing = project.start(
      {"produce", "shop/orders", "--sample", "guesses", "--count", "1000000", "--rate", "200"});
  REQUIRE(eventually([&] { return lab.end_offset("orders", 0) > 100; }));
  broker.stop();
  const Ended ended = producing.wait();
  CHECK(ended.exit_code == 69);
  const auto [acknowledged, sent] = counts_of(ended);
  CHECK(acknowledged > 100);
  CHECK(acknowledged < sent);
  CHECK(sent < 1'000'000);
  CAPTURE(ended.err);
  CHECK(holds(ended.err,
              fmt::format("did not acknowledge {} of {} messages: ", sent - acknowledged, sent)));
  CHECK(holds(ended.err, "onnect"));
  broker.restart();
  CHECK(lab.end_offset("orders", 0) >= acknowledged);
}

TEST_CASE("a signal ends it with everything that was sent acknowledged") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  Process producing = project.start({"produce", "shop/" + project.topic(), "--sample", "guesses",
                                     "--count", "1000000", "--rate", "500"});
  REQUIRE(eventually([&] { return lab.end_offset(project.topic(), 0) > 50; }));
  producing.send(SIGINT);
  const Ended ended = producing.wait();
  CHECK(ended.exit_code == 128 + SIGINT);
  const auto [acknowledged, sent] = counts_of(ended);
  CHECK(acknowledged == sent);
  CHECK(lab.end_offset(project.topic(), 0) == acknowledged);
}
