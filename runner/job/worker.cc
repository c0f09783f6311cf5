#include "job/worker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "job/reach.h"

namespace sluice {
namespace {

constexpr std::chrono::seconds between_looks{1};

// Sources that the segment needs and that are not there.
std::vector<std::string> missing_sources(const std::vector<PlannedPartition>& partitions,
                                         const Segment& segment,
                                         const std::vector<NamedSource>& there) {
  std::set<std::string> missing;
  for (const PartitionIndex i : segment) missing.insert(partitions[i].id.source);
  for (const NamedSource& source : there) missing.erase(source.name);
  return {missing.begin(), missing.end()};
}

}  // namespace

Worker::Worker(const LoadPlan& plan, const World& world,
               const std::vector<PlannedPartition>& partitions, Segment segment,
               std::vector<NamedSource> lent, LogCheck& check, Clock::Instant deadline)
    : plan_(plan),
      world_(world),
      partitions_(partitions),
      segment_(std::move(segment)),
      check_(check),
      deadline_(deadline),
      sources_(std::move(lent)) {
  const std::vector<std::string> missing = missing_sources(partitions_, segment_, sources_);
  if (!missing.empty()) {
    own_.emplace(plan_, world_, missing);
    for (NamedSource& source : own_->named()) sources_.push_back(std::move(source));
  }
  time_away_.resize(sources_.size());
}

void Worker::read(SharedReading& reading, const std::function<void()>& between_reads) noexcept {
  const Clock::Instant began = world_.clock.now();
  try {
    if (connect(reading)) {
      begin(reading.budget());
      is_reading_ = true;
      go_on(reading, between_reads);
    }
  } catch (...) {
    reading.fail();
  }
  is_reading_ = false;
  note_time(began);
}

// Nobody looks after its sources from now on: what they would tell later is not so.
void Worker::note_time(Clock::Instant began) {
  took_ = world_.clock.now() - began;
  const std::size_t lent = sources_.size() - (own_ ? own_->count() : 0);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    time_away_[i] = sources_[i].source->time_away();
    if (i >= lent) time_away_[i] += std::chrono::duration_cast<std::chrono::milliseconds>(waited_);
  }
}

bool Worker::connect(SharedReading& reading) {
  if (!must_connect()) return true;
  try {
    const bool is_there = try_to_connect(reading);
    reading.worker_came();
    return is_there;
  } catch (...) {
    reading.worker_came();
    throw;
  }
}

// The job's own client has reached the brokers: shorter silence towards another one says nothing.
// False where the reading is over before they are there.
bool Worker::try_to_connect(SharedReading& reading) {
  const Reached reached = reach(world_.clock, {.word = "a worker waits for its brokers",
                                               .attempt = [&] { own_->connect(deadline_); },
                                               .is_over = [&] { return reading.is_over(); }});
  waited_ = reached.time_away;
  if (!reached.failure) return true;
  // A job that ends without having reached them has to say so: the time is looked at last, since
  // the others may just have seen that it is over. Else nobody needs them any more.
  const bool is_in_time = world_.stop.raised() || world_.clock.now() < deadline_;
  if (is_in_time || reached.time_away < telling_silence) return false;
  throw *reached.failure;
}

void Worker::begin(MessageBudget* budget) {
  if (reader_) return;
  reader_.emplace(plan_, partitions_, segment_, sources_, check_, budget, world_.clock,
                  [this] { return world_.stop.raised() || world_.clock.now() >= deadline_; });
}

void Worker::go_on(SharedReading& reading, const std::function<void()>& between_reads) {
  while (!is_finished(reading)) {
    Filling filling = reading.begin_batch();
    if (filling.batch == nullptr) return;
    const bool goes_on = fill(filling, reading, between_reads);
    reading.hand_over(std::move(filling), reader_->progress().all_done());
    if (!goes_on) return;
  }
}

// Reads until the batch should be written. What came before a failure of the source is good: the
// batch holds complete messages in any case. False after a failure.
bool Worker::fill(Filling& filling, SharedReading& reading,
                  const std::function<void()>& between_reads) {
  try {
    do {
      ++reads_;
      if (between_reads) between_reads();
      const Reader::Room room = reading.left(filling);
      const std::int64_t added = reader_->read(*filling.batch, reading.patience(), room);
      // A broker that is away is no broker that has nothing.
      if (added > 0 || is_any_away()) reading.saw_life();
      if (has_new_partitions()) reading.end_to_decide_anew();
      if (reader_->is_stopped_by_rule()) reading.end_by(StopReason::rule);
    } while (!reading.is_used_up(filling) && !is_finished(reading));
  } catch (const Error&) {
    reading.fail();
    return false;
  }
  return true;
}

bool Worker::is_finished(SharedReading& reading) const {
  return reader_->progress().all_done() || reading.is_over();
}

bool Worker::is_any_away() const {
  return std::ranges::any_of(
      sources_, [](const NamedSource& source) { return source.source->outage().has_value(); });
}

void Worker::look_for_partitions(SharedReading& reading) {
  const Clock::Instant now = world_.clock.now();
  if (!plan_.always_up || !all_done() || now < next_look_) return;
  next_look_ = now + between_looks;
  // They look while they fetch; there is nothing that they could bring.
  for (const NamedSource& source : sources_) {
    source.source->fetch(std::chrono::milliseconds(0), 1, 1);
  }
  if (has_new_partitions()) reading.end_to_decide_anew();
}

// A job that ends leaves them to the next one.
bool Worker::has_new_partitions() const {
  return plan_.always_up && std::ranges::any_of(sources_, [](const NamedSource& source) {
           return source.source->has_new_partitions();
         });
}

}  // namespace sluice
