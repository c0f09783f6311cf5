#include "store/write_pace.h"

#include <algorithm>

#include "base/duration.h"

namespace sluice {
namespace {

constexpr double seconds_ahead = 4;
constexpr double least = 80;
constexpr double most = 1e15;  // what takes no time at all would be infinite

double per_second(std::int64_t rows, Clock::Instant::duration took) {
  const double seconds = seconds_of(took);
  if (seconds <= 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(rows) / seconds;
}

}  // namespace

void WritePace::wrote(std::int64_t rows, Clock::Instant::duration took, bool ends) {
  rows_ += rows;
  took_ += took;
  if (rows_ > 0) {
    const double open = per_second(rows_, took_);
    if (ends) last_ = open;
    now_ = std::min(last_, open);
  }
  if (!ends) return;
  rows_ = 0;
  took_ = {};
}

std::int64_t WritePace::rows_ahead() const {
  return static_cast<std::int64_t>(std::clamp(now_ * seconds_ahead, least, most));
}

}  // namespace sluice
