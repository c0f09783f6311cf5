#include "support/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace sluice::test {

Systemd::Systemd(const char* watchdog_us, std::optional<pid_t> watchdog_pid) {
  const std::string path = dir_.file("notify");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    throw std::runtime_error("bind " + path);
  }
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  if (watchdog_us != nullptr) ::setenv("WATCHDOG_USEC", watchdog_us, 1);
  if (watchdog_pid) ::setenv("WATCHDOG_PID", std::to_string(*watchdog_pid).c_str(), 1);
}

Systemd::~Systemd() {
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  ::close(descriptor_);
}

std::string Systemd::heard() {
  std::array<char, 512> bytes{};
  const ssize_t size = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  return size < 0 ? "-" : std::string(bytes.data(), static_cast<std::size_t>(size));
}

}  // namespace sluice::test
