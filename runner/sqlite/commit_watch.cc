#include "sqlite/commit_watch.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "base/duration.h"

namespace sluice {
namespace {

constexpr std::chrono::seconds slow{1};
constexpr std::chrono::seconds very_slow{5};
constexpr std::chrono::seconds between_words{60};
constexpr std::chrono::seconds between_looks{1};

}  // namespace

CommitWatch::CommitWatch(std::string path, const Clock& clock)
    : path_(std::move(path)), clock_(clock) {}

CommitWatch::~CommitWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  closing_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CommitWatch::begin() {
  const std::lock_guard lock(mutex_);
  began_ = clock_.now();
  is_told_of_ = false;
  if (std::exchange(has_begun_, true)) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    spdlog::debug("nobody watches the commits of {}: {}", path_, error.what());
  }
}

void CommitWatch::end() {
  const std::lock_guard lock(mutex_);
  const Clock::Instant now = clock_.now();
  if (now - *began_ >= slow && (is_told_of_ || may_speak(now))) say(now, "took", "was");
  began_.reset();
}

// Looks from time to time, so that a commit that is quick, as most are, has nobody to wake.
void CommitWatch::run() {
  std::unique_lock lock(mutex_);
  while (!closing_.wait_for(lock, between_looks, [this] { return is_closing_; })) {
    if (!began_) continue;
    const Clock::Instant now = clock_.now();
    if (now - *began_ < very_slow || !may_speak(now)) continue;
    is_told_of_ = true;
    say(now, "is under way for", "is");
  }
}

bool CommitWatch::may_speak(Clock::Instant now) const {
  return !spoke_at_ || now - *spoke_at_ >= between_words;
}

void CommitWatch::say(Clock::Instant now, const char* how_long, const char* who_was) {
  spoke_at_ = now;
  spdlog::warn("{}: a commit {} {:.1f} s: the disk is slow, or a reader {} in the way", path_,
               how_long, seconds_of(now - *began_), who_was);
}

}  // namespace sluice
