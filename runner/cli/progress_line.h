#pragma once

#include <string>

#include "base/clock.h"
#include "store/store.h"

namespace sluice {

// One line on standard error that shows how far a job is, drawn anew at most five times a second;
// nothing at all where standard error is no terminal.
class ProgressLine {
 public:
  ProgressLine(std::string action, const Clock& clock);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Counts& counts);

  // Takes the line away, so that something else may be written.
  void clear();

 private:
  std::string action_;
  const Clock& clock_;
  bool is_terminal_;
  bool is_drawn_ = false;
  Clock::Instant started_;
  Clock::Instant next_draw_;
};

}  // namespace sluice
