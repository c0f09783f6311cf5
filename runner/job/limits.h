#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "job/report.h"
#include "plan/plan.h"

namespace sluice {

// How many more messages a job may take, over all who read for it. Any thread.
class MessageBudget {
 public:
  explicit MessageBudget(std::int64_t most) : left_(most) {}

  // False where it is used up.
  bool take_one();
  // What was taken is not stored, and will be read again.
  void give_back(std::int64_t messages) { left_ += messages; }
  std::int64_t left() const { return left_; }

 private:
  std::atomic<std::int64_t> left_;
};

// The stop rules of a running job, but for the end of what there is to read. Each ends it with
// success. Any thread.
class Limits {
 public:
  // `started`: of the job, waiting for a broker or a lock included.
  Limits(const StopRules& rules, const Clock& clock, const StopSignal& stop,
         Clock::Instant started);

  // The rule that ends the job now, if any does.
  std::optional<StopReason> reached() const;

  // A message arrived, or none could: the time of idleness begins anew.
  void saw_life() { last_message_ = clock_.now().time_since_epoch().count(); }

  // Somebody who is to read is not there yet: nobody is idle before all of these have come, or have
  // given up.
  void await_one() { ++awaited_; }
  void one_came() {
    saw_life();
    --awaited_;
  }

  // Null without max_messages.
  MessageBudget* budget() { return budget_ ? &*budget_ : nullptr; }
  std::int64_t messages_left() const;

  // How long one may wait for something to arrive before the rules must be asked again.
  std::chrono::milliseconds patience() const;

 private:
  bool can_be_idle() const { return rules_.idle_timeout && awaited_ == 0; }
  Clock::Instant idle_since() const {
    return Clock::Instant(Clock::Instant::duration(last_message_.load()));
  }

  const StopRules rules_;
  const Clock& clock_;
  const StopSignal& stop_;
  const Clock::Instant deadline_;
  std::atomic<Clock::Instant::rep> last_message_;
  std::atomic<int> awaited_ = 0;
  std::optional<MessageBudget> budget_;
};

// The instant at which a job with these rules must end; the end of time without a timeout.
Clock::Instant deadline_of(const StopRules& rules, Clock::Instant started);

}  // namespace sluice
