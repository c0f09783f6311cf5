#include "job/limits.h"

#include <algorithm>
#include <limits>

namespace sluice {
namespace {

// A signal must be noticed soon even when nothing arrives.
constexpr std::chrono::milliseconds longest_wait{100};

}  // namespace

bool MessageBudget::take_one() {
  std::int64_t left = left_;
  while (left > 0) {
    if (left_.compare_exchange_weak(left, left - 1)) return true;
  }
  return false;
}

Clock::Instant deadline_of(const StopRules& rules, Clock::Instant started) {
  return rules.timeout ? started + *rules.timeout : Clock::Instant::max();
}

Limits::Limits(const StopRules& rules, const Clock& clock, const StopSignal& stop,
               Clock::Instant started)
    : rules_(rules),
      clock_(clock),
      stop_(stop),
      deadline_(deadline_of(rules, started)),
      last_message_(clock.now().time_since_epoch().count()) {
  if (rules.max_messages) budget_.emplace(*rules.max_messages);
}

std::optional<StopReason> Limits::reached() const {
  if (messages_left() <= 0) return StopReason::max_messages;
  if (stop_.raised()) return StopReason::signal;
  const Clock::Instant now = clock_.now();
  if (now >= deadline_) return StopReason::timeout;
  if (can_be_idle() && now - idle_since() >= *rules_.idle_timeout) return StopReason::idle;
  return std::nullopt;
}

std::int64_t Limits::messages_left() const {
  return budget_ ? budget_->left() : std::numeric_limits<std::int64_t>::max();
}

std::chrono::milliseconds Limits::patience() const {
  const auto left = [now = clock_.now()](Clock::Instant until) {
    return std::chrono::ceil<std::chrono::milliseconds>(until - now);
  };
  std::chrono::milliseconds wait = longest_wait;
  if (rules_.timeout) wait = std::min(wait, left(deadline_));
  if (can_be_idle()) wait = std::min(wait, left(idle_since() + *rules_.idle_timeout));
  return std::max(wait, std::chrono::milliseconds(0));
}

}  // namespace sluice
