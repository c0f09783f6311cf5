#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "base/clock.h"

namespace sluice {

// How fast a store has been of late, for who decides how much may be on its way to it: a table with
// a trigger, or on a disk that seeks for each row, takes a thousandth of what another one does.
//
// The store notes what it wrote, in one thread at a time; any thread may ask.
class WritePace {
 public:
  // So many rows were written in that time, waits for other writers not counted. `ends`: and their
  // transaction is committed. What held no row says nothing.
  void wrote(std::int64_t rows, Clock::Instant::duration took, bool ends);

  // As many rows as are written in four seconds, at the pace of the last transaction, or of the
  // open one where that is slower; never fewer than 80. What a job has read when its time is over
  // is still stored, and has the most part of the 10 s that a job may take beyond it. A table that
  // nothing was written to yet counts as slow.
  std::int64_t rows_ahead() const;

 private:
  std::int64_t rows_ = 0;  // of the open transaction
  Clock::Instant::duration took_{0};
  double last_ = std::numeric_limits<double>::infinity();  // rows a second
  std::atomic<double> now_ = 100;
};

}  // namespace sluice
