// A cluster loses what it had acknowledged: a follower that had fallen behind becomes the leader
// (unclean.leader.election.enable). The table holds messages that the topic no longer has, and
// other ones may stand in their place; that must never be taken for the log that was loaded.
//
// Three brokers and a minute: scripts/chaos --leaders.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

constexpr int source_changed = 76;

std::vector<Record> numbered(int from, int count) {
  std::vector<Record> records;
  for (int id = from; id < from + count; ++id) {
    records.push_back({.value = fmt::format(R"({{"id":{}}})", id)});
  }
  return records;
}

// A topic whose last messages only its leader has; who that is.
struct Behind {
  Behind()
      : brokers(OwnBroker::cluster(3)),
        lab(brokers.bootstrap()),
        topic(lab.fresh_topic(
            "leaders", 1,
            {{"unclean.leader.election.enable", "true"}, {"min.insync.replicas", "1"}})) {}

  // The other two.
  std::vector<int> followers() const {
    std::vector<int> others;
    for (int node = 1; node <= 3; ++node) {
      if (node != leader) others.push_back(node);
    }
    return others;
  }

  OwnBroker brokers;
  KafkaLab lab;
  std::string topic;
  int leader = 0;
};

}  // namespace

TEST_CASE("an unclean leader election never passes for the log that was loaded") {
  Behind cluster;
  const Project project(cluster.brokers.bootstrap(), cluster.topic);
  cluster.lab.produce(cluster.topic, 0, numbered(0, 100));
  REQUIRE(project.run().exit_code == 0);

  cluster.leader = cluster.lab.leader(cluster.topic, 0);
  for (const int node : cluster.followers()) cluster.brokers.kill(node);
  cluster.lab.produce(cluster.topic, 0, numbered(1'000, 50));
  REQUIRE(project.run().exit_code == 0);
  REQUIRE(project.positions() == "0@150");

  cluster.brokers.kill(cluster.leader);
  for (const int node : cluster.followers()) cluster.brokers.restart(node);
  REQUIRE(cluster.lab.end_offset(cluster.topic, 0) == 100);

  const Ended cut = project.run();
  CAPTURE(cut.err);
  CHECK(cut.exit_code == source_changed);
  CHECK(project.positions() == "0@150");

  // The log grows past the position: its end tells nothing any more, its last message does.
  cluster.lab.produce(cluster.topic, 0, numbered(2'000, 80));
  const Ended grown = project.run();
  CAPTURE(grown.err);
  CHECK(grown.exit_code == source_changed);
  CHECK(project.positions() == "0@150");
  CHECK(project.ask("SELECT count(*) FROM orders") == "150");

  project.write_action(R"("on_topic_changed": "restart")");
  const Ended anew = project.run();
  CAPTURE(anew.err);
  CHECK(anew.exit_code == 0);
  CHECK(project.positions() == "0@180");
  CHECK(project.ask("SELECT count(*) FROM orders WHERE _generation = 2") == "180");

  const std::string text = fmt::format(
      "unclean leader election: the log fell from 150 messages to 100: exit {}; grew to 180: exit "
      "{}; loaded anew: exit {}, {} rows of generation 2\n",
      cut.exit_code, grown.exit_code, anew.exit_code,
      project.ask("SELECT count(*) FROM orders WHERE _generation = 2").value_or("no"));
  std::cout << text << std::flush;
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text;
  }
}
