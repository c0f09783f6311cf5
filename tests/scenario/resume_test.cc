#include <doctest/doctest.h>

#include "support/capture.h"
#include "support/scenario.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::test::Scenario;

TEST_CASE("a job goes on where the last one stopped") {
  Scenario job;
  job.produce(0, {11, 12, 13, 14, 15});

  CHECK(job.run({"max_messages=3"}).stop_reason == StopReason::max_messages);
  CHECK(job.rows() == "11 12 13");
  CHECK(job.positions() == "orders/0@3");

  CHECK(job.run().stop_reason == StopReason::caught_up);
  CHECK(job.rows() == "11 12 13 14 15");
  CHECK(job.positions() == "orders/0@5");

  const Report nothing_new = job.run();
  CHECK(nothing_new.stop_reason == StopReason::caught_up);
  CHECK(nothing_new.counts.messages == 0);
  CHECK(job.rows() == "11 12 13 14 15");
}

TEST_CASE("every partition goes its own way, idle ones keep their place") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.produce(1, {});
  job.produce(2, {7});
  job.run();
  CHECK(job.positions() == "orders/0@3 orders/1@0 orders/2@1");

  job.produce(2, {8});
  job.run();
  CHECK(job.positions() == "orders/0@3 orders/1@0 orders/2@2");
  CHECK(job.ask("SELECT count(*) || ' ' || sum(id) FROM orders") == "5 21");
}

TEST_CASE("latest is resolved and stored by the first run, and loaded from by the next") {
  Scenario job;
  job.source_yaml =
      "connector: kafka\nservers: localhost:1\ntopics:\n  orders: { offset_policy: latest }\n";
  job.produce(0, {1, 2, 3});
  const Report first = job.run();
  CHECK(first.counts.messages == 0);
  CHECK(first.stop_reason == StopReason::caught_up);
  CHECK(job.positions() == "orders/0@3");

  job.produce(0, {4});
  job.run();
  CHECK(job.rows() == "4");
}

TEST_CASE("offset_number says where a first load starts, and nothing ever after") {
  struct Case {
    const char* change;
    const char* rows;
    const char* positions;
  };
  for (const auto& [change, rows, positions] : {
           Case{"params.load_from.offset_number=2", "3 4 12", "orders/0@4 orders/1@3"},
           Case{"params.load_from.offset_number=-1", "4 12", "orders/0@4 orders/1@3"},
           Case{"params.load_from.offset_number=-99", "1 2 3 4 10 11 12", "orders/0@4 orders/1@3"},
           Case{R"(params.load_from.offset_number={"1":2})", "1 2 3 4 12", "orders/0@4 orders/1@3"},
           Case{"params.load_from.offset_number=9", "", "orders/0@9 orders/1@9"},
       }) {
    CAPTURE_BINDING(change);
    Scenario job;
    job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders"},
                     "load_to": {"source": "dwh/db/orders"}}, "type": "load", "until": "end"})";
    job.produce(0, {1, 2, 3, 4});
    job.produce(1, {10, 11, 12});
    CHECK(job.run({change}).exit_code == 0);
    CHECK(job.rows() == rows);
    CHECK(job.positions() == positions);
    CHECK(job.run({change}).counts.messages == 0);
    CHECK(job.rows() == rows);
  }
}

TEST_CASE("an offset_number before the log's start begins there, and the report says so") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders", "offset_number": 1},
                   "load_to": {"source": "dwh/db/orders"}}, "type": "load", "until": "end"})";
  job.produce(0, {1, 2, 3, 4});
  job.log(0).low_offset = 2;
  std::erase_if(job.log(0).records, [](const auto& record) { return record.offset < 2; });
  const Report report = job.run();
  CHECK(job.rows() == "3 4");
  REQUIRE(report.partitions.size() == 1);
  CHECK(report.partitions[0].from_offset == 2);
  CHECK(report.partitions[0].note != "");
}

TEST_CASE("an offset_number past the end waits there: messages before it never come in") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders", "offset_number": 4},
                   "load_to": {"source": "dwh/db/orders"}}, "type": "load", "until": "end"})";
  job.produce(0, {1, 2});
  CHECK(job.run().counts.messages == 0);
  CHECK(job.positions() == "orders/0@4");
  job.produce(0, {3});
  CHECK(job.run().exit_code == 0);
  CHECK(job.positions() == "orders/0@4");
  job.produce(0, {4, 5});
  job.run();
  CHECK(job.rows() == "5");
}

TEST_CASE("a partition that is new to a loaded table starts at its earliest, whatever is said") {
  Scenario job;
  job.source_yaml =
      "connector: kafka\nservers: localhost:1\ntopics:\n  orders: { offset_policy: latest }\n";
  job.produce(0, {1});
  job.run();
  job.produce(1, {21, 22});
  job.run();
  CHECK(job.rows() == "21 22");
  CHECK(job.positions() == "orders/0@1 orders/1@2");
}

TEST_CASE("a timestamp starts a first load at the first message of that time") {
  Scenario job;
  job.action = R"({"params": {"load_from": {"source": "dwh/shop/orders",
                   "timestamp": "2026-01-02T00:00:00Z"}, "load_to": {"source": "dwh/db/orders"}},
                   "type": "load", "until": "end"})";
  job.produce(0, {1, 2, 3});
  job.log(0).records[1].timestamp_ms += 86'400'000;
  job.log(0).records[2].timestamp_ms += 86'400'000;
  job.run();
  CHECK(job.rows() == "2 3");
}

TEST_CASE("a log that is not the one that was loaded is refused before anything is written") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4});
  job.run();
  const auto refused = [&job](const char* what) {
    const Report report = job.run();
    CAPTURE(report.message);
    CHECK(report.exit_code == static_cast<int>(ExitCode::source_changed));
    CHECK(report.message.find(what) != std::string::npos);
    CHECK(job.rows() == "1 2 3 4");
    CHECK(job.positions() == "orders/0@4");
    CHECK(job.ask("SELECT state || ' ' || exit_code FROM sluice_jobs ORDER BY rowid DESC") ==
          "failed 76");
  };
  SUBCASE("messages were removed before they could be loaded") {
    job.produce(0, {5, 6, 7});
    job.log(0).low_offset = 6;
    refused("orders/0");
  }
  SUBCASE("the log was cut") {
    job.log(0).end_offset = 2;
    refused("orders/0");
  }
  SUBCASE("a partition is gone") {
    job.cluster.topics["orders"].clear();
    refused("orders/0");
  }
  SUBCASE("another cluster answers") {
    job.cluster.cluster_id = "cluster-b";
    refused("cluster-b");
  }
}
