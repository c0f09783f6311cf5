#include "sqlite/patience.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/duration.h"

namespace sluice {
namespace {

constexpr std::chrono::milliseconds longest_step{50};
const SystemClock system_clock;

}  // namespace

const Clock& clock_of(const Patience& patience) {
  return patience.clock != nullptr ? *patience.clock : system_clock;
}

Waiting::Waiting(Patience patience, std::string what_for)
    : patience_(std::move(patience)), what_for_(std::move(what_for)) {
  begin();
}

void Waiting::begin() {
  began_ = clock_of(patience_).now();
  step_ = std::chrono::milliseconds(1);
  over_ = Over::no;
  has_said_why_ = false;
}

Waiting::Over Waiting::over(Clock::Instant now) const {
  if (now - began_ >= patience_.limit) return Over::limit;
  if (now - began_ < Patience::grace) return Over::no;
  if (patience_.stop != nullptr && patience_.stop->raised()) return Over::stop;
  if (patience_.deadline) {
    const std::optional<Clock::Instant> deadline = patience_.deadline();
    if (deadline && now >= *deadline) return Over::deadline;
  }
  return Over::no;
}

bool Waiting::pause() {
  const Clock::Instant now = clock_of(patience_).now();
  over_ = over(now);
  if (over_ != Over::no) return false;
  say_why(now);
  std::this_thread::sleep_for(step_);
  step_ = std::min(step_ * 2, longest_step);
  return true;
}

void Waiting::say_why(Clock::Instant now) {
  if (has_said_why_ || now - began_ < std::chrono::seconds(1)) return;
  has_said_why_ = true;
  spdlog::warn("waits for {}, at most {}", what_for_, format_duration(patience_.limit));
}

std::string Waiting::end() const {
  if (over_ == Over::stop) return "when the job was asked to stop";
  if (over_ == Over::deadline) return "when the job's time was over";
  return "after " + format_duration(patience_.limit) + " (lock_timeout)";
}

}  // namespace sluice
