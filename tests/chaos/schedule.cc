#include "chaos/schedule.h"

#include <algorithm>
#include <iterator>
#include <random>

namespace sluice::test {
namespace {

// How often and how long, in milliseconds.
struct Habit {
  Blow blow;
  std::int64_t every_ms;
  std::int64_t longest_ms;
};
constexpr Habit habits[] = {
    {Blow::kill_any, 3'000, 0},         {Blow::kill_loading, 700, 0},
    {Blow::terminate, 2'500, 0},        {Blow::freeze, 5'000, 2'000},
    {Blow::kill_broker, 60'000, 3'000}, {Blow::stop_broker, 90'000, 3'000},
    {Blow::hold_write, 6'000, 1'500},   {Blow::hold_read, 6'000, 4'000},
    {Blow::remove_lock, 5'000, 0},      {Blow::add_partition, 40'000, 0},
    {Blow::delete_loaded, 8'000, 0},    {Blow::delete_unread, 15'000, 0},
};

}  // namespace

std::string_view name_of(Blow blow) {
  switch (blow) {
    case Blow::kill_any:
      return "kill -9 at any time";
    case Blow::kill_loading:
      return "kill -9 while loading";
    case Blow::terminate:
      return "SIGTERM";
    case Blow::freeze:
      return "SIGSTOP and SIGCONT";
    case Blow::kill_broker:
      return "broker killed and restarted";
    case Blow::stop_broker:
      return "broker stopped and restarted";
    case Blow::hold_write:
      return "write lock held";
    case Blow::hold_read:
      return "snapshot held by a reader";
    case Blow::remove_lock:
      return "table's lock file removed";
    case Blow::add_partition:
      return "partition added";
    case Blow::delete_loaded:
      return "records deleted behind us";
    case Blow::delete_unread:
      return "records deleted in front of us";
  }
  return "";
}

std::vector<Event> make_schedule(const ScheduleOptions& options) {
  std::vector<Event> events;
  std::mt19937_64 random(options.seed);
  const auto below = [&random](std::int64_t most) {
    return most <= 0 ? 0 : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
  };
  for (const Habit& habit : habits) {
    const bool is_of_broker = habit.blow == Blow::kill_broker || habit.blow == Blow::stop_broker;
    const std::int64_t every_ms = habit.every_ms / (is_of_broker ? options.brokers : 1);
    std::int64_t at_ms = below(std::min(every_ms, options.duration_ms * 3 / 4));
    while (at_ms < options.duration_ms) {
      events.push_back({.at_ms = at_ms,
                        .blow = habit.blow,
                        .which = static_cast<int>(below(1000)),
                        .for_ms = habit.longest_ms / 10 + below(habit.longest_ms),
                        .dice = static_cast<std::uint32_t>(random())});
      at_ms += every_ms / 2 + below(every_ms);
    }
  }
  std::ranges::stable_sort(events, {}, &Event::at_ms);
  return events;
}

std::vector<Event> never_hit(const std::vector<Event>& schedule, const std::map<Blow, int>& hits) {
  constexpr int sure_to_hit = 3;
  std::vector<Event> events;
  std::ranges::copy_if(schedule, std::back_inserter(events), [&](const Event& event) {
    return !hits.contains(event.blow) &&
           std::ranges::count(schedule, event.blow, &Event::blow) >= sure_to_hit;
  });
  return events;
}

}  // namespace sluice::test
