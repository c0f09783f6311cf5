#include "cli/signals.h"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace sluice {
namespace {

constexpr std::int64_t same_wish_ns = 500'000'000;

// A handler reaches nothing but statics.
StopSignal asked;
std::atomic<std::int64_t> asked_at_ns{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a handler may touch no others");

// What a handler may call: signal-safety(7).
std::int64_t monotonic_ns() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void on_signal(int number) {
  const std::int64_t now = monotonic_ns();
  if (!asked.raised()) asked_at_ns = now;
  if (!asked.raise(number) && now - asked_at_ns > same_wish_ns) _exit(128 + number);
}

void install() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // The terminal is gone; nohup says beforehand that it does not matter.
  struct sigaction before = {};
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  // A reader of our output that went away shows as a failed write, not as death.
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

const StopSignal& process_stop_signal() {
  static const bool installed = (install(), true);
  static_cast<void>(installed);
  return asked;
}

}  // namespace sluice
