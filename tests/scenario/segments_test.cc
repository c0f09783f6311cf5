// Several workers read the partitions of a job at once: what a job of one worker promises holds for
// any number of them.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "support/forwarding_source.h"
#include "support/no_threads.h"
#include "support/scenario.h"
#include "support/stop.h"
#include "support/text.h"

using sluice::Counts;
using sluice::Error;
using sluice::ExitCode;
using sluice::Fetched;
using sluice::Outage;
using sluice::Report;
using sluice::SegmentReport;
using sluice::Source;
using sluice::StopReason;
using sluice::test::ForwardingSource;
using sluice::test::holds;
using sluice::test::NoMoreThreads;
using sluice::test::Scenario;

namespace {

// What a test sees of a job's sources, or does to them, by their numbers in the order in which they
// were opened. What is empty stays as the source has it.
struct Watch {
  std::function<void(int)> on_connect;
  std::function<void(int)> on_fetch;
  std::function<void(int, const Fetched&)> on_fetched;
  std::function<std::optional<Outage>(int)> outage;
  std::function<std::chrono::milliseconds(int)> time_away;
};

class WatchedSource final : public ForwardingSource {
 public:
  WatchedSource(std::unique_ptr<Source> source, int number, const Watch& watch)
      : ForwardingSource(std::move(source)), number_(number), watch_(watch) {}

  void connect(sluice::Clock::Instant deadline) override {
    if (watch_.on_connect) watch_.on_connect(number_);
    ForwardingSource::connect(deadline);
  }
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t bytes) override {
    if (watch_.on_fetch) watch_.on_fetch(number_);
    const Fetched fetched = ForwardingSource::fetch(wait, most, bytes);
    if (watch_.on_fetched) watch_.on_fetched(number_, fetched);
    return fetched;
  }
  std::optional<Outage> outage() const override {
    return watch_.outage ? watch_.outage(number_) : ForwardingSource::outage();
  }
  std::chrono::milliseconds time_away() const override {
    return watch_.time_away ? watch_.time_away(number_) : ForwardingSource::time_away();
  }

 private:
  const int number_;
  const Watch& watch_;
};

// Where one thread waits for another one; not for ever, so that a test that fails ends.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return is_open_; });
    is_open_ = true;
  }

  static constexpr std::chrono::seconds patience{10};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
};

// An action that loads into the scenario's table; `params`: further ones.
std::string load_action(const std::string& load_from, const std::string& params = "") {
  return fmt::format(
      R"({{"type": "load", "params": {{"load_from": {},
           "load_to": {{"source": "dwh/db/orders"}}{}}}}})",
      load_from, params.empty() ? "" : ", " + params);
}

struct Segmented : Scenario {
  Segmented() {
    wrap_source = [this](std::unique_ptr<Source> source) {
      return std::make_unique<WatchedSource>(std::move(source), sources_opened++, watch);
    };
  }

  // Ids of a partition p are p * 1,000,000 + 0, 1, 2 …
  void produce_many(int partition, int count) {
    std::vector<int> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(),
              partition * 1'000'000 + static_cast<int>(log(partition).records.size()));
    produce(partition, ids);
  }

  void produce_to_first(int partitions, int count) {
    for (int i = 0; i < partitions; ++i) produce_many(i, count);
  }

  // A partition of another topic of the same source, with one message {"id":N}.
  void produce_sale(int partition, int id) {
    auto& partitions = cluster.topics["sales"];
    if (partitions.size() <= static_cast<std::size_t>(partition)) {
      partitions.resize(static_cast<std::size_t>(partition) + 1);
    }
    partitions.back().append(fmt::format(R"({{"id":{}}})", id));
  }

  // Two workers: the first one, which has the job's client, is done with the ten messages of
  // "orders", the other one reads "sales" as long as the job goes on.
  void let_the_first_be_done_early() {
    source_yaml = "connector: kafka\nservers: localhost:1\ntopics:\n  orders: {}\n  sales: {}\n";
    action = load_action(R"([{"source": "dwh/shop/orders", "until_offset": 10},
                             {"source": "dwh/shop/sales"}])");
    produce_many(0, 10);
    produce_sale(0, 5'000'000);
  }

  // Ends a job that nothing else ends, by SIGALRM. Call it while a source fetches.
  void stop_after_patience() {
    if (std::chrono::steady_clock::now() - began > Gate::patience) stop.raise(SIGALRM);
  }

  Report run_with(int workers, std::vector<std::string> changes = {}) {
    changes.push_back("segmentation.active=true");
    changes.push_back(fmt::format("instances={}", workers));
    sluice::LoadPlan planned = plan(changes);
    planned.handover.records = std::min<std::int64_t>(planned.handover.records, 500);
    planned.fetch_messages = 200;
    return run_plan(planned);
  }

  // Messages, by all sources.
  std::int64_t handed_out() {
    const std::lock_guard lock(cluster.mutex);
    return cluster.handed_out;
  }

  std::string count_of_rows() const { return ask("SELECT count(*) FROM orders"); }

  // Empty where the table holds what its positions say, each once and in the order of its
  // partition.
  std::string wrong_rows() const {
    if (ask("SELECT count(*) - count(DISTINCT id) FROM orders") != "0") return "a row twice";
    if (ask("SELECT count(*) FROM (SELECT id, lag(id) OVER (PARTITION BY id / 1000000 ORDER BY "
            "rowid) AS before FROM orders) WHERE before >= id") != "0") {
      return "out of order";
    }
    if (ask("SELECT count(*) - (SELECT sum(next_offset) FROM orders__metadata) FROM orders") !=
        "0") {
      return "rows are not what positions say";
    }
    return "";
  }

  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  int sources_opened = 0;
  Watch watch;
};

// Lets two sources fetch about as often: time passes with each fetch, and one of them may have the
// processor for long. Who is ahead waits for the other one, but not for one that has ended.
class Abreast {
 public:
  void pass(int source) {
    std::unique_lock lock(mutex_);
    ++fetches_[source];
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(1),
                      [&] { return fetches_[source] < fetches_[1 - source] + 3; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int fetches_[2] = {};
};

const std::string stop_at_1000100 = load_action(R"({"source": "dwh/shop/orders",
    "source_rules": [{"attribute_name": "id", "condition": "EQUAL", "condition_value": 1000100,
                      "action": "stop_workflow"}]})");

int total(const std::vector<SegmentReport>& segments) {
  return std::accumulate(segments.begin(), segments.end(), 0, [](int sum, const auto& segment) {
    return sum + static_cast<int>(segment.messages);
  });
}

}  // namespace

TEST_CASE("any number of workers loads any number of partitions as one worker does") {
  for (const int partitions : {1, 3, 10}) {
    for (const int workers : {1, 2, 4, 8}) {
      CAPTURE(partitions);
      CAPTURE(workers);
      Segmented job;
      std::mutex mutex;
      std::set<std::thread::id> threads;
      job.watch.on_fetch = [&](int) {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      };
      job.produce_to_first(partitions, 1'100);
      const Report report = job.run_with(workers);
      REQUIRE(report.exit_code == 0);
      CHECK(report.stop_reason == StopReason::caught_up);
      CHECK(report.counts.inserted == 1'100 * partitions);
      CHECK(job.count_of_rows() == std::to_string(1'100 * partitions));
      CHECK(job.wrong_rows() == "");
      const auto expected = static_cast<std::size_t>(std::min(workers, partitions));
      CHECK(threads.size() == expected);
      CHECK(static_cast<std::size_t>(job.sources_opened) == expected);
      CHECK(report.segments.size() == (workers == 1 ? 0 : expected));
      CHECK(total(report.segments) == (workers == 1 ? 0 : 1'100 * partitions));
    }
  }
}

TEST_CASE("without segmentation, instances make no workers") {
  Segmented job;
  job.produce_to_first(2, 10);
  SUBCASE("it is not there") { CHECK(job.run({"instances=2"}).segments.empty()); }
  SUBCASE("it is not active") {
    CHECK(job.run({"instances=2", "segmentation.active=false"}).segments.empty());
  }
  CHECK(job.sources_opened == 1);
}

TEST_CASE("a worker has a client only where its partitions have something to read") {
  Segmented job;
  job.produce_to_first(2, 10);
  job.produce_many(2, 0);
  REQUIRE(job.run_with(3).segments.size() == 2);
  CHECK(job.sources_opened == 2);
  job.sources_opened = 0;
  const Report nothing = job.run_with(3);
  CHECK(nothing.stop_reason == StopReason::caught_up);
  CHECK(nothing.segments.size() == 1);
  CHECK(job.sources_opened == 1);
}

TEST_CASE("max_messages is exact over all workers, and the next run goes on from there") {
  for (const int most : {1, 2, 199, 777, 3'001}) {
    CAPTURE(most);
    Segmented job;
    job.produce_to_first(3, 1'500);
    // All read before one of them has counted.
    std::latch all_read(3);
    bool has_read[3] = {};
    job.watch.on_fetch = [&](int source) {
      if (source < 3 && !std::exchange(has_read[source], true)) all_read.arrive_and_wait();
    };
    const Report report = job.run_with(3, {fmt::format("max_messages={}", most)});
    CHECK(report.stop_reason == StopReason::max_messages);
    CHECK(report.counts.messages == most);
    CHECK(job.count_of_rows() == std::to_string(most));
    CHECK(job.wrong_rows() == "");
    CHECK(job.run_with(2).exit_code == 0);
    CHECK(job.count_of_rows() == "4500");
    CHECK(job.wrong_rows() == "");
  }
}

TEST_CASE("max_messages waits for messages of any worker") {
  Segmented job;
  job.produce_many(0, 3);
  job.produce_many(1, 0);
  std::atomic<int> of_first = 0;  // who asks again has taken what he got
  job.watch.on_fetch = [&](int source) { of_first += source == 0 ? 1 : 0; };
  bool has_more = false;
  job.cluster.before_fetch = [&] {
    if (of_first >= 2 && !std::exchange(has_more, true)) job.produce_many(1, 5);
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=1h", "max_messages=5"});
  CHECK(report.stop_reason == StopReason::max_messages);
  CHECK(job.positions() == "orders/0@3 orders/1@2");
}

TEST_CASE("no transaction has more rows than load_batch_size, whoever read them") {
  Segmented job;
  job.produce_to_first(4, 2'000);
  std::int64_t before = 0;
  std::int64_t most = 0;
  job.on_commit = [&](const Counts& counts) {
    most = std::max(most, counts.inserted - std::exchange(before, counts.inserted));
  };
  REQUIRE(job.run_with(4, {"params.load_batch_size=1300"}).exit_code == 0);
  CHECK(most <= 1'300);
  CHECK(most > 500);  // of several batches
  CHECK(job.count_of_rows() == "8000");
}

TEST_CASE("the end is the one that each log had at the start, a producer goes on or not") {
  Segmented job;
  job.produce_to_first(3, 700);
  int produced = 0;
  job.cluster.before_fetch = [&] {
    if (++produced < 200) job.produce_many(produced % 3, 10);
  };
  const Report report = job.run_with(3);
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(job.positions() == "orders/0@700 orders/1@700 orders/2@700");
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("the time of a job is over for all of its workers") {
  Segmented job;
  job.produce_to_first(2, 100);
  SUBCASE("timeout") {
    const Report report = job.run_with(2, {"until=timeout", "timeout=3s"});
    CHECK(report.stop_reason == StopReason::timeout);
    CHECK(report.took >= std::chrono::seconds(3));
  }
  SUBCASE("idle_timeout") {
    std::latch both_read(2);  // else the clock runs on while a thread begins
    bool has_read[2] = {};
    job.watch.on_fetch = [&](int source) {
      if (!std::exchange(has_read[source], true)) both_read.arrive_and_wait();
    };
    const Report report = job.run_with(2, {"until=timeout", "timeout=1h", "idle_timeout=2s"});
    CHECK(report.stop_reason == StopReason::idle);
    CHECK(report.took < std::chrono::seconds(4));
  }
  SUBCASE("idle_timeout, where one worker has something again and again") {
    Abreast abreast;
    int fetches = 0;
    job.watch.on_fetch = [&](int source) {
      abreast.pass(source);
      const std::lock_guard lock(job.cluster.mutex);
      if (source == 1 && ++fetches % 4 == 0 && fetches < 200) job.produce_many(1, 1);
    };
    const Report report = job.run_with(2, {"until=timeout", "timeout=1h", "idle_timeout=2s"});
    CHECK(report.stop_reason == StopReason::idle);
    CHECK(report.counts.messages == 249);
  }
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("a timeout that finds the brokers of any worker away ends as unavailable") {
  Segmented job;
  job.produce_to_first(2, 1);
  job.cluster.outage = "connection refused";
  const Report report = job.run_with(2, {"timeout=2s", "idle_timeout=1s"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK(report.message.find("connection refused") != std::string::npos);
}

TEST_CASE("a signal ends all workers after a commit of all that was read") {
  Segmented job;
  job.produce_to_first(4, 10'000);
  job.on_commit = [&](const Counts&) { job.stop.raise(SIGTERM); };
  const Report report = job.run_with(4, {"params.load_batch_size=1000"});
  CHECK(report.exit_code == 128 + SIGTERM);
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.counts.inserted < 40'000);
  CHECK(job.count_of_rows() == std::to_string(report.counts.inserted));
  CHECK(job.wrong_rows() == "");
  sluice::test::forget(job.stop);
  job.on_commit = nullptr;
  CHECK(job.run_with(2).exit_code == 0);
  CHECK(job.count_of_rows() == "40000");
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("a range ends in every partition, whoever reads it") {
  Segmented job;
  job.action = load_action(R"({"source": "dwh/shop/orders", "until_offset": 600})");
  job.produce_to_first(3, 1'000);
  CHECK(job.run_with(2).stop_reason == StopReason::range_end);
  CHECK(job.positions() == "orders/0@600 orders/1@600 orders/2@600");
  CHECK(job.run_with(2).stop_reason == StopReason::range_end);
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("the budget of rejects is one for all workers, and exact") {
  Segmented job;
  for (int i = 0; i < 4; ++i) {
    for (int n = 0; n < 6; ++n) {
      job.produce_many(i, 150);
      job.produce_text(i, "{broken");
    }
  }
  const Report report = job.run_with(4, {"params.max_rejects=7"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(report.counts.rejected == 7);
  CHECK(job.ask("SELECT count(*) FROM orders__rejects") == "7");
  CHECK(job.ask("SELECT count(*) + 7 - (SELECT sum(next_offset) FROM orders__metadata) "
                "FROM orders") == "0");

  const Report rest = job.run_with(4, {"params.max_rejects=17"});
  CHECK(rest.exit_code == 0);
  CHECK(rest.counts.rejected == 17);
  CHECK(job.count_of_rows() == "3600");
  CHECK(job.ask("SELECT count(DISTINCT id) FROM orders") == "3600");
}

TEST_CASE("where one worker's source fails all stop, and what was complete is committed") {
  int failing = 0;
  SUBCASE("the job's own thread") { failing = 0; }
  SUBCASE("another") { failing = 2; }
  Segmented job;
  job.produce_to_first(3, 5'000);
  int fetches = 0;
  job.watch.on_fetch = [&](int source) {
    if (source == failing && ++fetches == 11) {
      throw Error(ExitCode::not_authorised, "the topic is closed to us");
    }
  };
  std::size_t before_the_failure = 0;  // of the failing one
  std::string partition;
  job.watch.on_fetched = [&](int source, const Fetched& fetched) {
    if (source != failing || fetched.messages.empty()) return;
    before_the_failure += fetched.messages.size();
    partition = std::to_string(fetched.messages.front().partition);
  };
  const Report report = job.run_with(3, {"until=timeout", "timeout=1h"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::not_authorised));
  CHECK(report.stop_reason == StopReason::error);
  CHECK(report.message == "the topic is closed to us");
  CHECK(before_the_failure >= 10);
  CHECK(job.ask("SELECT count(*) FROM orders WHERE id / 1000000 = " + partition) ==
        std::to_string(before_the_failure));
  CHECK(job.count_of_rows() == std::to_string(report.counts.messages));
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("a bug in one worker's thread reaches who runs the job") {
  Segmented job;
  job.produce_to_first(2, 100);
  job.watch.on_fetch = [](int source) {
    if (source == 1) throw std::logic_error("an invariant");
  };
  CHECK_THROWS_WITH(job.run_with(2), "an invariant");
}

// A source whose end takes until the job has its last word in the history.
struct SlowEnd final : ForwardingSource {
  SlowEnd(std::unique_ptr<Source> source, const Scenario& job, bool& has_ended, std::string& saw)
      : ForwardingSource(std::move(source)), job_(job), has_ended_(has_ended), saw_(saw) {}
  ~SlowEnd() override {
    const auto limit = std::chrono::steady_clock::now() + Gate::patience;
    do {
      saw_ = job_.ask("SELECT state FROM sluice_jobs");
    } while (saw_ == "running" && std::chrono::steady_clock::now() < limit);
    has_ended_ = true;
  }

 private:
  const Scenario& job_;
  bool& has_ended_;
  std::string& saw_;
};

TEST_CASE("a job's sources end beside its last word, and before the job") {
  Scenario job;
  bool has_ended = false;
  std::string saw;
  job.wrap_source = [&](std::unique_ptr<Source> source) {
    return std::make_unique<SlowEnd>(std::move(source), job, has_ended, saw);
  };
  job.produce(0, {1, 2, 3});
  std::optional<NoMoreThreads> none;
  SUBCASE("in a thread") {}
  SUBCASE("where the system has none") { none.emplace(); }
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(has_ended);
  CHECK(saw == "succeeded");
}

TEST_CASE("a system that has no thread for a worker is no bug of ours") {
  Segmented job;
  job.produce_to_first(2, 100);
  const Report report = [&] {
    const NoMoreThreads none;
    return job.run_with(2);
  }();
  CHECK(report.exit_code == 75);
  CHECK(holds(report.message, "the system has no thread for the job"));
  CHECK(job.run_with(2).exit_code == 0);
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("what the writing half fails by ends all workers") {
  Segmented job;
  job.produce_to_first(3, 5'000);
  job.on_commit = [&](const Counts& counts) {
    if (counts.inserted < 1'000) return;
    job.execute("UPDATE orders__metadata SET generation = generation + 1");
    job.on_commit = nullptr;
  };
  const Report report = job.run_with(3, {"params.load_batch_size=1000"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(job.count_of_rows() == std::to_string(report.counts.inserted));
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("a message that asks to stop ends the job for all workers") {
  Segmented job;
  job.action = stop_at_1000100;
  job.produce_to_first(3, 300);
  const Report report = job.run_with(3, {"timeout=1h"});
  CHECK(report.stop_reason == StopReason::rule);
  CHECK(report.exit_code == 0);
  CHECK(job.ask("SELECT count(*) FROM orders WHERE id = 1000100") == "1");
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("a message that asks to stop ends the job even where another worker's log has changed") {
  Segmented job;
  job.action = stop_at_1000100;
  job.produce_many(0, 200);
  job.produce(1, {1'000'099, 1'000'100});
  std::latch both_read(2);
  job.watch.on_fetch = [&](int source) {
    if (source > 1) return;  // of workers that begin anew
    both_read.arrive_and_wait();
    if (source == 0) throw Error(ExitCode::source_changed, "messages are gone");
  };
  const Report report = job.run_with(2, {"timeout=1h", "params.on_data_loss=skip"});
  CHECK(report.stop_reason == StopReason::rule);
  CHECK(report.exit_code == 0);
  CHECK(job.positions() == "orders/0@0 orders/1@2");
  CHECK(job.sources_opened == 2);
}

TEST_CASE("messages that were lost are passed over, and the workers begin anew") {
  Segmented job;
  job.produce_to_first(3, 1'000);
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches != 7) return;
    for (int i = 0; i < 3; ++i) job.log(i).low_offset = 900;
  };
  const Report report = job.run_with(3, {"params.on_data_loss=skip"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::caught_up);
  CHECK(job.positions() == "orders/0@1000 orders/1@1000 orders/2@1000");
  CHECK(job.ask("SELECT count(*) + (SELECT coalesce(sum(to_offset - from_offset), 0) FROM "
                "orders__gaps) FROM orders") == "3000");
  CHECK(job.ask("SELECT count(*) - count(DISTINCT id) FROM orders") == "0");
  CHECK(total(report.segments) == report.counts.messages);
}

TEST_CASE("a topic that was created anew is known by the partition of any worker") {
  Segmented job;
  for (int i = 0; i < 3; ++i) job.produce_many(i, i == 2 ? 0 : 100);
  REQUIRE(job.run_with(3).exit_code == 0);
  job.sources_opened = 0;
  job.produce_to_first(3, 50);
  SUBCASE("it is the same: who cannot show it waits for who can") {
    CHECK(job.run_with(3).exit_code == 0);
    CHECK(job.sources_opened == 3);
    CHECK(job.positions() == "orders/0@150 orders/1@150 orders/2@50");
    CHECK(job.wrong_rows() == "");
  }
  SUBCASE("it is another") {
    for (int i = 0; i < 2; ++i) job.log(i).records[99].value = R"({"id":7})";
    CHECK(job.run_with(3).exit_code == static_cast<int>(ExitCode::source_changed));
    CHECK(job.positions() == "orders/0@100 orders/1@100 orders/2@0");
    const Report report = job.run_with(3, {"params.on_topic_changed=restart"});
    CHECK(report.exit_code == 0);
    CHECK(job.positions() == "orders/0@150 orders/1@150 orders/2@50");
    CHECK(job.count_of_rows() == "550");
  }
}

TEST_CASE("a job that is always up gives its new partitions to workers") {
  Segmented job;
  job.produce_to_first(2, 10);
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 50) job.produce_many(2, 10);
    if (fetches == 50) job.produce_many(3, 10);
  };
  job.on_commit = [&](const Counts& counts) {
    if (counts.messages == 40) job.stop.raise(SIGTERM);
  };
  const Report report =
      job.run_with(3, {"execution_mode=always-up", "timeout=null", "until=timeout"});
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(report.exit_code == 0);
  CHECK(job.positions() == "orders/0@10 orders/1@10 orders/2@10 orders/3@10");
  CHECK(job.wrong_rows() == "");
  CHECK(report.segments.size() == 3);
  CHECK(total(report.segments) == 40);
}

TEST_CASE("brokers that only a worker needed which is done are no longer missed") {
  Segmented job;
  job.let_the_first_be_done_early();
  Gate time_is_taken;
  job.watch.on_fetch = [&](int source) {
    if (source == 1) time_is_taken.pass();
  };
  job.watch.outage = [&](int source) -> std::optional<Outage> {
    if (source == 1) return std::nullopt;
    return Outage{.since = job.clock.now(), .cause = "connection refused"};
  };
  job.watch.time_away = [&, start = job.clock.now()](int source) {
    if (source != 0) return std::chrono::milliseconds(0);
    const auto away =
        std::chrono::duration_cast<std::chrono::milliseconds>(job.clock.now() - start);
    time_is_taken.open();  // from here on the clock may be moved
    return away;
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=3s"});
  CHECK(report.message == "");
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::timeout);
  CHECK(report.broker_away < std::chrono::seconds(1));
}

TEST_CASE("brokers that a worker waits for before it reads were away") {
  Segmented job;
  job.produce_to_first(2, 100);
  int tries = 0;
  job.watch.on_connect = [&](int source) {
    if (source == 0 || ++tries > 2) return;
    job.clock.advance(std::chrono::seconds(7));
    throw Error(ExitCode::unavailable, "nobody answers");
  };
  const Report report = job.run_with(2);
  CHECK(report.exit_code == 0);
  CHECK(job.count_of_rows() == "200");
  CHECK(report.broker_away >= std::chrono::seconds(14));
}

TEST_CASE("brokers that refuse a worker have 30 s to let it in") {
  Segmented job;
  job.produce_to_first(2, 100);
  const auto refuse_for = [&](std::chrono::seconds time) {
    job.watch.on_connect = [&job, time, until = std::optional<sluice::Clock::Instant>()](
                               int source) mutable {
      if (source == 0) return;
      if (!until) until = job.clock.now() + time;
      if (job.clock.now() >= *until) return;
      job.clock.advance(std::chrono::seconds(8));
      throw Error(ExitCode::not_authorised, "the broker refuses the login");
    };
  };
  SUBCASE("and are waited for") {
    refuse_for(std::chrono::seconds(10));
    const Report report = job.run_with(2);
    CHECK(report.message == "");
    CHECK(report.exit_code == 0);
    CHECK(job.count_of_rows() == "200");
    CHECK(report.broker_away >= std::chrono::seconds(16));
  }
  SUBCASE("and end the job with 77 after that") {
    refuse_for(std::chrono::hours(1));
    const Report report = job.run_with(2);
    CHECK(report.exit_code == static_cast<int>(ExitCode::not_authorised));
    CHECK(report.message.find("refuses the login") != std::string::npos);
    CHECK(job.positions() == "orders/0@100 orders/1@0");
  }
}

TEST_CASE("a worker that is refused just when the time is over is no sign of missing rights") {
  Segmented job;
  job.produce_to_first(2, 100);
  job.watch.on_connect = [&](int source) {
    if (source == 0) return;
    job.clock.advance(std::chrono::milliseconds(500));
    throw Error(ExitCode::not_authorised, "disconnected while requesting ApiVersion");
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=500ms"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::timeout);
}

TEST_CASE("a worker that has not reached its brokers when the time is over ends as unavailable") {
  Segmented job;
  job.produce_to_first(2, 100);
  Gate has_read;  // the first one: it asks for more than there is
  job.watch.on_fetch = [&](int) {
    if (job.handed_out() == 100) has_read.open();
  };
  job.watch.on_connect = [&](int source) {
    if (source == 0) return;
    has_read.pass();
    job.clock.advance(std::chrono::seconds(2));
    throw Error(ExitCode::unavailable, "nobody answers");
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=10s"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK(report.message.find("nobody answers") != std::string::npos);
  CHECK(job.positions() == "orders/0@100 orders/1@0");
}

TEST_CASE("a worker that had no time to reach its brokers is no sign that they are away") {
  Segmented job;
  job.produce_to_first(2, 100);
  job.watch.on_connect = [&](int source) {
    if (source == 0) return;
    job.clock.advance(std::chrono::milliseconds(500));
    throw Error(ExitCode::unavailable, "nobody answers");
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=500ms"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::timeout);
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("nobody is idle while a worker connects") {
  Segmented job;
  job.produce_to_first(2, 100);
  Gate long_waited;
  Gate has_read;  // the second one; the clock runs with each fetch of the first
  int fetches = 0;
  job.watch.on_connect = [&](int source) {
    if (source == 1) long_waited.pass();
  };
  job.watch.on_fetch = [&](int source) {
    if (source == 1 && job.handed_out() == 200) has_read.open();
    if (source == 1 || ++fetches != 100) return;
    long_waited.open();
    has_read.pass();
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=1h", "idle_timeout=2s"});
  CHECK(report.stop_reason == StopReason::idle);
  CHECK(job.positions() == "orders/0@100 orders/1@100");
}

TEST_CASE("a worker that is done commits what it has, however long the others still read") {
  Segmented job;
  job.let_the_first_be_done_early();
  Gate is_committed;
  std::atomic<bool> in_time = false;
  job.on_commit = [&](const Counts& counts) {
    if (counts.messages >= 10) is_committed.open();
  };
  job.watch.on_fetch = [&](int source) {
    if (source == 0) return;
    const auto before = std::chrono::steady_clock::now();
    is_committed.pass();
    in_time = std::chrono::steady_clock::now() - before < Gate::patience;
    job.stop.raise(SIGTERM);
  };
  CHECK(job.run_with(2, {"params.load_batch_interval=1h"}).stop_reason == StopReason::signal);
  CHECK(in_time);
}

TEST_CASE("nobody says that a job is alive while one of its workers hangs") {
  Segmented job;
  job.produce_to_first(2, 10);
  std::atomic<bool> hangs = false;
  Gate hung_for_long;
  int fetches[2] = {};
  // In the job's thread, as its fetches: at the first of these no pulse is under way.
  int pulses = 0;
  int pulses_before = 0;
  int pulses_meanwhile = -1;
  job.watch.on_fetch = [&](int source) {
    if (source == 0 && hangs) {
      ++fetches[0];
      if (fetches[0] == 1) pulses_before = pulses;
      if (fetches[0] != 200) return;
      pulses_meanwhile = pulses - pulses_before;
      hung_for_long.open();
    }
    if (source == 0 || ++fetches[1] != 3) return;
    hangs = true;
    hung_for_long.pass();
    hangs = false;
  };
  job.on_pulse = [&] {
    ++pulses;
    if (fetches[0] >= 200 && !hangs) job.stop.raise(SIGTERM);
  };
  const Report report = job.run_with(2, {"until=timeout", "timeout=1h"});
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(pulses_meanwhile >= 0);
  CHECK(pulses_meanwhile <= 1);
}

TEST_CASE("what fails in the job's own thread while others read ends them too") {
  Segmented job;
  job.let_the_first_be_done_early();
  std::atomic<bool> is_done = false;
  job.on_commit = [&](const Counts& counts) { is_done = counts.messages >= 10; };
  job.cluster.before_fetch = [&] { job.stop_after_patience(); };
  job.on_pulse = [&] {
    if (is_done) throw std::logic_error("an invariant");
  };
  CHECK_THROWS_WITH(job.run_with(2, {"execution_mode=always-up", "timeout=null", "until=timeout"}),
                    "an invariant");
  CHECK(!job.stop.raised());
}

TEST_CASE("partitions are found as well where the worker with the job's client is done") {
  Segmented job;
  job.let_the_first_be_done_early();
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 100) job.produce_sale(1, 6'000'000);
    job.stop_after_patience();
  };
  job.on_commit = [&](const Counts& counts) {
    if (counts.messages == 12) job.stop.raise(SIGTERM);
  };
  job.run_with(2, {"execution_mode=always-up", "timeout=null", "until=timeout"});
  CHECK(job.stop.number() == SIGTERM);
  CHECK(job.positions() == "orders/0@10 sales/0@1 sales/1@1");
}

TEST_CASE("each source's client is the first worker's that needs it") {
  Segmented job;
  job.dir.write("schemas/sources/mall.yaml",
                "connector: kafka\nservers: localhost:1\ntopics:\n  sales: {}\n");
  job.action = load_action(R"([{"source": "dwh/shop/orders"}, {"source": "dwh/mall/sales"}])");
  job.produce_many(0, 500);
  for (int i = 0; i < 300; ++i) job.produce_sale(0, 5'000'000 + i);
  const Report report = job.run_with(4, {"until=end"});
  CHECK(report.exit_code == 0);
  CHECK(report.segments.size() == 2);
  CHECK(job.sources_opened == 2);
  CHECK(job.positions() == "orders/0@500 sales/0@300");
  CHECK(job.wrong_rows() == "");
}

TEST_CASE("expressions, filter and alerts are reckoned by every worker") {
  Segmented job;
  job.action = load_action(R"({"source": "dwh/shop/orders"})", R"j(
    "schema": {"id": {"type": "default", "attribute": "id"},
               "note": {"type": "sql", "sql": "'n' || (id % 1000000)"}},
    "filter": "id % 2 = 0",
    "alerts": [{"name": "round", "when": "id % 100 = 0"}])j");
  job.produce_to_first(3, 1'000);
  const Report report = job.run_with(3, {"until=end"});
  CHECK(report.exit_code == 0);
  CHECK(report.counts.filtered == 1'500);
  CHECK(report.alerts.at(0).count == 30);
  CHECK(job.count_of_rows() == "1500");
  CHECK(job.ask("SELECT count(*) FROM orders WHERE note = 'n' || (id % 1000000)") == "1500");
}

TEST_CASE("the report tells each worker's partitions, messages and rate") {
  Segmented job;
  job.produce_many(0, 20);
  job.produce_many(1, 10);
  job.produce_many(2, 10);
  const Report report = job.run_with(2);
  CHECK(to_json(report).find(
            R"("segments":[{"worker":1,"partitions":[{"source":"shop","topic":"orders",)"
            R"("partition":0}],"messages":20,"seconds":0.)") != std::string::npos);
  CHECK(to_json(report).find(
            R"({"worker":2,"partitions":[{"source":"shop","topic":"orders","partition":1},)"
            R"({"source":"shop","topic":"orders","partition":2}],"messages":20,)") !=
        std::string::npos);
  CHECK(to_text(report).find("  worker 2: 2 partitions, 20 messages, ") != std::string::npos);
}
