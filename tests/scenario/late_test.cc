// Jobs whose time is nearly over when they come to ask their brokers.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "store/table_lock.h"
#include "support/forwarding_source.h"
#include "support/log_watch.h"
#include "support/scenario.h"
#include "support/text.h"

using sluice::Clock;
using sluice::Error;
using sluice::ExitCode;
using sluice::LoadPlan;
using sluice::Report;
using sluice::Source;
using sluice::StopReason;
using sluice::test::ForwardingSource;
using sluice::test::holds;
using sluice::test::LogWatch;
using sluice::test::Scenario;
using std::chrono::milliseconds;

namespace {

// Brokers that do not answer until the deadline.
class SilentSource final : public ForwardingSource {
 public:
  SilentSource(std::unique_ptr<Source> source, sluice::test::ManualClock& clock, ExitCode code)
      : ForwardingSource(std::move(source)), clock_(clock), code_(code) {}

  void connect(Clock::Instant deadline) override {
    clock_.advance(std::chrono::ceil<milliseconds>(deadline - clock_.now()));
    throw Error(code_, "nobody answers");
  }

 private:
  sluice::test::ManualClock& clock_;
  const ExitCode code_;
};

// A job of one hour that waits for another one on the table, and then finds its brokers silent.
struct Late : Scenario {
  Late() {
    produce(0, {1, 2});
    REQUIRE(run().exit_code == 0);
    wrap_source = [this](std::unique_ptr<Source> source) {
      return std::make_unique<SilentSource>(std::move(source), clock, failure);
    };
  }

  // The other job ends when this one has `left` of its time.
  Report run_with(milliseconds left) {
    constexpr std::chrono::hours timeout{1};
    std::thread other;
    sluice::World late = world();
    late.open_store = [&, open = late.open_store](const LoadPlan& of, Clock::Instant deadline) {
      lock.emplace(database(), "orders");
      REQUIRE(lock->try_lock());
      other = std::thread([&, began = clock.now()] {
        while (!holds(log.text(), "waits for another job on the table")) {
          clock.advance(milliseconds(10));
          std::this_thread::yield();
        }
        clock.advance(
            std::chrono::duration_cast<milliseconds>(began + timeout - left - clock.now()));
        lock->release();
      });
      return open(of, deadline);
    };
    const Report report = run_job(plan({"timeout=1h", "if_running=wait"}), late);
    other.join();
    return report;
  }

  std::string last_in_history() const {
    return ask("SELECT exit_code || ' ' || message FROM sluice_jobs ORDER BY rowid DESC");
  }

  ExitCode failure = ExitCode::unavailable;
  const LogWatch log;
  std::optional<sluice::TableLock> lock;
};

}  // namespace

TEST_CASE("who gets the table in time for its brokers to answer says that they do not, with 69") {
  Late job;
  milliseconds left{8'000};
  SUBCASE("with much time") {}
  SUBCASE("with little") { left = milliseconds(2'000); }
  const Report report = job.run_with(left);
  CHECK(report.message == "nobody answers");
  CHECK(report.exit_code == 69);
  CHECK(job.last_in_history() == "69 nobody answers");
}

TEST_CASE("who gets the table too late for that blames nobody, with 75, and says so in the history") {
  Late job;
  SUBCASE("they are silent") {}
  SUBCASE("they hang up") { job.failure = ExitCode::not_authorised; }
  const Report report = job.run_with(milliseconds(1'999));
  CHECK(report.exit_code == 75);
  CHECK(holds(report.message, "another job was loading table \"orders\" of "));
  CHECK(holds(report.message, "until 1.9 s before the time of this one was over, too late to "));
  CHECK(job.last_in_history().starts_with("75 another job was loading table "));
}

TEST_CASE("a decision that is cut short by the job's time leaves it to the next run") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4});
  bool is_cut = false;
  job.wrap_source = [&](std::unique_ptr<Source> source) -> std::unique_ptr<Source> {
    if (!is_cut) return source;
    return std::make_unique<SilentSource>(std::move(source), job.clock, ExitCode::unavailable);
  };
  milliseconds left{0};
  job.cluster.before_fetch = [&] {
    if (std::exchange(is_cut, true)) return;
    job.log(0).low_offset = 2;
    job.log(0).records.erase(job.log(0).records.begin(), job.log(0).records.begin() + 2);
    job.clock.advance(std::chrono::seconds(10) - left);
  };
  SUBCASE("where it says nothing of the brokers") {
    left = milliseconds(1'900);
    const Report report = job.run({"timeout=10s", "params.on_data_loss=skip"});
    CHECK(report.message == "");
    CHECK(report.exit_code == 0);
    CHECK(report.stop_reason == StopReason::timeout);
  }
  SUBCASE("but brokers that were silent for longer are blamed") {
    left = milliseconds(2'100);
    const Report report = job.run({"timeout=10s", "params.on_data_loss=skip"});
    CHECK(report.exit_code == 69);
    CHECK(report.message == "nobody answers");
  }
  CHECK(job.positions() == "orders/0@0");
}
