#include <doctest/doctest.h>

#include <csignal>

#include "support/scenario.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::test::Scenario;
using std::chrono::milliseconds;

TEST_CASE("until end: the end is the one that the log had at the start") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  int produced = 0;
  job.cluster.before_fetch = [&] { job.produce(0, {100 + produced++}); };
  const Report report = job.run();
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(job.rows() == "1 2 3");
  CHECK(job.positions() == "orders/0@3");
}

TEST_CASE("a partition is done by position, not by seeing a message") {
  Scenario job;
  SUBCASE("it is empty") { job.log(0); }
  SUBCASE("all its records were deleted") {
    job.log(0).low_offset = 50;
    job.log(0).end_offset = 50;
  }
  SUBCASE("it holds nothing but an aborted transaction") { job.log(0).end_offset = 4; }
  SUBCASE("it ends in markers") {
    job.produce(0, {1, 2});
    job.log(0).end_offset = 7;
  }
  const auto end = std::to_string(job.log(0).end_offset);
  const Report report = job.run();
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(job.positions() == "orders/0@" + end);
  CHECK(report.partitions[0].lag() == 0);
  CHECK(report.took < milliseconds(200));
}

TEST_CASE("a message behind the end proves that the end was reached") {
  Scenario job;
  job.produce(0, {1, 2});
  job.log(0).end_offset = 5;
  job.cluster.before_fetch = [&] {
    if (job.log(0).end_offset == 5) job.produce(0, {9});
  };
  CHECK(job.run().stop_reason == StopReason::caught_up);
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@5");
}

TEST_CASE("until timeout: a job waits for new messages until its time is over") {
  Scenario job;
  job.produce(0, {1});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 5) job.produce(0, {2});
  };
  const Report report = job.run({"until=timeout", "timeout=3s"});
  CHECK(report.stop_reason == StopReason::timeout);
  CHECK(report.exit_code == 0);
  CHECK(job.rows() == "1 2");
  CHECK(report.took >= milliseconds(3000));
  CHECK(report.took < milliseconds(3200));
}

TEST_CASE("max_messages counts messages of all partitions, rows or not") {
  Scenario job;
  job.produce(0, {1, 2});
  job.produce_text(1, "broken");
  job.produce(1, {3, 4});
  const Report report = job.run({"max_messages=4", "params.max_rejects=1"});
  CHECK(report.stop_reason == StopReason::max_messages);
  CHECK(report.counts.messages == 4);
  CHECK(report.counts.rejected == 1);
  CHECK(job.rows() == "1 2 3");
  job.run();
  CHECK(job.rows() == "1 2 3 4");
}

TEST_CASE("idle_timeout ends a job some time after the last message") {
  Scenario job;
  job.produce(0, {1});
  const Report report = job.run({"until=timeout", "timeout=1h", "idle_timeout=2s"});
  CHECK(report.stop_reason == StopReason::idle);
  CHECK(report.exit_code == 0);
  CHECK(report.took < milliseconds(2300));
}

TEST_CASE("a range ends before until_offset, in every partition") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders", "until_offset": 2},
                   "load_to": {"source": "dwh/db/orders"}}, "type": "load"})";
  job.produce(0, {1, 2, 3});
  job.produce(1, {11, 12, 13});
  const Report report = job.run();
  CHECK(report.stop_reason == StopReason::range_end);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id)") ==
        "1 2 11 12");
  CHECK(job.positions() == "orders/0@2 orders/1@2");

  SUBCASE("a table that is past the range reads nothing") {
    const Report again = job.run();
    CHECK(again.stop_reason == StopReason::range_end);
    CHECK(again.counts.messages == 0);
  }
}

TEST_CASE("a map in until_offset selects: what it does not name is not read") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders",
                   "until_offset": {"1": 1}}, "load_to": {"source": "dwh/db/orders"}},
                   "type": "load"})";
  job.produce(0, {1, 2});
  job.produce(1, {11, 12});
  CHECK(job.run().stop_reason == StopReason::range_end);
  CHECK(job.rows() == "11");
  CHECK(job.positions() == "orders/1@1");
}

TEST_CASE("a range end past the log's end is waited for, or not with until end") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders", "until_offset": 3},
                   "load_to": {"source": "dwh/db/orders"}}, "type": "load", "timeout": "1h"})";
  job.produce(0, {1, 2});
  SUBCASE("waited for") {
    int fetches = 0;
    job.cluster.before_fetch = [&] {
      if (++fetches == 3) job.produce(0, {3, 4});
    };
    CHECK(job.run().stop_reason == StopReason::range_end);
    CHECK(job.rows() == "1 2 3");
  }
  SUBCASE("not waited for") {
    CHECK(job.run({"until=end"}).stop_reason == StopReason::caught_up);
    CHECK(job.rows() == "1 2");
  }
}

TEST_CASE("until_timestamp ends a range before the first message of that time") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders",
                   "until_timestamp": "2026-01-02T00:00:00Z"},
                   "load_to": {"source": "dwh/db/orders"}}, "type": "load", "timeout": "1h"})";
  job.produce(0, {1, 2});
  const auto produce_next_day = [&] {
    job.produce(0, {3, 4});
    for (auto& record : job.log(0).records) {
      if (record.offset >= 2) record.timestamp_ms += 86'400'000;
    }
  };
  int fetches = 0;
  SUBCASE("it is in the log already") { produce_next_day(); }
  SUBCASE("it comes while the job runs") {
    job.cluster.before_fetch = [&] {
      if (++fetches == 3) produce_next_day();
    };
  }
  CHECK(job.run().stop_reason == StopReason::range_end);
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@2");
}

TEST_CASE("a signal ends a job after a commit of what is complete") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.cluster.before_fetch = [&] { job.stop.raise(SIGTERM); };
  const Report report = job.run({"until=timeout"});
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.exit_code == 128 + SIGTERM);
  CHECK(report.state() == "interrupted");
  CHECK(job.rows() == "1 2 3");
  CHECK(job.positions() == "orders/0@3");
  CHECK(job.ask("SELECT state || ' ' || exit_code FROM sluice_jobs") == "interrupted 143");
}

TEST_CASE(
    "a signal before the load began leaves no trace: nothing was decided from half an answer") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.cluster.connect_failure = sluice::Error::interrupted("connecting");
  job.stop.raise(SIGINT);
  const Report report = job.run();
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.exit_code == 128 + SIGINT);
  CHECK_FALSE(std::filesystem::exists(job.database()));
}

TEST_CASE("a broker that is away is not idle") {
  Scenario job;
  job.produce(0, {1});
  job.cluster.outage = "connection refused";
  const Report report = job.run({"until=timeout", "timeout=20s", "idle_timeout=2s"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
}

TEST_CASE("always-up has no timeout, and a signal is its stop rule") {
  Scenario job;
  job.produce(0, {1});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 100'000) job.stop.raise(SIGTERM);
  };
  const Report report = job.run({"execution_mode=always-up", "timeout=null", "until=timeout"});
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.exit_code == 0);
  CHECK(report.state() == "succeeded");
  CHECK(job.rows() == "1");
}

TEST_CASE("a failing source leaves what came before it committed") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4});
  job.cluster.fetch_failure = [](int fetch) -> std::optional<sluice::Error> {
    if (fetch < 2) return std::nullopt;
    return sluice::Error(ExitCode::not_authorised, "the topic is closed to us");
  };
  const Report report = job.run({"params.load_from.0.extract_chunk_size=1", "until=timeout"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::not_authorised));
  CHECK(report.stop_reason == StopReason::error);
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@2");
  CHECK(job.ask("SELECT state || ' ' || message FROM sluice_jobs") ==
        "failed the topic is closed to us");
}

TEST_CASE("a job whose timeout finds the brokers away ends as unavailable") {
  Scenario job;
  job.produce(0, {1});
  job.cluster.outage = "connection refused";
  const Report report = job.run({"timeout=2s"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK(report.message.find("connection refused") != std::string::npos);
}

TEST_CASE("a broker that cannot be reached leaves no trace on the disk") {
  Scenario job;
  job.cluster.connect_failure = sluice::Error(ExitCode::unavailable, "connection refused");
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK_FALSE(std::filesystem::exists(job.database()));
}
