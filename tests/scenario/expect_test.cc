// What must hold at the end of a job: budgets as a ratio, and params.expect.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/capture.h"
#include "support/scenario.h"
#include "support/text.h"

using sluice::Report;
using sluice::StopReason;
using sluice::test::bad_data;
using sluice::test::holds;
using sluice::test::Scenario;

namespace {

// `every`: of so many messages one is bad, the last of them.
void produce_with_bad(Scenario& job, int count, int every) {
  job.log(0);
  for (int i = 1; i <= count; ++i) {
    job.produce_text(0, i % every == 0 ? "bad" : fmt::format(R"({{"id":{}}})", i));
  }
}

}  // namespace

TEST_CASE("a ratio of rejects is judged at the end, and what was committed stays") {
  Scenario job;
  produce_with_bad(job, 100, 10);
  CHECK(job.run({"params.max_reject_ratio=0.1"}).exit_code == 0);

  Scenario strict;
  produce_with_bad(strict, 100, 10);
  const Report report = strict.run({"params.max_reject_ratio=0.09"});
  CHECK(report.exit_code == bad_data);
  CAPTURE(report.message);
  CHECK(holds(report.message,
              "10 of 100 messages were rejected (0.1), and \"max_reject_ratio\" is 0.09"));
  CHECK(report.counts.inserted == 90);
  CHECK(strict.positions() == "orders/0@100");
  CHECK(strict.ask("SELECT count(*) FROM orders__rejects") == "10");
  CHECK(strict.ask("SELECT exit_code || state || stop_reason FROM sluice_jobs") == "65failederror");
}

TEST_CASE("no ratio that was written is missed by the way a double is rounded") {
  for (const auto& [bad, ratio] :
       {std::pair{57, "0.57"}, {29, "0.29"}, {7, "0.07"}, {55, "0.55"}, {100, "1"}}) {
    CAPTURE_BINDING(ratio);
    Scenario job;
    for (int i = 0; i < 100; ++i) job.produce_text(0, i < bad ? "bad" : R"({"id":1})");
    CHECK(job.run({fmt::format("params.max_reject_ratio={}", ratio)}).exit_code == 0);
  }
}

TEST_CASE("from the 1,000th message on the ratio is judged at each commit") {
  Scenario job;
  produce_with_bad(job, 5'000, 2);
  const Report report = job.run({"params.max_reject_ratio=0.4", "params.load_batch_size=100"});
  CHECK(report.exit_code == bad_data);
  CAPTURE(report.message);
  CHECK(holds(report.message, "500 of 1000 messages were rejected (0.5)"));
  CHECK(report.counts.messages == 1'000);
  CHECK(job.positions() == "orders/0@1000");

  // Too large a share at the beginning is no reason to end.
  Scenario late;
  for (int i = 0; i < 100; ++i) late.produce_text(0, "bad");
  for (int i = 0; i < 4'000; ++i) late.produce_text(0, R"({"id":1})");
  CHECK(late.run({"params.max_reject_ratio=0.1", "params.load_batch_size=100"}).exit_code == 0);
}

TEST_CASE("a count and a ratio may both be given: whichever is broken first ends the job") {
  Scenario counted;
  produce_with_bad(counted, 100, 10);
  const Report report = counted.run({"params.max_reject_ratio=0.5", "params.max_rejects=3"});
  CHECK(report.exit_code == bad_data);
  CHECK(holds(report.message, "reject over the budget of 3"));
  CHECK(counted.positions() == "orders/0@39");

  Scenario shared;
  produce_with_bad(shared, 100, 10);
  CHECK(holds(shared.run({"params.max_reject_ratio=0.05", "params.max_rejects=30"}).message,
              "\"max_reject_ratio\" is 0.05"));
}

TEST_CASE("a job that a signal ends is not judged by its end") {
  Scenario job;
  produce_with_bad(job, 400, 2);
  job.on_commit = [&](const sluice::Counts&) { job.stop.raise(15); };
  const Report report = job.run({"params.max_reject_ratio=0.1", "params.load_batch_size=100",
                                 R"(params.expect={"min_rows": 1000000})"});
  CHECK(report.exit_code == 128 + 15);
  CHECK(report.expectations.empty());
}

TEST_CASE("an expectation that does not hold ends the job with 65 and its value") {
  struct Case {
    const char* expect;
    const char* says;  // nothing: it holds
  };
  for (const auto& [expect, text] : {
           Case{R"({"min_rows": 3})", nullptr},
           Case{R"({"min_rows": 4})", "min_rows 4: the table has 3 rows"},
           Case{R"({"max_lag": 0})", nullptr},
           Case{R"({"max_reject_ratio": 0.25})", nullptr},
           Case{R"({"max_reject_ratio": 0.2})",
                "max_reject_ratio 0.2: 1 of 4 messages were rejected (0.25)"},
           Case{R"({"sql": ["(SELECT max(id) FROM orders) = 3"]})", nullptr},
           Case{R"({"sql": ["SELECT count(*) = 3 FROM orders"]})", nullptr},
           Case{R"({"sql": ["(SELECT max(id) FROM orders) = 4"]})",
                "sql (SELECT max(id) FROM orders) = 4: it is 0"},
           Case{R"j({"sql": ["(SELECT max(id) FROM orders WHERE id > 9)"]})j", ": it is NULL"},
           Case{R"j({"sql": ["(SELECT reason FROM orders__rejects)"]})j", ": it is not JSON"},
           Case{R"({"sql": ["(SELECT state FROM sluice_jobs) = 'running'"]})", nullptr},
           Case{R"({"sql": ["(SELECT count(*) FROM elsewhere) = 0"]})",
                "elsewhere) = 0: no such table: elsewhere"},
           Case{R"({"sql": ["abs(-9223372036854775807 - 1) > 0"]})", "- 1) > 0: integer overflow"},
           Case{R"({"sql": []})", nullptr},
           Case{"{}", nullptr},
       }) {
    CAPTURE_BINDING(expect);
    Scenario job;
    job.produce(0, {1, 2, 3});
    job.produce_text(0, "bad");
    const Report report = job.run({"params.max_rejects=1", std::string("params.expect=") + expect});
    CAPTURE(report.message);
    CHECK(report.exit_code == (text == nullptr ? 0 : bad_data));
    if (text != nullptr) CHECK(holds(report.message, text));
    CHECK(report.counts.messages == 4);
    CHECK(job.rows() == "1 2 3");
    CHECK(job.positions() == "orders/0@4");
    CHECK(job.ask("SELECT message FROM sluice_jobs") ==
          (report.message.empty() ? "" : report.message));
  }
}

TEST_CASE("all expectations are judged, those that hold are in the report too") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4, 5});
  const Report report = job.run(
      {"max_messages=2", R"(params.expect={"min_rows": 2, "max_lag": 2, "sql": ["1", "1 = 2"]})"});
  CHECK(report.exit_code == bad_data);
  CHECK(holds(report.message, "2 expectations do not hold"));
  CHECK(holds(report.message, "max_lag 2: orders/0 lags by 3"));
  CHECK(holds(report.message, "sql 1 = 2: it is 0"));
  REQUIRE(report.expectations.size() == 4);
  CHECK(report.expectations[0].holds);
  const std::string json = to_json(report);
  CHECK(
      json.find(R"({"name":"min_rows 2","holds":true,"value":"the table has at least 2 rows"})") !=
      std::string::npos);
  CHECK(json.find(R"({"name":"sql 1 = 2","holds":false,"value":"it is 0"})") != std::string::npos);
  CHECK(job.positions() == "orders/0@2");
}

TEST_CASE("min_rows is about the table, so a run that finds nothing new holds it too") {
  Scenario job;
  job.produce(0, {1, 2});
  CHECK(job.run({R"(params.expect={"min_rows": 2})"}).exit_code == 0);
  CHECK(job.run({R"(params.expect={"min_rows": 2})"}).exit_code == 0);
}

TEST_CASE("an expectation changes nothing and reaches nothing but the database") {
  Scenario job;
  job.produce(0, {1});
  for (const char* sql : {"1); DELETE FROM orders; SELECT (1", "load_extension('x')",
                          "(SELECT count(*) FROM pragma_database_list) = 1"}) {
    CAPTURE(sql);
    std::string complaint;
    try {
      job.run({fmt::format(R"(params.expect={{"sql": ["{}"]}})", sql)});
    } catch (const std::exception& error) {
      complaint = error.what();
    }
    CHECK(complaint.find("no expression that can be true of the database") != std::string::npos);
  }
}

TEST_CASE("what is wrong with an expectation is told before the job runs, as far as it can be") {
  struct Case {
    const char* sql;
    const char* complaint;  // nothing: only the database knows
  };
  for (const auto& [sql, text] : {
           Case{"(SELECT count(*) FROM orders WHERE amount < 0) = 0", "no such column: amount"},
           Case{"(SELECT count(*) FROM orders) >", "syntax error"},
           Case{"lenght('x') = 1", "no such function: lenght"},
           Case{"1, 2", "more than one expression"},
           Case{"id > ?1", "no such column: id"},
           Case{"1 = ?1", "a parameter has no value here"},
           Case{"(SELECT count(*) FROM elsewhere) = 0", nullptr},
       }) {
    CAPTURE_BINDING(sql);
    Scenario job;
    std::string complaint;
    try {
      job.plan({fmt::format(R"(params.expect={{"sql": ["{}"]}})", sql)});
    } catch (const std::exception& error) {
      complaint = error.what();
    }
    CAPTURE(complaint);
    CHECK(complaint.empty() == (text == nullptr));
    if (text != nullptr) CHECK(complaint.find(text) != std::string::npos);
  }
}
