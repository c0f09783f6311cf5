// publish_group against a real Apache Kafka: what an independent client reads back.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// A project whose action publishes to a group of its own.
struct Published {
  explicit Published(const std::string& broker = shared_broker()) : lab(broker) {
    project.write_action("", fmt::format(R"("publish_group": "{}")", group));
  }

  KafkaLab lab;
  Project project{lab.bootstrap(), lab.fresh_topic("orders", 2)};
  std::string group = "group-of-" + project.topic();

  void produce(int partition, int count) {
    for (int i = 0; i < count; ++i)
      lab.produce(project.topic(), partition, values({R"({"id":1})"}));
  }

  // "0@5 1@2", as Project::positions()
  std::string committed() {
    std::string text;
    for (int partition = 0; partition < 2; ++partition) {
      const auto offset = lab.committed_offset(group, project.topic(), partition);
      if (partition > 0) text += ' ';
      text += fmt::format("{}@{}", partition, offset ? std::to_string(*offset) : "none");
    }
    return text;
  }
};

}  // namespace

TEST_CASE("after a run the group stands exactly where the table stands") {
  Published job;
  job.produce(0, 3);
  const Ended first = job.project.run();
  CAPTURE(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK(json_value(first.out, "message") == "\"\"");
  CHECK(without_waits(first.err) == "");
  CHECK(job.project.positions() == "0@3 1@0");
  CHECK(job.committed() == job.project.positions());

  job.produce(1, 2);
  REQUIRE(job.project.run().exit_code == 0);
  CHECK(job.project.positions() == "0@3 1@2");
  CHECK(job.committed() == job.project.positions());
}

TEST_CASE("what the group says is never read: the table alone knows where a load goes on") {
  Published job;
  job.produce(0, 3);
  REQUIRE(job.project.run().exit_code == 0);
  std::filesystem::remove(job.project.database());
  REQUIRE(job.project.run().exit_code == 0);
  CHECK(job.project.ask("SELECT count(*) FROM orders") == "3");
}

TEST_CASE("a group with members of its own is left alone, and the load succeeds") {
  Published job;
  job.produce(0, 3);
  const GroupMember member(job.lab.bootstrap(), job.group, job.project.topic());
  const Ended ended = job.project.run();
  CHECK(ended.exit_code == 0);
  CHECK(json_value(ended.out, "inserted") == "3");
  CAPTURE(json_value(ended.out, "message"));
  CHECK(json_value(ended.out, "message").find("the group has members") != std::string::npos);
  CHECK(ended.err.find("the group has members") != std::string::npos);
  CHECK(job.project.positions() == "0@3 1@0");
  CHECK(job.committed() == "0@none 1@none");
}

TEST_CASE("a job that stays up publishes on its way") {
  Published job;
  job.project.write_action(
      "", fmt::format(R"("publish_group": "{}", "execution_mode": "always-up")", job.group));
  job.produce(0, 3);
  Process running = job.project.start({"run", "orders.json"});
  CHECK(eventually([&] { return job.committed() == "0@3 1@0"; }));
  CHECK(running.is_running());
  job.produce(1, 1);
  REQUIRE(eventually([&] { return job.project.positions() == "0@3 1@1"; }));
  running.send(SIGTERM);
  CHECK(running.wait().exit_code == 0);
  CHECK(job.committed() == "0@3 1@1");
}

// librdkafka 2.0.2 ends the process when a broker comes back to a request whose time was up.
TEST_CASE("a job that stays up publishes again after its broker was away for long") {
  OwnBroker broker;
  Published job(broker.bootstrap());
  job.project.write_action(
      "", fmt::format(R"("publish_group": "{}", "execution_mode": "always-up")", job.group));
  job.produce(0, 3);
  Process running = job.project.start({"run", "orders.json"});
  REQUIRE(eventually([&] { return job.committed() == "0@3 1@0"; }));
  const std::size_t said = running.err().size();
  broker.kill();
  REQUIRE(eventually(
      [&] { return running.err().find("not published", said) != std::string::npos; }));
  broker.restart();
  job.produce(1, 1);
  CHECK(eventually([&] { return job.committed() == "0@3 1@1"; }));
  CHECK(running.is_running());
  running.send(SIGTERM);
  CHECK(running.wait().exit_code == 0);
}
