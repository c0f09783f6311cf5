#include <doctest/doctest.h>

#include "store/sqlite_store.h"
#include "store/table_lock.h"
#include "support/scenario.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::TableLock;
using sluice::test::Scenario;

TEST_CASE("a second job on the same table ends at once as busy") {
  Scenario job;
  job.produce(0, {1});
  TableLock other(job.database(), "orders");
  REQUIRE(other.try_lock());

  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(report.message.find("another job is loading table \"orders\"") == 0);
  CHECK_FALSE(std::filesystem::exists(job.database()));
}

TEST_CASE("if_running skip: a second job is content, and touches nothing") {
  Scenario job;
  job.produce(0, {1});
  TableLock other(job.database(), "orders");
  REQUIRE(other.try_lock());

  const Report report = job.run({"if_running=skip"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::skipped);
  CHECK_FALSE(std::filesystem::exists(job.database()));
}

TEST_CASE("a job on another table of the same database runs") {
  Scenario job;
  job.produce(0, {1});
  TableLock other(job.database(), "customers");
  REQUIRE(other.try_lock());
  CHECK(job.run().exit_code == 0);
}

TEST_CASE("a job that was overtaken writes nothing and says so") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4});
  job.run({"max_messages=1"});
  // Between the job's start and its flush, another one loads message 2 without asking anybody.
  bool overtaken = false;
  job.cluster.before_fetch = [&] {
    if (overtaken) return;
    overtaken = true;
    job.execute(
        "INSERT INTO orders(id) VALUES (2);"
        "UPDATE orders__metadata SET next_offset = 2 WHERE topic = 'orders'");
  };
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(report.counts.messages == 0);
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@2");

  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3 4");
}

TEST_CASE("a job that was overtaken does not take the other one's rows for bad messages") {
  Scenario job;
  job.dataset_yaml += "    primary_key: [id]\n";
  job.produce(0, {1, 2, 3});
  job.run({"max_messages=1"});
  bool overtaken = false;
  job.cluster.before_fetch = [&] {
    if (overtaken) return;
    overtaken = true;
    job.execute(
        "INSERT INTO orders(id) VALUES (2);"
        "UPDATE orders__metadata SET next_offset = 2 WHERE topic = 'orders'");
  };
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(report.message.find("fenced: another job") != std::string::npos);
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3");
}

TEST_CASE("a reset to the same offset fences a job as well: the generation differs") {
  Scenario job;
  job.produce(0, {1, 2});
  job.run({"max_messages=1"});
  bool reset = false;
  job.cluster.before_fetch = [&] {
    if (reset) return;
    reset = true;
    job.execute("UPDATE orders__metadata SET generation = generation + 1");
  };
  CHECK(job.run().exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(job.rows() == "1");
}

TEST_CASE("a job that died is closed as failed by the next one") {
  Scenario job;
  job.produce(0, {1});
  job.run();
  job.execute(
      "INSERT INTO sluice_jobs(job_id, action, table_name, state, started_at, messages, inserted, "
      "updated, deleted, unchanged, filtered, tombstones, rejected) "
      "VALUES ('dead', 'load-orders', 'orders', 'running', '2026-01-01T00:00:00Z', "
      "0, 0, 0, 0, 0, 0, 0, 0)");
  job.run();
  CHECK(job.ask("SELECT state FROM sluice_jobs WHERE job_id = 'dead'") == "failed");
  CHECK(job.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "0");
}
