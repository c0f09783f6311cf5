#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace sluice {

// Brokers that did not answer for less than this may be there all the same.
inline constexpr std::chrono::seconds telling_silence{2};

// How brokers that the job has reached before are reached anew.
struct Reaching {
  std::string_view word;          // in the log, before the cause, when they are not there
  std::function<void()> attempt;  // throws what a Source throws
  std::function<bool()> is_over;  // nobody waits for them any more
};

struct Reached {
  // Of the last attempt, where it was over before one came through. A refusal that has not lasted
  // is Error{unavailable}.
  std::optional<Error> failure;
  // Until the attempt that came through began, or the last one failed.
  Clock::Instant::duration time_away{0};
};

// Tries until an attempt comes through or it is over: brokers that go away are waited for as they
// would be while a job reads. So are those that refuse us, for 30 s: who changes users lets nobody
// in for a while, and what stands before a broker that is started again hangs up, which looks like
// a port that wants a login. Throws a refusal that has lasted, and what is neither silence nor
// refusal.
Reached reach(const Clock& clock, const Reaching& reaching);

}  // namespace sluice
