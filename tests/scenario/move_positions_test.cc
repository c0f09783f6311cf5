#include "job/move_positions.h"

#include <doctest/doctest.h>

#include "support/scenario.h"

using sluice::ExitCode;
using sluice::MoveOrder;
using sluice::MoveTo;
using sluice::MoveWish;
using sluice::Report;
using sluice::test::Scenario;

namespace {

// Three messages in each of two partitions, loaded.
struct Loaded : Scenario {
  Loaded() {
    produce(0, {1, 2, 3});
    produce(1, {11, 12, 13});
    CHECK(run().exit_code == 0);
  }

  Report move(std::vector<MoveWish> wishes, bool says_yes = true, bool is_dry_run = false) {
    const MoveOrder order{.command = "offsets set",
                          .wishes = std::move(wishes),
                          .is_dry_run = is_dry_run,
                          .confirm = [=, this](auto) {
                            if (while_asked) while_asked();
                            return says_yes;
                          }};
    return move_positions(plan(), world(), order);
  }

  std::function<void()> while_asked;
};

MoveWish of(std::int32_t partition, sluice::MoveTarget target) {
  return {"orders", partition, target};
}

}  // namespace

TEST_CASE("a position that is moved back is loaded again from there, and the next run is content") {
  Loaded job;
  const Report report = job.move({of(0, sluice::Offset{1})});
  CHECK(report.exit_code == 0);
  CHECK(report.message == "orders/0: 3 -> 1, loads 2 offsets again");
  CHECK(job.positions() == "orders/0@1 orders/1@3");
  CHECK(job.ask("SELECT action || '|' || state || '|' || stop_reason || '|' || exit_code || '|' || "
                "message FROM sluice_jobs ORDER BY rowid DESC") ==
        "offsets set load-orders|succeeded||0|orders/0: 3 -> 1, loads 2 offsets again");

  const Report next = job.run();
  CHECK(next.exit_code == 0);
  CHECK(next.counts.messages == 2);
  CHECK(job.ask("SELECT count(*) FROM orders WHERE id IN (2, 3)") == "4");
  CHECK(job.run().counts.messages == 0);
}

TEST_CASE("a table with provenance takes what is loaded again as another generation") {
  Loaded job;
  job.execute("DROP TABLE orders; DROP TABLE orders__metadata");
  job.dataset_yaml += "    provenance: true\n";
  REQUIRE(job.run().exit_code == 0);
  job.move({{.target = MoveTo::earliest}});
  CHECK(job.run().counts.inserted == 6);
  CHECK(job.ask("SELECT group_concat(DISTINCT _generation) FROM orders") == "1,2");
}

TEST_CASE("what is left out is never loaded") {
  Loaded job;
  job.produce(0, {4, 5});
  CHECK(job.move({{.target = MoveTo::latest}}).message == "orders/0: 3 -> 5, leaves out 2 offsets");
  job.produce(0, {6});
  CHECK(job.run().counts.messages == 1);
  CHECK(job.ask("SELECT count(*) FROM orders WHERE id IN (4, 5)") == "0");
}

TEST_CASE("a dry run and a no change nothing, not even the history") {
  Loaded job;
  CHECK(job.move({{.target = MoveTo::earliest}}, true, true).message ==
        "orders/0: 3 -> 0, loads 3 offsets again\norders/1: 3 -> 0, loads 3 offsets again");
  CHECK(job.move({{.target = MoveTo::earliest}}, false).exit_code == 0);
  CHECK(job.positions() == "orders/0@3 orders/1@3");
  CHECK(job.ask("SELECT count(*) FROM sluice_jobs") == "1");
}

TEST_CASE("positions that are there already are no job") {
  Loaded job;
  CHECK(job.move({{.target = MoveTo::latest}}).message == "every position is there already");
  CHECK(job.ask("SELECT count(*) FROM sluice_jobs") == "1");
}

TEST_CASE("a job that has the table, or that moves it while a person thinks, is told with 75") {
  Loaded job;
  job.produce(0, {4});
  job.while_asked = [&] { CHECK(job.run().exit_code == 0); };
  const Report moved = job.move({{.target = MoveTo::earliest}});
  CHECK(moved.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(moved.message.find("a job has moved the positions meanwhile") != std::string::npos);

  Report held;
  job.while_asked = nullptr;
  job.on_commit = [&](const auto&) {
    if (held.exit_code == 0) held = job.move({{.target = MoveTo::earliest}});
  };
  job.produce(0, {5});
  CHECK(job.run().exit_code == 0);
  CHECK(held.exit_code == static_cast<int>(ExitCode::try_later));
  CHECK(job.positions() == "orders/0@5 orders/1@3");
}

TEST_CASE("a person can go on with a topic that was created anew, without a restart") {
  Loaded job;
  job.log(0) = {};
  job.produce(0, {101, 102, 103, 104, 105});
  CHECK(job.run().exit_code == static_cast<int>(ExitCode::source_changed));
  CHECK(job.move({of(0, sluice::Offset{4})}).exit_code == 0);
  CHECK(job.run().exit_code == 0);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM orders WHERE id > 100") == "105");
}

TEST_CASE("who goes behind the messages of a topic created anew is told what that leaves out") {
  Loaded job;
  job.log(0) = {};
  job.produce(0, {101, 102});
  CHECK(job.run().exit_code == static_cast<int>(ExitCode::source_changed));
  const std::string told =
      "orders/0: 3 -> 2, leaves out 2 offsets; the stored position is of another log";
  CHECK(job.move({of(0, MoveTo::latest)}).message == told);
  CHECK(job.ask("SELECT message FROM sluice_jobs ORDER BY rowid DESC LIMIT 1") == told);
  CHECK(job.run().counts.messages == 0);
}

TEST_CASE("a table that was never loaded gets positions to begin from") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  const Report report = move_positions(job.plan(), job.world(),
                                       {.command = "offsets set",
                                        .wishes = {of(0, sluice::Offset{2})},
                                        .confirm = [](auto) { return true; }});
  CHECK(report.message == "orders/0: not loaded yet -> 2, leaves out 2 offsets");
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "3");
}
