#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice {

// Tells systemd, where it started us, how we are: ready, alive, stopping. One datagram each, as
// sd_notify(3) describes: a protocol so small and stable that its manual suggests to speak it
// oneself rather than to depend on libsystemd. Without NOTIFY_SOCKET in the environment nothing
// happens. One thread.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit ServiceManager(const Clock& clock);

  bool is_there() const { return !socket_path_.empty(); }

  // All is well: the job reads, writes, or waits for something with a limit. The first time says
  // READY=1; then WATCHDOG=1 twice in each of the unit's WatchdogSec, and the status once a second
  // where it changed.
  void pulse(std::string_view status);

  // The last word; sent once.
  void stopping(std::string_view status);

 private:
  void send(const std::string& state) const;

  const Clock& clock_;
  std::string socket_path_;
  std::optional<std::chrono::microseconds> watchdog_;
  bool is_ready_ = false;
  bool is_stopping_ = false;
  std::string status_;
  Clock::Instant last_watchdog_{};
  Clock::Instant last_status_{};
};

}  // namespace sluice
