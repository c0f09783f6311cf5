#include <doctest/doctest.h>

#include "support/capture.h"
#include "support/scenario.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::test::Scenario;

TEST_CASE("without a budget everything before the first bad message is committed, and no more") {
  struct Case {
    const char* value;
    const char* says;
  };
  for (const auto& [value, says] : {
           Case{"{broken", "orders/0@2: not JSON"},
           Case{"[1]", "orders/0@2: a JSON array"},
           Case{"", "orders/0@2: the value is empty"},
           Case{R"({"id":"x"})", "orders/0@2, column \"id\": \"x\" is not an integer"},
           Case{R"({"id":9223372036854775808})", "orders/0@2, column \"id\": 9223372036854775808"},
           Case{R"({"note":"no id"})", "orders/0@2, column \"id\": the attribute is missing"},
           Case{R"({"id":null})", "orders/0@2, column \"id\": the value is null"},
           Case{"{\"id\":3,\"note\":\"\xFF\"}", "orders/0@2: not JSON: invalid UTF-8"},
           Case{R"({"id":3}{"id":4})", "orders/0@2: not JSON"},
       }) {
    CAPTURE_BINDING(value);
    Scenario job;
    job.produce(0, {1, 2});
    job.produce_text(0, value);
    job.produce(0, {9});
    const Report report = job.run();
    CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
    CHECK(report.stop_reason == StopReason::error);
    CAPTURE(report.message);
    CHECK(report.message.find(says) != std::string::npos);
    CHECK(report.counts.messages == 2);
    CHECK(report.counts.rejected == 0);
    CHECK(job.rows() == "1 2");
    CHECK(job.positions() == "orders/0@2");

    CHECK(job.run().exit_code == static_cast<int>(ExitCode::bad_data));
    CHECK(job.rows() == "1 2");
  }
}

TEST_CASE("with a budget bad messages land beside the table with their bytes") {
  Scenario job;
  job.produce(0, {1});
  job.produce_text(0, "{broken");
  job.produce(0, {2});
  job.produce_text(0, R"({"id":"x"})");
  job.log(0).records.back().key = "k";
  job.produce(0, {3});
  const Report report = job.run({"params.max_rejects=2"});
  CHECK(report.exit_code == 0);
  CHECK(report.counts.messages == 5);
  CHECK(report.counts.inserted == 3);
  CHECK(report.counts.rejected == 2);
  CHECK(job.rows() == "1 2 3");
  CHECK(job.ask("SELECT count(*) FROM orders__rejects") == "2");
  CHECK(job.ask("SELECT CAST(value AS TEXT) FROM orders__rejects WHERE offset = 1") == "{broken");
  CHECK(job.ask("SELECT source || topic || partition || column_name || typeof(key) FROM "
                "orders__rejects WHERE offset = 3") == "shoporders0idblob");
  CHECK(job.positions() == "orders/0@5");
}

TEST_CASE("the message that breaks the budget is not taken; the next run meets it again") {
  Scenario job;
  job.produce_text(0, "bad 1");
  job.produce(0, {1});
  job.produce_text(0, "bad 2");
  job.produce(0, {2});
  const Report report = job.run({"params.max_rejects=1"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(report.counts.messages == 2);
  CHECK(report.counts.rejected == 1);
  CHECK(job.rows() == "1");
  CHECK(job.positions() == "orders/0@2");

  CHECK(job.run({"params.max_rejects=1"}).exit_code == 0);
  CHECK(job.rows() == "1 2");
  CHECK(job.ask("SELECT count(*) FROM orders__rejects") == "2");
}

TEST_CASE("an end that was proven behind a bad message is not stored in front of it") {
  Scenario job;
  job.produce(0, {1});
  job.produce_text(0, "bad");
  job.log(0).end_offset = 5;  // markers behind it
  CHECK(job.run().exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(job.positions() == "orders/0@1");
  CHECK(job.run({"params.max_rejects=1"}).counts.rejected == 1);
  CHECK(job.positions() == "orders/0@5");
}

TEST_CASE("a row that breaks a constraint of the table is a reject") {
  Scenario job;
  job.dataset_yaml += "    primary_key: [id]\n";
  job.produce(0, {1, 2, 1, 3});
  const Report report = job.run({"params.max_rejects=1"});
  CHECK(report.exit_code == 0);
  CHECK(report.counts.inserted == 3);
  CHECK(report.counts.rejected == 1);
  CHECK(job.rows() == "1 2 3");
  CHECK(job.ask("SELECT offset FROM orders__rejects") == "2");

  Scenario strict;
  strict.dataset_yaml += "    primary_key: [id]\n";
  strict.produce(0, {1, 2, 1, 3});
  CHECK(strict.run().exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(strict.rows() == "1 2");
  CHECK(strict.positions() == "orders/0@2");
}

TEST_CASE("a tombstone gives no row and is counted") {
  Scenario job;
  job.produce(0, {1});
  job.produce_text(0, "");
  job.log(0).records.back().value.reset();
  job.produce(0, {2});
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(report.counts.tombstones == 1);
  CHECK(report.counts.messages == 3);
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@3");
}
