#include "job/limits.h"

#include <algorithm>
#include <limits>

namespace sluice {
namespace {

// A signal must be noticed soon even when nothing arrives.
constexpr std::chrono::milliseconds longest_wait{100};

}  // namespace

Clock::Instant deadline_of(const StopRules& rules, Clock::Instant started) {
  return rules.timeout ? started + *rules.timeout : Clock::Instant::max();
}

Limits::Limits(const StopRules& rules, const Clock& clock, const StopSignal& stop,
               Clock::Instant started)
    : rules_(rules),
      clock_(clock),
      stop_(stop),
      deadline_(deadline_of(rules, started)),
      last_message_(clock.now()) {}

std::optional<StopReason> Limits::reached(const Progress& progress, bool range) const {
  if (progress.all_done()) return range ? StopReason::range_end : StopReason::caught_up;
  if (messages_left(progress) <= 0) return StopReason::max_messages;
  if (stop_.raised()) return StopReason::signal;
  const Clock::Instant now = clock_.now();
  if (now >= deadline_) return StopReason::timeout;
  if (rules_.idle_timeout && now - last_message_ >= *rules_.idle_timeout) return StopReason::idle;
  return std::nullopt;
}

std::int64_t Limits::messages_left(const Progress& progress) const {
  if (!rules_.max_messages) return std::numeric_limits<std::int64_t>::max();
  return *rules_.max_messages - taken_before_ - progress.taken();
}

std::chrono::milliseconds Limits::patience() const {
  const auto left = [now = clock_.now()](Clock::Instant until) {
    return std::chrono::ceil<std::chrono::milliseconds>(until - now);
  };
  std::chrono::milliseconds wait = longest_wait;
  if (rules_.timeout) wait = std::min(wait, left(deadline_));
  if (rules_.idle_timeout) wait = std::min(wait, left(last_message_ + *rules_.idle_timeout));
  return std::max(wait, std::chrono::milliseconds(0));
}

}  // namespace sluice
