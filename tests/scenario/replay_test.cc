// Rejects are loaded again after the definition was corrected.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "support/scenario.h"
#include "support/stop.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::test::bad_data;
using sluice::test::Scenario;
using sluice::test::told;

namespace {

const std::string budget = "params.max_rejects=1000000";

// The definition that is too strict, and what it is corrected to.
const std::string strict_column = "      amount: { type: integer, max: 9 }\n";
const std::string wide_column = "      amount: { type: integer }\n";

struct Corrected : Scenario {
  Corrected() {
    dataset_yaml += strict_column;
    dataset_yaml += "    provenance: true\n";
  }
  void correct() {
    const std::size_t at = dataset_yaml.find(strict_column);
    if (at != std::string::npos) dataset_yaml.replace(at, strict_column.size(), wide_column);
  }
  void produce_amount(int partition, int id, int amount) {
    produce_text(partition, fmt::format(R"({{"id":{},"amount":{}}})", id, amount));
  }
  std::string rejects() { return ask("SELECT count(*) FROM orders__rejects"); }
};

}  // namespace

TEST_CASE("what fits after the correction is a row with its address, and no reject any more") {
  Corrected job;
  job.produce_amount(0, 1, 1);
  job.produce_amount(1, 2, 50);
  job.produce_amount(1, 3, 3);
  job.produce_amount(0, 4, 60);
  REQUIRE(job.run({budget}).counts.rejected == 2);
  CHECK(job.rows() == "1 3");
  const std::string positions = job.positions();

  job.correct();
  const Report report = job.replay();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(report.action == "load-orders (replay)");
  CHECK(report.counts.messages == 2);
  CHECK(report.counts.inserted == 2);
  CHECK(report.counts.rejected == 0);
  CHECK(job.rejects() == "0");
  CHECK(job.ask(
            "SELECT _source || _topic || _partition || '@' || _offset FROM orders WHERE id = 2") ==
        "shoporders1@0");
  CHECK(job.ask("SELECT _partition || '@' || _offset FROM orders WHERE id = 4") == "0@1");
  CHECK(job.positions() == positions);
  CHECK(job.ask("SELECT action || state || inserted FROM sluice_jobs ORDER BY rowid DESC") ==
        "load-orders (replay)succeeded2");

  const Report again = job.replay();
  CHECK(again.exit_code == 0);
  CHECK(again.counts.messages == 0);
  CHECK(again.message == "there are no rejects of this action's topics");
  CHECK(job.rows() == "1 3 4 2");
}

TEST_CASE("what still does not fit stays a reject, with its new reason and its bytes") {
  Corrected job;
  job.produce_amount(0, 1, 50);
  job.produce_text(0, "{broken");
  job.log(0).records.back().key = "k";
  job.produce_text(0, R"({"id":3,"amount":"x"})");
  REQUIRE(job.run({budget}).counts.rejected == 3);
  job.execute("UPDATE orders__rejects SET reason = 'old'");

  job.correct();
  const Report report = job.replay();
  CHECK(report.exit_code == bad_data);
  CHECK(report.message.find("2 of 3 messages still do not fit") != std::string::npos);
  CHECK(report.counts.messages == 3);
  CHECK(report.counts.inserted == 1);
  CHECK(report.counts.rejected == 2);
  CHECK(job.rows() == "1");
  CHECK(job.rejects() == "2");
  CHECK(job.ask("SELECT count(*) FROM orders__rejects WHERE reason = 'old'") == "0");
  CHECK(job.ask("SELECT reason FROM orders__rejects WHERE offset = 2") ==
        "\"x\" is not an integer of 64 bits");
  CHECK(job.ask("SELECT value || key FROM orders__rejects WHERE offset = 1") == "{brokenk");
  CHECK(job.ask("SELECT job_id FROM orders__rejects") == report.job_id);
}

TEST_CASE("a replay has the format, filter, expressions and constraints of today's definition") {
  Corrected job;
  job.dataset_yaml += "    primary_key: [id]\n";
  for (int id = 1; id <= 4; ++id) job.produce_amount(0, id, 50 + id);
  job.produce_amount(0, 5, 5);
  job.produce_amount(0, 5, 55);
  REQUIRE(job.run({budget}).counts.rejected == 5);

  job.correct();
  const Report report = job.replay(
      {"params.filter=id <> 2", R"(params.schema={"id": {"type": "default", "attribute": "id"},
        "amount": {"type": "sql", "sql": "amount * 10"}})",
       R"(params.alerts=[{"name": "large", "when": "amount > 530"}])"});
  CHECK(report.exit_code == bad_data);
  CHECK(report.counts.messages == 5);
  CHECK(report.counts.inserted == 3);
  CHECK(report.counts.filtered == 1);
  CHECK(report.counts.rejected == 1);  // 5 is there already
  CHECK(report.alerts.at(0).count == 1);
  CHECK(report.alerts.at(0).first == "orders/0@3");
  CHECK(job.ask("SELECT group_concat(id || ':' || amount, ' ') FROM orders") ==
        "1:510 3:530 4:540 5:5");
  CHECK(job.ask("SELECT column_name || offset FROM orders__rejects") == "id5");
}

TEST_CASE("only rejects of the action's topics and partitions are taken up") {
  Corrected job;
  job.produce_amount(0, 1, 50);
  job.produce_amount(1, 2, 50);
  REQUIRE(job.run({budget}).counts.rejected == 2);
  job.execute(
      "INSERT INTO orders__rejects (source, topic, partition, offset, value, reason, job_id)"
      " VALUES ('shop', 'others', 0, 0, '{\"id\":9,\"amount\":9}', 'old', 'j')");
  job.correct();
  CHECK(job.replay({"params.load_from.0.partitions=[1]"}).counts.inserted == 1);
  CHECK(job.rows() == "2");
  CHECK(job.replay().counts.inserted == 1);
  CHECK(job.ask("SELECT topic FROM orders__rejects") == "others");
}

TEST_CASE("a limit, a signal and the timeout end a replay with what is committed") {
  Corrected job;
  for (int id = 1; id <= 10; ++id) job.produce_amount(0, id, 50);
  REQUIRE(job.run({budget}).counts.rejected == 10);
  job.correct();
  const Report limited = job.replay({}, 3);
  CHECK(limited.exit_code == 0);
  CHECK(limited.stop_reason == StopReason::max_messages);
  CHECK(limited.counts.inserted == 3);

  job.on_commit = [&](const sluice::Counts&) { job.stop.raise(15); };
  const Report stopped = job.replay({"params.load_batch_size=2"});
  CHECK(stopped.exit_code == 128 + 15);
  CHECK(stopped.counts.inserted == 2);
  sluice::test::forget(job.stop);
  job.on_commit = [&](const sluice::Counts&) { job.clock.advance(std::chrono::hours(3)); };
  const Report late = job.replay({"params.load_batch_size=2"});
  CHECK(late.stop_reason == StopReason::timeout);
  CHECK(late.counts.inserted == 2);
  job.on_commit = {};
  CHECK(job.replay().counts.inserted == 3);
  CHECK(job.rows() == "1 2 3 4 5 6 7 8 9 10");
  CHECK(job.rejects() == "0");
}

TEST_CASE("a rule that ends a job ends a replay, behind the batch that met it") {
  Corrected job;
  for (int id = 1; id <= 5; ++id) job.produce_amount(0, id, 50);
  REQUIRE(job.run({budget}).counts.rejected == 5);
  job.correct();
  const auto rule = [](const std::string& action) {
    return std::vector<std::string>{
        "params.load_batch_size=1",
        fmt::format(R"(params.rules=[{{"attribute_name":"id","condition":"EQUAL",)"
                    R"("condition_value":3,"action":"{}"}}])",
                    action)};
  };
  const Report failed = job.rehearse(rule("action_error"));
  CHECK(failed.exit_code == bad_data);
  CHECK(failed.counts.inserted == 2);
  const Report stopped = job.replay_as_told(rule("stop_workflow"));
  CHECK(stopped.exit_code == 0);
  CHECK(stopped.stop_reason == StopReason::rule);
  CHECK(job.rows() == "1 2 3");
  CHECK(job.rejects() == "2");
}

TEST_CASE("a dry run tells what a replay would do, and writes nothing, not even into the history") {
  Corrected job;
  job.dataset_yaml += "    primary_key: [id]\n";
  for (int id = 1; id <= 5; ++id) job.produce_amount(0, id, 50);
  job.produce_amount(1, 5, 51);  // its key is taken by then, if batches of a dry run see each other
  job.produce_text(1, "{broken");
  REQUIRE(job.run({budget}).counts.rejected == 7);
  job.correct();
  const Report dry = job.rehearse({"params.load_batch_size=2"});
  CHECK(dry.exit_code == bad_data);
  CHECK(dry.action == "load-orders (replay)");
  CHECK(dry.message.find("dry run: nothing was written\n2 of 7 messages still do not fit") == 0);
  CHECK(dry.message.find("\"sluice rejects show\" tells why") != std::string::npos);
  CHECK(job.ask("SELECT count(*) FROM sluice_jobs") == "1");
  CHECK(job.rejects() == "7");
  CHECK(job.replay_as_told({"params.load_batch_size=2"}, 3).counts.inserted == 3);
  CHECK(told(job.replay_as_told()) == "4: 2 0 0 0, 0 2");
}

TEST_CASE("a dry run leaves a journal mode as it is, and meets triggers as a replay does") {
  Corrected job;
  job.produce_amount(0, 1, 50);
  job.produce_amount(0, 2, 60);
  job.produce_amount(0, 3, 70);
  REQUIRE(job.run({budget}).counts.rejected == 3);
  job.correct();
  job.execute(
      "PRAGMA journal_mode = DELETE;"
      "CREATE TRIGGER no_two BEFORE INSERT ON orders WHEN new.id = 2 BEGIN"
      " SELECT RAISE(ABORT, 'no two'); END");
  CHECK(told(job.replay_as_told({"params.load_batch_size=1"})) == "3: 2 0 0 0, 0 1");
  // What was written before is gone then, so that nobody knows what would become of the rest.
  job.execute(
      "DROP TRIGGER no_two; CREATE TRIGGER no_two BEFORE INSERT ON orders WHEN new.id = 2 BEGIN"
      " SELECT RAISE(ROLLBACK, 'no two'); END");
  const Report dry = job.rehearse();
  CHECK(dry.exit_code == static_cast<int>(ExitCode::definition));
  CHECK(dry.message.find("a trigger undid the whole transaction") != std::string::npos);
  CHECK(told(job.replay()) == "1: 0 0 0 0, 0 1");
}

TEST_CASE("rejects that somebody else took away meanwhile end the replay, and nothing is twice") {
  Corrected job;
  for (int id = 1; id <= 4; ++id) job.produce_amount(0, id, 50);
  REQUIRE(job.run({budget}).counts.rejected == 4);
  job.correct();
  job.on_commit = [&](const sluice::Counts&) {
    job.execute("DELETE FROM orders__rejects WHERE offset = 3");
  };
  const Report report = job.replay({"params.load_batch_size=2"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(job.rows() == "1 2");
  CHECK(job.rejects() == "1");
}

TEST_CASE("a table of an earlier version, whose rejects know no generation, is replayed") {
  Corrected job;
  job.produce_amount(0, 1, 50);
  REQUIRE(job.run({budget}).counts.rejected == 1);
  job.execute("ALTER TABLE orders__rejects DROP COLUMN generation");
  job.correct();
  CHECK(job.replay().counts.inserted == 1);
  CHECK(job.ask("SELECT _generation FROM orders") == "1");
}

TEST_CASE("without a database, or without a reject, a replay touches nothing") {
  Corrected job;
  CHECK(job.replay().exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(job.database()));
  job.produce_amount(0, 1, 1);
  job.run();
  CHECK(job.replay().exit_code == 0);
  CHECK(job.ask("SELECT count(*) FROM sluice_jobs") == "1");
}

TEST_CASE("any order of loading, correcting and replaying ends in the same table") {
  const auto seed = std::random_device()();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    Corrected step_by_step;
    Corrected at_once;
    at_once.correct();
    const int partitions = 1 + static_cast<int>(random() % 3);
    const auto size = [&random] {
      return fmt::format("params.load_batch_size={}", 1 + random() % 7);
    };
    int id = 0;
    for (int step = 0; step < 8; ++step) {
      for (auto count = random() % 6; count > 0; --count) {
        const auto partition = static_cast<int>(random() % static_cast<unsigned>(partitions));
        const bool is_broken = random() % 8 == 0;
        const std::string value =
            is_broken ? "{broken" : fmt::format(R"({{"id":{},"amount":{}}})", ++id, random() % 18);
        step_by_step.produce_text(partition, value);
        at_once.produce_text(partition, value);
      }
      step_by_step.log(partitions - 1);
      if (random() % 2 == 0) step_by_step.run({budget, size()});
      if (random() % 5 == 0) step_by_step.correct();
      if (random() % 3 == 0) step_by_step.replay_as_told({size()});
    }
    at_once.log(partitions - 1);
    step_by_step.correct();
    step_by_step.run({budget, size()});
    step_by_step.replay_as_told({size()});
    at_once.run({budget});
    for (const char* sql :
         {"SELECT group_concat(id || ':' || amount || '@' || _partition || '/' || _offset, ' ')"
          " FROM (SELECT * FROM orders ORDER BY _partition, _offset)",
          "SELECT group_concat(partition || '/' || offset || reason, ' ')"
          " FROM (SELECT * FROM orders__rejects ORDER BY partition, offset)",
          "SELECT group_concat(partition || '@' || next_offset, ' ') FROM orders__metadata"}) {
      CHECK(step_by_step.ask(sql) == at_once.ask(sql));
    }
  }
}
