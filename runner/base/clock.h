#pragma once

#include <chrono>

#include "base/timestamp.h"

namespace sluice {

// Time as the program sees it: one of the few interfaces, so that tests can turn the hands.
// Any thread may ask.
class Clock {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  // Never goes back; for limits and durations.
  virtual Instant now() const = 0;

  // The date on the wall; for reports and the history only, since it can jump.
  virtual EpochMs wall_ms() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now(); }
  EpochMs wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace sluice
