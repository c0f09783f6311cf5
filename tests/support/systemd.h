#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "support/temp_dir.h"

namespace sluice::test {

// systemd's side of sd_notify(3): a datagram socket, and as long as this lives the variables that
// tell of it in our environment, which programs that are started inherit.
class Systemd {
 public:
  // `watchdog_us` is WATCHDOG_USEC, and `watchdog_pid` whom it is for: anybody where it is absent.
  // Throws std::runtime_error where the socket cannot be made.
  explicit Systemd(const char* watchdog_us = nullptr,
                   std::optional<pid_t> watchdog_pid = std::nullopt);
  ~Systemd();
  Systemd(const Systemd&) = delete;
  Systemd& operator=(const Systemd&) = delete;

  // The next datagram; "-" where there is none.
  std::string heard();

 private:
  TempDir dir_;
  int descriptor_ = -1;
};

}  // namespace sluice::test
