// What a seed decides, and what is asked of the blows that came of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "chaos/schedule.h"

using namespace sluice::test;

namespace {

// All that an event holds.
std::vector<std::tuple<std::int64_t, Blow, int, std::int64_t, std::uint32_t>> content(
    const std::vector<Event>& schedule) {
  std::vector<std::tuple<std::int64_t, Blow, int, std::int64_t, std::uint32_t>> content;
  for (const Event& event : schedule) {
    content.emplace_back(event.at_ms, event.blow, event.which, event.for_ms, event.dice);
  }
  return content;
}

const std::set<Blow> all_blows = {
    Blow::kill_any,    Blow::kill_loading,  Blow::terminate,     Blow::freeze,
    Blow::kill_broker, Blow::stop_broker,   Blow::hold_write,    Blow::hold_read,
    Blow::remove_lock, Blow::add_partition, Blow::delete_loaded, Blow::delete_unread};

}  // namespace

TEST_CASE("a seed makes the same schedule again, and another one makes another") {
  for (const int brokers : {1, 3}) {
    const ScheduleOptions options = {.seed = 7, .duration_ms = 60'000, .brokers = brokers};
    ScheduleOptions other = options;
    other.seed = 8;
    CHECK(content(make_schedule(options)) == content(make_schedule(options)));
    CHECK(content(make_schedule(options)) != content(make_schedule(other)));
  }
}

TEST_CASE("every minute holds every kind of blow, and none comes when the time is over") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const auto schedule = make_schedule({.seed = seed, .duration_ms = 60'000});
    std::set<Blow> kinds;
    for (const Event& event : schedule) kinds.insert(event.blow);
    CHECK(kinds == all_blows);
    CHECK(std::ranges::is_sorted(schedule, {}, &Event::at_ms));
    CHECK(schedule.back().at_ms < 60'000);
  }
}

TEST_CASE("a kind that was planned three times and never hit is told") {
  const std::vector<Event> schedule = {{.blow = Blow::freeze},    {.blow = Blow::freeze},
                                       {.blow = Blow::freeze},    {.blow = Blow::terminate},
                                       {.blow = Blow::terminate}, {.blow = Blow::hold_read},
                                       {.blow = Blow::hold_read}, {.blow = Blow::hold_read}};
  const auto missed = never_hit(schedule, {{Blow::hold_read, 1}});
  CHECK(missed.size() == 3);
  CHECK(std::ranges::count(missed, Blow::freeze, &Event::blow) == 3);
  CHECK(never_hit(schedule, {{Blow::hold_read, 1}, {Blow::freeze, 1}}).empty());
}
