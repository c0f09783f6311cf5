// Several workers of a job on one topic of a real Apache Kafka: the table is what one worker makes.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

constexpr int messages = 6'400;

// Partition by partition in the order of the table: position and content of every row.
std::string rows_of(const Project& project) {
  return project
      .ask(
          "SELECT group_concat(_partition || '@' || _offset || '=' || id, ' ') FROM "
          "(SELECT * FROM orders ORDER BY _partition, rowid)")
      .value_or("none");
}

std::string in_order(int partitions) {
  std::string rows;
  for (int partition = 0; partition < partitions; ++partition) {
    for (int offset = 0; offset < messages / partitions; ++offset) {
      rows += fmt::format("{}{}@{}={}", rows.empty() ? "" : " ", partition, offset,
                          partition * messages + offset);
    }
  }
  return rows;
}

void produce(KafkaLab& lab, const std::string& topic, int partitions) {
  for (int partition = 0; partition < partitions; ++partition) {
    std::vector<Record> records;
    for (int offset = 0; offset < messages / partitions; ++offset) {
      records.push_back({.value = fmt::format(R"({{"id":{}}})", partition * messages + offset)});
    }
    lab.produce(topic, partition, records);
  }
}

std::string segmentation(int workers) {
  return fmt::format(R"("segmentation": {{"active": true}}, "instances": {})", workers);
}

}  // namespace

TEST_CASE("any number of workers loads a topic of any number of partitions as one does") {
  KafkaLab lab(shared_broker());
  for (const int partitions : {1, 3, 64}) {
    const std::string topic = lab.fresh_topic("orders", partitions);
    produce(lab, topic, partitions);
    for (const int workers : {1, 2, 4, 8}) {
      CAPTURE(partitions);
      CAPTURE(workers);
      const Project project(lab.bootstrap(), topic);
      project.write_action("", segmentation(workers));
      const Ended first = project.run({"--set", "max_messages=1111"});
      CAPTURE(first.err);
      REQUIRE(first.exit_code == 0);
      CHECK(json_value(first.out, "messages") == "1111");
      CHECK(project.ask("SELECT count(*) FROM orders") == "1111");
      const Ended rest = project.run();
      CAPTURE(rest.err);
      REQUIRE(rest.exit_code == 0);
      CHECK(json_value(rest.out, "stop_reason") == "\"caught_up\"");
      CHECK(rows_of(project) == in_order(partitions));
      CHECK(project.ask("SELECT sum(messages) FROM sluice_jobs") ==
            std::to_string(messages / partitions * partitions));
    }
  }
}

TEST_CASE("workers whose partitions have no end wait for messages until the time is over") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 2));
  lab.produce(project.topic(), 0, values({R"({"id":1})"}));
  lab.produce(project.topic(), 1, values({R"({"id":2})"}));
  project.write_action("", segmentation(2));
  const Ended ended = project.sluice({"run", "--timeout", "3s", "--output", "json", "orders.json"});
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(json_value(ended.out, "stop_reason") == "\"timeout\"");
  CHECK(project.positions() == "0@1 1@1");
}
