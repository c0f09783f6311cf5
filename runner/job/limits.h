#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "job/progress.h"
#include "job/report.h"
#include "plan/plan.h"

namespace sluice {

// The stop rules of a running job. Each ends it with success.
class Limits {
 public:
  // `started`: of the job, waiting for a broker or a lock included.
  Limits(const StopRules& rules, const Clock& clock, const StopSignal& stop,
         Clock::Instant started);

  // The rule that ends the job now, if any does. `range`: all ends are ends of a range.
  std::optional<StopReason> reached(const Progress& progress, bool range) const;

  // The job took these before the progress that it has now began.
  void add_taken(std::int64_t messages) { taken_before_ += messages; }

  // A message arrived, or none could: the time of idleness begins anew.
  void saw_life() { last_message_ = clock_.now(); }

  // How many more messages the job may take.
  std::int64_t messages_left(const Progress& progress) const;

  // When the timeout is over; the end of time without one.
  Clock::Instant deadline() const { return deadline_; }

  // How long one may wait for something to arrive before the rules must be asked again.
  std::chrono::milliseconds patience() const;

 private:
  const StopRules rules_;
  const Clock& clock_;
  const StopSignal& stop_;
  Clock::Instant deadline_;
  Clock::Instant last_message_;
  std::int64_t taken_before_ = 0;
};

// The instant at which a job with these rules must end; the end of time without a timeout.
Clock::Instant deadline_of(const StopRules& rules, Clock::Instant started);

}  // namespace sluice
