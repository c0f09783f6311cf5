#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"

namespace sluice {

// What all jobs on a table have in common, whatever they do there: the report, from its first word
// to its last, and the table's lock. One thread.
class JobFrame {
 protected:
  // Both must outlive the job. Its time begins.
  JobFrame(const LoadPlan& plan, const World& world);

  // `action`: what report and history call it.
  void open_report(std::string action);

  // Takes the table, or ends the job as skipped, where the plan says so: false. Throws
  // Error{try_later} where another job has it.
  bool take_table(Store& store);

  // What to say of brokers that could not be reached at the job's start: where it had to wait for the
  // table, and had less time left than brokers may be silent for, they are not to blame, and it is
  // Error{try_later}.
  Error unreachable(const Error& cause);

  void end_by(StopReason reason);

  // The job's end by a failure; by an interruption that the plan or a signal asked for, a good one.
  void fail(const Error& error);

  // A line more of what a person should know.
  void note(const std::string& line);

  void stop_clock();

  JobStart first_word() const;
  JobEnd last_word() const;

  const LoadPlan& plan_;
  const World& world_;
  const Clock::Instant started_;
  const Clock::Instant deadline_;
  std::optional<Clock::Instant> waited_until_;  // for the table; nothing where it was free
  bool came_too_late_ = false;                  // as unreachable() has said
  Report report_;
};

}  // namespace sluice
