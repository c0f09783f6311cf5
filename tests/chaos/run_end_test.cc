// Which ends of a run the chaos accepts.
#include <doctest/doctest.h>

#include <csignal>
#include <chrono>

#include "chaos/disturbances.h"
#include "chaos/run_end.h"

using namespace sluice::test;

namespace {

constexpr int unavailable = 69;
constexpr int try_later = 75;

Ended said(int exit_code, const char* words) { return {exit_code, "", words}; }

}  // namespace

TEST_CASE("a run may end with 69 only where a broker was away, or it was stopped at its start") {
  const Ended ended = said(unavailable, "error: no broker answers");
  CHECK(is_explained(ended, {.broker_was_away = true}));
  CHECK_FALSE(is_explained(ended, {.another_run = true,
                                   .two_could_load = true,
                                   .database_was_held = true,
                                   .was_stopped = true,
                                   .was_terminated = true}));
  const Ended early = said(unavailable, "error: source \"shop\": cannot reach a broker at [::1]:1");
  CHECK(is_explained(early, {.was_stopped = true}));
  CHECK_FALSE(is_explained(early, {.another_run = true}));
  const Ended leaderless = said(unavailable, "cannot find the leaders of topic \"orders\": no answer");
  CHECK(is_explained(leaderless, {.was_stopped = true}));

  const Ended late = said(unavailable, "cannot ask for the offsets of topic: no answer in 1.9 s");
  CHECK(is_explained(late, {.time_was_over = true}));
  CHECK_FALSE(is_explained(late, {}));
  const Ended in_time = said(unavailable, "cannot ask for the offsets of topic: no answer in 2.0 s");
  CHECK_FALSE(is_explained(in_time, {.time_was_over = true}));
}

TEST_CASE("a run may end with 75 only where what it names was there") {
  const Ended busy = said(try_later, "another job is loading table \"orders\" of data.db");
  CHECK(is_explained(busy, {.another_run = true}));
  CHECK_FALSE(is_explained(busy, {.database_was_held = true}));

  const Ended late = said(
      try_later, "another job was loading table \"orders\" of data.db until 1.9 s before the time");
  CHECK(is_explained(late, {.another_run = true}));
  CHECK_FALSE(is_explained(late, {.broker_was_away = true}));

  // Brokers that are there answer in that time.
  const Ended in_time = said(
      try_later, "another job was loading table \"orders\" of data.db until 2.0 s before the time");
  CHECK(is_explained(in_time, {.broker_was_away = true, .another_run = true}));
  CHECK_FALSE(is_explained(in_time, {.another_run = true}));
  const Ended unread =
      said(try_later, "another job was loading table \"orders\" of data.db until it ended");
  CHECK_FALSE(is_explained(unread, {.another_run = true}));

  const Ended fenced = said(try_later, "data.db: fenced: another job (1) moved orders/0");
  CHECK(is_explained(fenced, {.another_run = true, .two_could_load = true}));
  CHECK_FALSE(is_explained(fenced, {.another_run = true}));
  CHECK_FALSE(is_explained(fenced, {.two_could_load = true}));

  const Ended locked = said(try_later, "another program holds the lock on the database; gave up");
  CHECK(is_explained(locked, {.database_was_held = true}));
  CHECK(is_explained(locked, {.another_run = true, .two_could_load = true}));
  CHECK_FALSE(is_explained(locked, {.another_run = true}));

  CHECK_FALSE(is_explained(said(try_later, "some other reason"), {.broker_was_away = true,
                                                                 .another_run = true,
                                                                 .two_could_load = true,
                                                                 .database_was_held = true}));
}

TEST_CASE("a run may end by a signal only where it was sent one") {
  CHECK(is_explained(said(128 + SIGTERM, ""), {.was_terminated = true}));
  CHECK_FALSE(is_explained(said(128 + SIGTERM, ""), {.was_killed = true}));
  CHECK(is_explained(said(128 + SIGKILL, ""), {.was_killed = true}));
  CHECK_FALSE(is_explained(said(128 + SIGKILL, ""), {.was_terminated = true}));
  CHECK_FALSE(is_explained(said(128 + SIGSEGV, ""), {.was_terminated = true, .was_killed = true}));
}

TEST_CASE("a disturbance is known from when it began until it was over") {
  using Kind = Disturbances::Kind;
  const auto now = [] { return Disturbances::Instant::clock::now(); };
  Disturbances disturbances;
  const auto before = now();
  {
    const Disturbances::Lasting away(disturbances, Kind::broker_away);
    CHECK(disturbances.was_there(Kind::broker_away, before, now()));
    CHECK_FALSE(disturbances.was_there(Kind::database_held, before, now()));
    CHECK_FALSE(disturbances.was_there(Kind::broker_away, before, before));
  }
  const auto after = now() + std::chrono::seconds(1);
  CHECK(disturbances.was_there(Kind::broker_away, before, after));
  CHECK_FALSE(disturbances.was_there(Kind::broker_away, after, after));
}
