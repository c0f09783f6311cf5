// What happens to logs between two runs, and during one, with a real Apache Kafka.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

void check_good(const Ended& ended) {
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
}

// The run finds another log, changes nothing, and says so with these words.
void check_changed(const Ended& ended, const std::string& words) {
  CAPTURE(ended.out);
  CHECK(ended.exit_code == 76);
  CHECK(json_value(ended.out, "message").find(words) != std::string::npos);
}

Process start_always_up(const Project& project) {
  project.write_action({}, R"("execution_mode": "always-up", "timeout": null)");
  return project.start({"run", "--output", "json", "orders.json"});
}

}  // namespace

TEST_CASE("a topic that was created anew is told, shorter and longer than what was loaded") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 2));
  lab.produce(project.topic(), 0, ids(1, 5));
  check_good(project.run());
  check_good(project.run());  // has met all that the log was known by

  lab.delete_topic(project.topic());
  lab.create_topic(project.topic(), 2);
  lab.produce(project.topic(), 0, ids(101, 102));
  check_changed(project.run(), "it ends at 2 now: it was cut, or the topic was created anew");

  lab.produce(project.topic(), 0, ids(103, 110));
  lab.produce(project.topic(), 1, ids(201, 203));  // was empty, and waits for what 0 shows
  check_changed(project.run(), "/0: loaded up to offset 5, and offset 4 was a message of ");
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4 5");
  CHECK(project.positions() == "0@5 1@0");

  const Ended restarted = project.run({"--set", "params.on_topic_changed=restart"});
  check_good(restarted);
  CHECK(json_value(restarted.out, "messages") == "13");
  CHECK(project.ask("SELECT count(*) || ' ' || min(_generation) || max(_generation) FROM orders") ==
        "18 12");
  CHECK(project.positions() == "0@10 1@3");
  CHECK(json_value(project.run().out, "messages") == "0");
}

TEST_CASE("a topic created anew and outgrown while a job reads it is told by the next run") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  check_good(project.run());
  Process job = start_always_up(project);
  lab.produce(project.topic(), 0, ids(4, 4));
  REQUIRE(eventually([&] { return project.positions() == "0@4"; }));

  job.send(SIGSTOP);
  lab.delete_topic(project.topic());
  lab.create_topic(project.topic(), 1);
  lab.produce(project.topic(), 0, ids(101, 110));
  job.send(SIGCONT);
  REQUIRE(eventually([&] { return project.positions() == "0@10"; }));
  job.send(SIGTERM);
  check_good(job.wait());
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") ==
        "1 2 3 4 105 106 107 108 109 110");

  project.write_action();
  check_changed(project.run(), "/0: loaded up to offset 10, and offset 2 was a message of ");
  const Ended restarted = project.run({"--set", "params.on_topic_changed=restart"});
  check_good(restarted);
  CHECK(json_value(restarted.out, "messages") == "10");
  check_good(project.run());
}

TEST_CASE("a log that ends in markers is known again, and a run without news stays quick") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce_transaction(project.topic(), 0, ids(1, 3), TransactionEnd::commit);
  lab.produce_transaction(project.topic(), 0, ids(4, 6), TransactionEnd::abort);
  check_good(project.run());
  CHECK(project.positions() == "0@8");

  const std::string loaded = project.dir().file("loaded.db");
  std::filesystem::copy_file(project.database(), loaded);
  const TimedRun nothing_new = until_quick(0.5, [&] {
    std::filesystem::copy_file(loaded, project.database(),
                               std::filesystem::copy_options::overwrite_existing);
    return project.run();
  });
  check_good(nothing_new.ended);
  CHECK(json_value(nothing_new.ended.out, "messages") == "0");
  CHECK(nothing_new.seconds < 0.5);

  lab.produce_transaction(project.topic(), 0, ids(7, 8), TransactionEnd::commit);
  check_good(project.run());
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 7 8");
}

TEST_CASE("compaction that takes the last message is no change of the topic") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic(
      "orders", 1,
      {{"cleanup.policy", "compact"}, {"segment.ms", "1"}, {"min.cleanable.dirty.ratio", "0.01"}});
  const Project project(lab.bootstrap(), topic);
  lab.produce(topic, 0,
              {{.key = "a", .value = R"({"id":1})"}, {.key = "b", .value = R"({"id":2})"}});
  check_good(project.run());

  lab.produce(topic, 0, {{.key = "b", .value = R"({"id":3})"}});
  lab.produce(topic, 0, {{.key = "c", .value = R"({"id":4})"}});
  REQUIRE(eventually([&] { return lab.read(topic, 0).at(1).offset == 2; }));
  check_good(project.run());
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4");
}

TEST_CASE("another cluster behind the same address is told") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  check_good(project.run());

  OwnBroker other;
  KafkaLab other_lab(other.bootstrap());
  other_lab.create_topic(project.topic(), 1);
  other_lab.produce(project.topic(), 0, ids(1, 9));
  project.dir().write("schemas/sources/shop.yaml",
                      fmt::format("connector: kafka\nservers: {}\ntopics:\n  {}: {{}}\n",
                                  other.bootstrap(), project.topic()));
  check_changed(project.run(), "but this is cluster ");
  CHECK(project.positions() == "0@3");
}

TEST_CASE("another cluster that takes over the address is told by the job that reads meanwhile") {
  OwnBroker broker;
  const std::string topic = "orders";
  const Project project(broker.bootstrap(), topic);
  {
    KafkaLab lab(broker.bootstrap());
    lab.create_topic(topic, 1);
    lab.produce(topic, 0, ids(1, 3));
  }
  Process job = start_always_up(project);
  REQUIRE(eventually([&] { return project.positions() == "0@3"; }));

  job.send(SIGSTOP);
  broker.replace();
  KafkaLab lab(broker.bootstrap());
  lab.create_topic(topic, 1);
  lab.produce(topic, 0, ids(101, 110));
  job.send(SIGCONT);
  check_changed(job.wait(), "but this is cluster ");
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3");
}

TEST_CASE("on_data_loss skip goes on behind what was deleted and notes it") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  check_good(project.run());
  lab.produce(project.topic(), 0, ids(4, 9));
  lab.delete_records(project.topic(), 0, 6);
  check_changed(project.run(), "offsets 3 to 5 were removed before they were loaded");
  check_good(project.run({"--set", "params.on_data_loss=skip"}));
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 7 8 9");
  CHECK(project.ask("SELECT from_offset || '-' || to_offset FROM orders__gaps") == "3-6");
}

TEST_CASE("records deleted in front of a running job are rows or a gap, each of them") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  project.write_action(R"("on_data_loss": "skip")",
                       R"("execution_mode": "always-up", "timeout": null)");
  Process job = project.start({"run", "--output", "json", "orders.json"});
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "3"; }));

  // A request that waits at the broker may be answered with what comes first.
  job.send(SIGSTOP);
  lab.produce(project.topic(), 0, ids(4, 4));
  lab.produce(project.topic(), 0, ids(5, 10));
  lab.delete_records(project.topic(), 0, 8);
  job.send(SIGCONT);
  REQUIRE(eventually([&] { return project.ask("SELECT max(id) FROM orders") == "10"; }));
  job.send(SIGTERM);
  check_good(job.wait());
  CHECK(project.ask("SELECT to_offset FROM orders__gaps") == "8");
  CHECK(project.ask("SELECT (SELECT count(*) FROM orders) + "
                    "(SELECT sum(to_offset - from_offset) FROM orders__gaps)") == "10");
}

TEST_CASE("an always-up job reads a partition that is added while it runs, from its start") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  Process job = start_always_up(project);
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "3"; }));
  lab.add_partitions(project.topic(), 2);
  lab.produce(project.topic(), 1, ids(11, 12));
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "5"; }));
  CHECK(project.positions() == "0@3 1@2");
  job.send(SIGTERM);
  check_good(job.wait());
}
