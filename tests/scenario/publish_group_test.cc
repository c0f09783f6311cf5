// What a job tells its publish_group: only what is committed, and never at the load's expense.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>

#include "support/scenario.h"
#include "support/text.h"

using namespace std::chrono_literals;
using namespace sluice;
using sluice::test::holds;
using sluice::test::Scenario;

namespace {

// What the publishers of a job were told, and what the table said at that moment.
struct Notes {
  std::vector<std::string> published;  // "shop: orders/0@5 orders/1@2"
  std::vector<std::string> stored;
  std::string failure;  // what every publisher answers with
  int opened = 0;
};

class NotingPublisher final : public Publisher {
 public:
  NotingPublisher(Scenario& job, Notes& notes, std::string source)
      : job_(job), notes_(notes), source_(std::move(source)) {}

  void publish(std::span<const PublishedPosition> positions) override {
    std::vector<std::string> words;
    for (const PublishedPosition& one : positions) {
      words.push_back(fmt::format("{}/{}@{}", one.topic, one.partition, one.next_offset));
    }
    notes_.published.push_back(fmt::format("{}: {}", source_, fmt::join(words, " ")));
    notes_.stored.push_back(fmt::format("{}: {}", source_, job_.positions()));
  }
  void finish(Clock::Instant deadline) override {
    CHECK(deadline <= job_.clock.now() + 5s);
    if (!notes_.failure.empty()) job_.clock.advance(5s);
  }
  const std::string& failure() const override { return notes_.failure; }

 private:
  Scenario& job_;
  Notes& notes_;
  std::string source_;
};

struct Published : Scenario {
  Notes notes;

  Published() {
    open_publisher = [this](const SourceEntry& source, const LoadPlan& plan) {
      CHECK(plan.publish_group == "nightly");
      ++notes.opened;
      return std::make_unique<NotingPublisher>(*this, notes, source.name);
    };
  }
};

}  // namespace

TEST_CASE("a short job publishes once, at its end, where every partition stands") {
  Published job;
  job.produce(0, {1, 2, 3});
  job.produce(1, {});
  CHECK(job.run({"publish_group=nightly"}).exit_code == 0);
  CHECK(job.notes.published == std::vector<std::string>{"shop: orders/0@3 orders/1@0"});
  CHECK(job.notes.published == job.notes.stored);
}

TEST_CASE("a long job publishes every 5 s what is committed then, and once more at its end") {
  Published job;
  int produced = 0;
  job.cluster.before_fetch = [&] {
    job.produce(0, {produced++});
    job.clock.advance(500ms);
  };
  job.produce(0, {});
  CHECK(job.run({"publish_group=nightly", "until=timeout", "timeout=12s"}).exit_code == 0);
  CHECK(job.notes.published.size() == 3);
  CHECK(job.notes.published == job.notes.stored);
  CHECK(job.notes.published[0] != job.notes.published[1]);
  CHECK(job.notes.published.back() == "shop: " + job.positions());
}

TEST_CASE("a job that waits for messages goes on publishing: a group that is silent expires") {
  Published job;
  job.produce(0, {1});
  CHECK(job.run({"publish_group=nightly", "until=timeout", "timeout=12s"}).exit_code == 0);
  CHECK(job.notes.published == std::vector<std::string>(3, "shop: orders/0@1"));
}

TEST_CASE("a job without the key publishes nothing") {
  Published job;
  job.produce(0, {1});
  CHECK(job.run().exit_code == 0);
  CHECK(job.notes.opened == 0);
}

TEST_CASE("a group that refuses is a note in report and history, and nothing else") {
  Published job;
  job.notes.failure = "the group has members";
  job.produce(0, {1, 2});
  const Report report = job.run({"publish_group=nightly"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::caught_up);
  const std::string note =
      "the offsets are not published to group \"nightly\" of source \"shop\": the group has "
      "members";
  CHECK(report.message == note);
  CHECK(job.ask("SELECT message FROM sluice_jobs") == note);
  CHECK(job.rows() == "1 2");
}

TEST_CASE("a publisher that cannot be opened is a note as well") {
  Published job;
  job.open_publisher = [](const SourceEntry&, const LoadPlan&) -> std::unique_ptr<Publisher> {
    throw Error(ExitCode::definition, "no such setting");
  };
  job.produce(0, {1});
  const Report report = job.run({"publish_group=nightly"});
  CHECK(report.exit_code == 0);
  CHECK(holds(report.message, "no such setting"));
}

TEST_CASE("a job that fails or is stopped publishes how far it came") {
  Published job;
  job.produce(0, {1, 2});
  SUBCASE("by a reject") {
    job.produce_text(0, "{broken");
    const Report report = job.run({"publish_group=nightly"});
    CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
    CHECK(job.notes.published == std::vector<std::string>{"shop: orders/0@2"});
    SUBCASE("and the failure stays the first line of its message") {
      job.notes.failure = "the group has members";
      const Report again = job.run({"publish_group=nightly"});
      CHECK(again.exit_code == static_cast<int>(ExitCode::bad_data));
      CHECK(again.message.starts_with("reject over the budget"));
      CHECK(holds(again.message, "\nthe offsets are not published"));
    }
  }
  SUBCASE("by a signal") {
    job.on_commit = [&job](const Counts&) { job.stop.raise(SIGTERM); };
    const Report report = job.run({"publish_group=nightly", "until=timeout"});
    CHECK(report.exit_code == 128 + SIGTERM);
    CHECK(job.notes.published == std::vector<std::string>{"shop: orders/0@2"});
  }
}

TEST_CASE("each source is told its own partitions, within one common time limit") {
  Published job;
  job.produce(0, {1, 2});
  LoadPlan plan = job.plan({"publish_group=nightly"});
  plan.sources.push_back(plan.sources[0]);
  plan.sources[1].name = "branch";
  plan.topics.push_back(plan.topics[0]);
  plan.topics[1].source = "branch";
  const Report report = job.run_plan(plan);
  REQUIRE(report.exit_code == 0);
  CHECK(job.notes.published == std::vector<std::string>{"shop: orders/0@2", "branch: orders/0@2"});
}
