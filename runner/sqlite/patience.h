#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/stop_signal.h"

namespace sluice {

// How long to wait for a lock that somebody else holds: up to `limit`, but only for `grace` once
// the deadline has passed or the job is asked to stop. The grace is for the last commit of a job
// that is ending in good order while another one of the same database happens to be in its own
// commit. Waits are short steps, so each of these is noticed within 50 ms. What is pointed to must
// outlive every wait.
struct Patience {
  std::chrono::milliseconds limit{0};
  std::function<std::optional<Clock::Instant>()> deadline;  // empty: no deadline
  const StopSignal* stop = nullptr;                         // null: nobody can ask to stop
  const Clock* clock = nullptr;                             // null: the machine's

  static constexpr std::chrono::milliseconds grace{500};
};

// The clock that is asked for it.
const Clock& clock_of(const Patience& patience);

// One wait after another for the same lock. One thread.
class Waiting {
 public:
  // `what_for`: after a second the log says that it is waited for: "another writer of data.db".
  Waiting(Patience patience, std::string what_for);

  // A new wait starts now.
  void begin();

  // Sleeps a short step and returns true, or returns false at once when the wait is over.
  bool pause();

  // How the last wait ended, for the person: "after 60s (lock_timeout)", "when the job was asked
  // to stop", "when the job's time was over".
  std::string end() const;
  bool was_stopped() const { return over_ == Over::stop; }

 private:
  enum class Over { no, limit, deadline, stop };

  Over over(Clock::Instant now) const;

  void say_why(Clock::Instant now);

  Patience patience_;
  std::string what_for_;
  bool has_said_why_ = false;
  Clock::Instant began_{};
  std::chrono::milliseconds step_{1};
  Over over_ = Over::no;
};

}  // namespace sluice
