#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace sluice {

// Even steps: so many a second. What a stall has kept back is not made up for, except for the
// 100 ms that timers and schedulers are inexact by.
class Pace {
 public:
  Pace(std::int64_t per_second, Clock::Instant now)
      : step_(std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second), due_(now) {}

  // When the step that begins now is due. Moves on to the next one.
  Clock::Instant step(Clock::Instant now) {
    const Clock::Instant due = std::max(due_, now - std::chrono::milliseconds(100));
    due_ = due + step_;
    return due;
  }

 private:
  std::chrono::nanoseconds step_;
  Clock::Instant due_;
};

}  // namespace sluice
