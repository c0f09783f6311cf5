// kill -9 and SIGTERM again and again in the middle of replays: at the end every reject that fits
// is one row, and none is left.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <random>

#include "source/kafka/embedded_broker.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

constexpr int messages_at_once = 2'000;
constexpr int least_kills_between_commits = 10;
constexpr int most_messages = 20 * messages_at_once;

std::int64_t number(const Project& project, const std::string& sql) {
  return std::stoll(project.ask(sql).value_or("-1"));
}

std::int64_t rejects(const Project& project) {
  return number(project, "SELECT count(*) FROM orders__rejects");
}

// Messages that no definition but the corrected one takes, from the number `first` on.
void load_as_rejects(const Project& project, int first) {
  std::string lines;
  for (int i = 0; i < messages_at_once; ++i)
    lines += fmt::format("{{\"id\":\"x{}\"}}\n", first + i);
  REQUIRE(project.sluice({"produce", "shop/orders"}, lines).exit_code == 0);
  project.write_action();
  REQUIRE(
      project.run({"--set", fmt::format("params.max_rejects={}", messages_at_once)}).exit_code ==
      0);
  project.write_action(
      R"j("load_batch_size": 1,
          "schema": {"id": {"type": "sql", "sql": "CAST(substr(id, 2) AS INTEGER)"}})j");
}

}  // namespace

TEST_CASE("a replay that is killed at any moment goes on: every message once") {
  const auto seed = std::random_device()();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  sluice::EmbeddedBroker broker;
  broker.create_topic("orders", 2);
  const Project project(broker.address(), "orders");
  int messages = 0;
  std::int64_t left = 0;
  int between_commits = 0;
  // How far a replay comes before the signal meets it is the machine's affair.
  for (int round = 0; between_commits < least_kills_between_commits; ++round) {
    if (left <= messages_at_once / 10) {
      REQUIRE(messages < most_messages);
      load_as_rejects(project, messages);
      messages += messages_at_once;
      left += messages_at_once;
      REQUIRE(rejects(project) == left);
    }
    const std::int64_t until = left - 1 - std::int64_t(random() % 100);
    Process replay({SLUICE_BINARY, "rejects", "replay", "orders.json"},
                   project.dir().path().string());
    REQUIRE(eventually([&] { return rejects(project) <= until; }));
    const int signal = round % 4 == 3 ? SIGTERM : SIGKILL;
    replay.send(signal);
    const int exit_code = replay.wait().exit_code;
    left = rejects(project);
    if (exit_code == 128 + signal && left > 0) ++between_commits;
    REQUIRE(number(project, "SELECT count(*) FROM orders") == messages - left);
  }
  MESSAGE("ended between the first and the last commit of a replay: " << between_commits << ", of "
                                                                      << messages << " messages");

  const Ended last = project.sluice({"rejects", "replay", "orders.json"});
  CAPTURE(last.err);
  REQUIRE(last.exit_code == 0);
  CHECK(rejects(project) == 0);
  CHECK(number(project, "SELECT count(*) FROM orders") == messages);
  CHECK(number(project, "SELECT count(DISTINCT id) FROM orders") == messages);
  CHECK(number(project, "SELECT max(id) FROM orders") == messages - 1);
  CHECK(number(project, "SELECT sum(next_offset) FROM orders__metadata") == messages);
  CHECK(project.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "0");
  CHECK(project.ask("PRAGMA integrity_check") == "ok");
}
