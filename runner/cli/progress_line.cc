#include "cli/progress_line.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "base/duration.h"
#include "cli/log.h"

namespace sluice {
namespace {

constexpr std::chrono::milliseconds between_draws{200};

}  // namespace

ProgressLine::ProgressLine(std::string action, const Clock& clock)
    : action_(std::move(action)),
      clock_(clock),
      is_terminal_(can_draw_on_log()),
      started_(clock.now()),
      next_draw_(started_ + between_draws) {}

void ProgressLine::show(const Counts& counts) {
  const Clock::Instant now = clock_.now();
  if (!is_terminal_ || now < next_draw_) return;
  next_draw_ = now + between_draws;
  is_drawn_ = true;
  const double seconds = seconds_of(now - started_);
  fmt::print(stderr, "\r\x1b[K{}: {} messages, {} rejected, {:.0f} messages/s", action_,
             counts.messages, counts.rejected, static_cast<double>(counts.messages) / seconds);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!is_drawn_) return;
  is_drawn_ = false;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace sluice
