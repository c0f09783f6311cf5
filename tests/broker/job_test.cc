// Whole jobs of the real binary against a real Apache Kafka: what logs really look like.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

void check_caught_up(const Ended& ended) {
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(json_value(ended.out, "stop_reason") == "\"caught_up\"");
}

Ended first_run(const Project& project) {
  std::filesystem::remove(project.database());
  return project.run();
}

// A broker of its own, and a job that has loaded the three messages there are and waits for more.
struct WaitingJob {
  OwnBroker broker;
  Project project{broker.bootstrap(), "orders"};
  Process job;

  explicit WaitingJob(const std::vector<std::string>& more) : job(start(more)) {
    REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "3"; }));
  }

 private:
  Process start(const std::vector<std::string>& more) const {
    KafkaLab lab(broker.bootstrap());
    lab.create_topic("orders", 1);
    lab.produce("orders", 0, ids(1, 3));
    std::vector<std::string> arguments{"run", "--output", "json", "orders.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return project.start(std::move(arguments));
  }
};

}  // namespace

TEST_CASE("a topic of several partitions is loaded, and what came since by the next run") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 3));
  lab.produce(project.topic(), 0, ids(1, 100));
  lab.produce(project.topic(), 2, ids(101, 150));
  const Ended first = project.run();
  check_caught_up(first);
  CHECK(json_value(first.out, "messages") == "150");
  CHECK(json_value(first.out, "inserted") == "150");
  CHECK(project.ask("SELECT count(*) || ' ' || sum(id) FROM orders") == "150 11325");
  CHECK(project.positions() == "0@100 1@0 2@50");

  lab.produce(project.topic(), 1, ids(151, 160));
  const Ended second = project.run();
  check_caught_up(second);
  CHECK(json_value(second.out, "messages") == "10");
  CHECK(project.positions() == "0@100 1@10 2@50");
  for (int partition = 0; partition < 3; ++partition) {
    CHECK(project.ask(fmt::format("SELECT next_offset FROM orders__metadata WHERE partition = {}",
                                  partition)) ==
          std::to_string(lab.end_offset(project.topic(), partition)));
  }
}

TEST_CASE("the report's counts are the table's") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 2));
  lab.produce(project.topic(), 0, ids(1, 50));
  lab.produce(project.topic(), 1, values({"broken", R"({"id":"x"})", R"({"id":51})"}));
  lab.produce(project.topic(), 1, {{.key = "k"}});
  const Ended ended = project.run({"--set", "params.max_rejects=2"});
  check_caught_up(ended);
  CHECK(json_value(ended.out, "messages") == "54");
  CHECK(json_value(ended.out, "inserted") == project.ask("SELECT count(*) FROM orders"));
  CHECK(json_value(ended.out, "rejected") == project.ask("SELECT count(*) FROM orders__rejects"));
  CHECK(json_value(ended.out, "rejected") == "2");
  CHECK(json_value(ended.out, "tombstones") == "1");
  CHECK(project.ask("SELECT messages || ' ' || inserted || ' ' || rejected || ' ' || tombstones "
                    "FROM sluice_jobs") == "54 51 2 1");
}

TEST_CASE("topics that end where no message is end caught up at once, with the end stored") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  const std::string& topic = project.topic();
  std::string rows = "0";
  SUBCASE("empty") {}
  SUBCASE("a commit marker") {
    lab.produce_transaction(topic, 0, ids(1, 3), TransactionEnd::commit);
    rows = "3";
  }
  SUBCASE("an aborted transaction behind messages") {
    lab.produce(topic, 0, ids(1, 2));
    lab.produce_transaction(topic, 0, ids(7, 9), TransactionEnd::abort);
    rows = "2";
  }
  SUBCASE("nothing but an aborted transaction") {
    lab.produce_transaction(topic, 0, ids(7, 9), TransactionEnd::abort);
  }
  SUBCASE("records deleted to the end") {
    lab.produce(topic, 0, ids(1, 5));
    lab.delete_records(topic, 0, -1);
  }
  const TimedRun run = until_quick(1.0, [&] { return first_run(project); });
  check_caught_up(run.ended);
  CHECK(run.seconds < 1.0);
  CHECK(project.ask("SELECT count(*) FROM orders") == rows);
  CHECK(project.positions() == fmt::format("0@{}", lab.end_offset(topic, 0)));
}

TEST_CASE("an open transaction ends a job at the last stable offset, a later run goes on") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  OpenTransaction transaction = lab.open_transaction(project.topic(), 0, ids(4, 6));
  lab.produce(project.topic(), 0, ids(7, 8));
  check_caught_up(project.run());
  CHECK(project.ask("SELECT count(*) FROM orders") == "3");
  CHECK(project.positions() == "0@3");

  transaction.commit();
  REQUIRE(eventually([&] { return lab.end_offset(project.topic(), 0) == 9; }));
  check_caught_up(project.run());
  CHECK(project.ask("SELECT count(*) || ' ' || sum(id) FROM orders") == "8 36");
  CHECK(project.positions() == "0@9");
}

TEST_CASE("a hole that compaction left at the end is proven within 2 s, and only once") {
  KafkaLab lab(shared_broker());
  const TopicWithHole hole = lab.fresh_topic_with_hole(
      "orders", {{.key = "a", .value = R"({"id":1})"}, {.key = "b", .value = R"({"id":2})"}});
  const Project project(lab.bootstrap(), hole.name);
  const TimedRun first = until_quick(2.5, [&] { return first_run(project); });
  check_caught_up(first.ended);
  CHECK(first.seconds < 2.5);
  CHECK(project.positions() == fmt::format("0@{}", hole.end_offset));
  CHECK(project.ask("SELECT count(*) FROM orders") == "2");

  const TimedRun second = until_quick(1.0, [&] { return project.run(); });
  check_caught_up(second.ended);
  CHECK(second.seconds < 1.0);
}

TEST_CASE("messages deleted before they were loaded are a loss that is told, not skipped") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  check_caught_up(project.run());
  lab.produce(project.topic(), 0, ids(4, 9));
  lab.delete_records(project.topic(), 0, 6);
  const Ended ended = project.run();
  CHECK(ended.exit_code == 76);
  CHECK(json_value(ended.out, "message").find(project.topic() + "/0") != std::string::npos);
  CHECK(project.positions() == "0@3");
}

TEST_CASE("a position past the end waits there: messages before it never come in") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 2));
  Process job({SLUICE_BINARY, "run", "--timeout", "60s", "--output", "json", "--set",
               "params.load_from.0.offset_number=4", "--set", "max_messages=1", "orders.json"},
              project.dir().path().string());
  REQUIRE(eventually([&] { return project.positions() == "0@4"; }));
  lab.produce(project.topic(), 0, ids(3, 5));
  const Ended ended = job.wait();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "5");
  CHECK(project.positions() == "0@5");
}

TEST_CASE("a partition added to a loaded topic is read from its beginning") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  project.write_source("latest");
  lab.produce(project.topic(), 0, ids(1, 3));
  check_caught_up(project.run());
  CHECK(project.positions() == "0@3");
  lab.add_partitions(project.topic(), 2);
  lab.produce(project.topic(), 1, ids(11, 12));
  check_caught_up(project.run());
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "11 12");
  CHECK(project.positions() == "0@3 1@2");
}

TEST_CASE("a range of time starts and ends where the broker's index says") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  constexpr std::int64_t new_year_ms = 1'767'225'600'000;
  for (int day = 0; day < 5; ++day) {
    lab.produce(project.topic(), 0,
                {{.value = fmt::format(R"({{"id":{}}})", day),
                  .timestamp_ms = new_year_ms + day * 86'400'000LL}});
  }
  const Ended ended = project.run({"--set", R"(params.load_from.0.timestamp="2026-01-02")", "--set",
                                   R"(params.load_from.0.until_timestamp="2026-01-04T00:00:00Z")"});
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(json_value(ended.out, "stop_reason") == "\"range_end\"");
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2");
  CHECK(project.positions() == "0@3");
}

TEST_CASE("a missing topic is answered with the nearest name, and nothing is created") {
  KafkaLab lab(shared_broker());
  const std::string topic = lab.fresh_topic("orders");
  const Project project(lab.bootstrap(), topic + "s");
  const Ended ended = project.run();
  CHECK(ended.exit_code == 66);
  CHECK(json_value(ended.out, "message").find("did you mean") != std::string::npos);
  CHECK(json_value(ended.out, "message").find(topic) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(project.database()));
}

TEST_CASE("a broker that goes away during a run is waited for") {
  WaitingJob waiting({"--timeout", "60s", "--set", "max_messages=5"});
  auto& [broker, project, job] = waiting;
  broker.kill();
  broker.restart();
  KafkaLab(broker.bootstrap()).produce("orders", 0, ids(4, 5));
  const Ended ended = job.wait();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(json_value(ended.out, "stop_reason") == "\"max_messages\"");
  CHECK(std::stod(json_value(ended.out, "broker_away_seconds")) > 0.0);
  CHECK(project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4 5");
}

TEST_CASE("a job whose time is over while the broker is away ends 69, what was committed stays") {
  WaitingJob waiting({"--timeout", "8s"});
  auto& [broker, project, job] = waiting;
  broker.kill();
  const Ended ended = job.wait();
  CHECK(ended.exit_code == 69);
  CHECK(project.positions() == "0@3");
}

TEST_CASE("SIGTERM ends a waiting job soon, after a commit") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  for (const int signal_number : {SIGTERM, SIGINT}) {
    Process job({SLUICE_BINARY, "run", "--output", "json", "orders.json"},
                project.dir().path().string());
    REQUIRE(eventually([&] {
      return project.ask("SELECT state FROM sluice_jobs ORDER BY rowid DESC") == "running" &&
             project.ask("SELECT count(*) FROM orders") == "3";
    }));
    const auto asked = std::chrono::steady_clock::now();
    job.send(signal_number);
    const Ended ended = job.wait();
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(2));
    CHECK(ended.exit_code == 128 + signal_number);
    CHECK(json_value(ended.out, "stop_reason") == "\"signal\"");
    CHECK(json_value(ended.out, "state") == "\"interrupted\"");
    CHECK(project.positions() == "0@3");
  }
}

TEST_CASE("a second job on the same table is refused, skipped or waits, as it says") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, ids(1, 3));
  Process first({SLUICE_BINARY, "run", "orders.json"}, project.dir().path().string());
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "3"; }));

  CHECK(project.run().exit_code == 75);
  const Ended skipped = project.run({"--set", "if_running=skip"});
  CHECK(skipped.exit_code == 0);
  CHECK(json_value(skipped.out, "stop_reason") == "\"skipped\"");
  CHECK(project.run({"--set", "if_running=wait", "--timeout", "1s"}).exit_code == 75);

  Process waits({SLUICE_BINARY, "run", "--until", "end", "--set", "if_running=wait", "orders.json"},
                project.dir().path().string());
  first.send(SIGKILL);
  first.wait();
  CHECK(waits.wait().exit_code == 0);
  CHECK(project.ask("SELECT count(*) FROM orders") == "3");
  CHECK(project.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "0");
}
