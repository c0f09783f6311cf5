#include "job/workers.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>

namespace sluice {
namespace {

constexpr std::chrono::milliseconds between_pulses{100};

// Takes from `unused` what the segment needs.
std::vector<NamedSource> take_needed(std::vector<NamedSource>& unused,
                                     const std::vector<PlannedPartition>& partitions,
                                     const Segment& segment) {
  const auto is_needed = [&](const NamedSource& source) {
    return std::ranges::any_of(
        segment, [&](PartitionIndex i) { return partitions[i].id.source == source.name; });
  };
  const auto rest = std::partition(unused.begin(), unused.end(), std::not_fn(is_needed));
  std::vector<NamedSource> needed(rest, unused.end());
  unused.erase(rest, unused.end());
  return needed;
}

}  // namespace

Workers::Workers(const LoadPlan& plan, const World& world,
                 const std::vector<PlannedPartition>& partitions, const Sources& sources,
                 Clock::Instant deadline)
    : check_(plan, partitions) {
  std::vector<NamedSource> unused = sources.named();
  for (Segment& segment : plan_segments(plan, partitions)) {
    std::vector<NamedSource> lent = take_needed(unused, partitions, segment);
    workers_.emplace_back(plan, world, partitions, std::move(segment), std::move(lent), check_,
                          deadline);
  }
}

void Workers::begin(MessageBudget* budget) {
  for (Worker& worker : workers_) {
    if (!worker.must_connect()) worker.begin(budget);
  }
}

// One with a thread, which is waited for by the destructor.
struct Workers::Other {
  Worker& worker;
  std::future<void> end;

  bool has_left(std::chrono::milliseconds wait = {}) const {
    return end.wait_for(wait) == std::future_status::ready;
  }
};

void Workers::read(SharedReading& reading, const std::function<void()>& meanwhile) {
  for (const Worker& worker : workers_) {
    if (worker.must_connect()) reading.await_worker();
  }
  std::vector<Other> others;
  try {
    for (auto worker = std::next(workers_.begin()); worker != workers_.end(); ++worker) {
      others.push_back({*worker, std::async(std::launch::async,
                                            [&reading, worker] { worker->read(reading, {}); })});
    }
  } catch (...) {
    reading.fail();  // no thread to be had
  }
  const auto look_around = [&] {
    meanwhile();
    for (const Other& other : others) {
      if (other.has_left()) other.worker.look_for_partitions(reading);
    }
  };
  workers_.front().read(reading, look_around);
  for (const Other& other : others) {
    while (!other.has_left(between_pulses)) {
      try {
        look_around();
        workers_.front().look_for_partitions(reading);
      } catch (...) {
        reading.fail();  // the others would read on
      }
    }
  }
}

bool Workers::have_all_come_by() {
  if (std::ranges::any_of(workers_, &Worker::stands_still)) return false;
  std::ranges::for_each(workers_, &Worker::mark_seen);
  return true;
}

bool Workers::all_done() const { return std::ranges::all_of(workers_, &Worker::all_done); }

std::int64_t Workers::taken() const {
  std::int64_t taken = 0;
  for (const Worker& worker : workers_) {
    if (worker.reader() != nullptr) taken += worker.reader()->progress().taken();
  }
  return taken;
}

std::vector<ReplacedLog> Workers::replaced() const {
  std::vector<ReplacedLog> all;
  for (const Worker& worker : workers_) {
    if (worker.reader() == nullptr) continue;
    const std::vector<ReplacedLog>& some = worker.reader()->replaced();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<std::string> Workers::new_attributes() const {
  std::vector<std::string> all;
  for (const Worker& worker : workers_) {
    if (worker.reader() == nullptr) continue;
    std::ranges::move(worker.reader()->new_attributes(), std::back_inserter(all));
  }
  return all;
}

std::optional<Outage> Workers::outage() const {
  for (const Worker& worker : workers_) {
    if (worker.all_done()) continue;
    for (const NamedSource& source : worker.sources()) {
      if (const std::optional<Outage> found = source.source->outage()) return found;
    }
  }
  return std::nullopt;
}

// The clients of a source see the same outage.
std::chrono::milliseconds Workers::time_away() const {
  std::map<std::string, std::chrono::milliseconds> longest;
  for (const Worker& worker : workers_) {
    for (std::size_t i = 0; i < worker.sources().size(); ++i) {
      std::chrono::milliseconds& away = longest[worker.sources()[i].name];
      away = std::max(away, worker.time_away()[i]);
    }
  }
  std::chrono::milliseconds sum{0};
  for (const auto& [name, away] : longest) sum += away;
  return sum;
}

}  // namespace sluice
