// Reading and writing at once: what a job of one thread promises holds for two. Batches here have
// 1,000 messages, which is enough for the writing half to get its thread.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <thread>
#include <utility>

#include "support/forwarding_source.h"
#include "support/scenario.h"
#include "support/stop.h"

using sluice::Counts;
using sluice::Error;
using sluice::ExitCode;
using sluice::LoadPlan;
using sluice::Report;
using sluice::Source;
using sluice::StartAt;
using sluice::StopReason;
using sluice::test::ForwardingSource;
using sluice::test::Scenario;

namespace {

struct Overlapped : Scenario {
  void produce_many(int partition, int from, int count) {
    std::vector<int> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), from);
    produce(partition, ids);
  }

  Report run_overlapped(const std::vector<std::string>& changes = {}) {
    LoadPlan planned = plan(changes);
    planned.handover.records = 1'000;
    planned.handover.batches = 3;
    return run_plan(planned);
  }

  std::string count_and_sum() const { return ask("SELECT count(*) || ' ' || sum(id) FROM orders"); }
};

// A source that something is done with when it is to begin with its partitions.
class NoticedSource final : public ForwardingSource {
 public:
  NoticedSource(std::unique_ptr<Source> source, std::function<void()> on_start)
      : ForwardingSource(std::move(source)), on_start_(std::move(on_start)) {}

  void start(std::span<const StartAt> partitions) override {
    on_start_();
    ForwardingSource::start(partitions);
  }

 private:
  std::function<void()> on_start_;
};

void on_start(Scenario& scenario, const std::function<void()>& what) {
  scenario.wrap_source = [what](std::unique_ptr<Source> source) {
    return std::make_unique<NoticedSource>(std::move(source), what);
  };
}

}  // namespace

TEST_CASE("brokers send the first messages while the table is made") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  bool has_table = true;
  on_start(job, [&] { has_table = std::filesystem::exists(job.database()); });
  REQUIRE(job.run().exit_code == 0);
  CHECK_FALSE(has_table);
  CHECK(job.rows() == "1 2 3");
}

TEST_CASE("while its table is made a job is not idle") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  on_start(job, [&] { job.clock.advance(std::chrono::minutes(1)); });
  const Report report = job.run({"idle_timeout=5s"});
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(job.rows() == "1 2 3");
}

TEST_CASE("a table that cannot be made takes no message that is on its way") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.produce(1, {4, 5, 6});
  on_start(job, [&] { job.execute("CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY)"); });
  const Report report = job.run({"segmentation.active=true", "instances=2"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::definition));
  CHECK(report.counts.messages == 0);
  CHECK(report.partitions.empty());
  CHECK(report.segments.empty());
  CHECK(job.ask("SELECT count(*) FROM orders") == "0");
}

TEST_CASE("a job that cannot begin to read stands in the history") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  REQUIRE(job.run().exit_code == 0);
  on_start(job, [] { throw Error(ExitCode::try_later, "no more threads"); });
  CHECK(job.run().exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(job.ask("SELECT state || ' ' || exit_code FROM sluice_jobs ORDER BY rowid DESC") ==
        "failed 75");
}

TEST_CASE("the halves of a large load work at once, and nothing is lost, doubled or out of order") {
  Overlapped job;
  job.produce_many(0, 0, 12'345);
  job.produce_many(1, 100'000, 5'000);
  bool is_written_elsewhere = false;
  job.on_commit = [&, reading = std::this_thread::get_id()](const Counts&) {
    if (std::this_thread::get_id() != reading) is_written_elsewhere = true;
  };
  const Report report = job.run_overlapped({"params.load_batch_size=4000"});
  REQUIRE(report.exit_code == 0);
  CHECK(is_written_elsewhere == (std::thread::hardware_concurrency() > 1));
  CHECK(report.counts.inserted == 17'345);
  CHECK(job.count_and_sum() == "17345 588690840");
  CHECK(job.positions() == "orders/0@12345 orders/1@5000");
  CHECK(
      job.ask(
          "SELECT count(*) FROM orders a JOIN orders b ON b.rowid > a.rowid AND b.id = a.id - 1") ==
      "0");
  CHECK(job.ask("SELECT last_offset FROM orders__metadata WHERE partition = 1") == "4999");
}

TEST_CASE("a transaction takes several batches and has load_batch_size rows all the same") {
  Overlapped job;
  job.produce_many(0, 0, 9'000);
  std::vector<std::int64_t> rows;
  job.on_commit = [&](const Counts& counts) { rows.push_back(counts.inserted); };
  REQUIRE(job.run_overlapped({"params.load_batch_size=2500"}).exit_code == 0);
  CHECK(rows == std::vector<std::int64_t>{2500, 5000, 7500, 9000});
}

TEST_CASE("a row that the table refuses takes no batch before it with it") {
  Overlapped job;
  job.execute("CREATE TABLE orders(id INTEGER NOT NULL CHECK (id <> 2500), note TEXT)");
  job.produce_many(0, 0, 5'000);
  const Report report = job.run_overlapped({"params.max_rejects=1"});
  CHECK(report.exit_code == 0);
  CHECK(report.counts.rejected == 1);
  CHECK(job.count_and_sum() == "4999 12495000");
  CHECK(job.ask(R"(SELECT group_concat("offset") FROM orders__rejects)") == "2500");
  CHECK(job.positions() == "orders/0@5000");
}

TEST_CASE("the reject over the budget ends a load in the middle, and all before it is stored") {
  Overlapped job;
  job.produce_many(0, 0, 3'456);
  job.produce_text(0, "{broken");
  job.produce_many(0, 4'000, 20'000);
  const Report report = job.run_overlapped();
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(report.counts.inserted == 3'456);
  CHECK(report.partitions.at(0).next_offset == 3'456);
  CHECK(job.positions() == "orders/0@3456");
  CHECK(job.ask("SELECT count(*) FROM orders") == "3456");
}

TEST_CASE("the refused row over the budget, which only the table knows, ends a load as well") {
  Overlapped job;
  job.execute("CREATE TABLE orders(id INTEGER NOT NULL CHECK (id <> 2500), note TEXT)");
  job.produce_many(0, 0, 20'000);
  const Report report = job.run_overlapped();
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(report.counts.inserted == 2'500);
  CHECK(job.positions() == "orders/0@2500");
  CHECK(job.ask("SELECT count(*) FROM orders") == "2500");
}

TEST_CASE("what was read before the source failed is stored, transactions of several batches too") {
  Overlapped job;
  job.produce_many(0, 0, 20'000);
  job.cluster.fetch_failure = [](int fetch) -> std::optional<Error> {
    if (fetch < 7) return std::nullopt;
    return Error(ExitCode::unavailable, "the cable is out");
  };
  const Report report = job.run_overlapped();
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  const std::int64_t read = job.cluster.handed_out;
  CHECK(read > 5'000);
  CHECK(report.counts.inserted == read);
  CHECK(job.positions() == fmt::format("orders/0@{}", read));
  CHECK(job.ask("SELECT count(*) FROM orders") == std::to_string(read));
}

TEST_CASE("a job that is overtaken between two transactions ends, and reports what it committed") {
  Overlapped job;
  job.produce_many(0, 0, 20'000);
  job.on_commit = [&](const Counts& counts) {
    if (counts.inserted != 2'000) return;
    job.execute("UPDATE orders__metadata SET generation = generation + 1");
  };
  const Report report = job.run_overlapped({"params.load_batch_size=2000"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(report.counts.inserted == 2'000);
  CHECK(report.partitions.at(0).next_offset == 2'000);
  CHECK(job.positions() == "orders/0@2000");
  CHECK(job.ask("SELECT count(*) FROM orders") == "2000");
  CHECK(job.ask("SELECT messages FROM sluice_jobs") == "2000");
}

TEST_CASE("a signal ends a large load after a commit of all that was read") {
  Overlapped job;
  job.produce_many(0, 0, 50'000);
  job.on_commit = [&](const Counts&) { job.stop.raise(SIGTERM); };
  const Report report = job.run_overlapped({"params.load_batch_size=2000"});
  CHECK(report.exit_code == 128 + SIGTERM);
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.counts.inserted < 50'000);
  CHECK(job.positions() == fmt::format("orders/0@{}", report.counts.inserted));
  CHECK(job.ask("SELECT count(*) FROM orders") == fmt::format("{}", report.counts.inserted));

  sluice::test::forget(job.stop);
  job.on_commit = nullptr;
  CHECK(job.run_overlapped().exit_code == 0);
  CHECK(job.count_and_sum() == "50000 1249975000");
}

TEST_CASE("max_messages ends a large load at this message") {
  Overlapped job;
  job.produce_many(0, 0, 20'000);
  CHECK(job.run_overlapped({"max_messages=7777"}).stop_reason == StopReason::max_messages);
  CHECK(job.positions() == "orders/0@7777");
  CHECK(job.ask("SELECT count(*) FROM orders") == "7777");
}

TEST_CASE("messages that stop to come leave no transaction open behind their time") {
  Overlapped job;
  job.produce_many(0, 0, 3'000);
  std::vector<std::int64_t> rows;
  job.on_commit = [&](const Counts& counts) { rows.push_back(counts.inserted); };
  const Report report = job.run_overlapped({"until=timeout", "timeout=10s"});
  CHECK(report.stop_reason == StopReason::timeout);
  // After load_batch_interval, not at the end.
  CHECK(report.took >= std::chrono::seconds(10));
  CHECK(rows == std::vector<std::int64_t>{3000});
}
