#include "cli/service_manager.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace sluice {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Set for another process of the unit's, it is not ours to feed.
std::optional<std::chrono::microseconds> watchdog_of_ours() {
  const auto interval = number_of(variable("WATCHDOG_USEC"));
  const auto owner = number_of(variable("WATCHDOG_PID"));
  if (!interval || *interval <= 0 || (owner && *owner != ::getpid())) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

// One line of the protocol holds one value.
std::string in_one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

}  // namespace

ServiceManager::ServiceManager(const Clock& clock)
    : clock_(clock), socket_path_(variable("NOTIFY_SOCKET")), watchdog_(watchdog_of_ours()) {}

void ServiceManager::pulse(std::string_view status) {
  if (!is_there() || is_stopping_) return;
  const Clock::Instant now = clock_.now();
  std::string state;
  if (!std::exchange(is_ready_, true)) state += "READY=1\n";
  if (watchdog_ && now - last_watchdog_ >= *watchdog_ / 2) {
    last_watchdog_ = now;
    state += "WATCHDOG=1\n";
  }
  if (status != status_ && now - last_status_ >= std::chrono::seconds(1)) {
    last_status_ = now;
    status_ = status;
    state += "STATUS=" + in_one_line(status) + "\n";
  }
  if (!state.empty()) send(state);
}

void ServiceManager::stopping(std::string_view status) {
  if (!is_there() || std::exchange(is_stopping_, true)) return;
  send("STOPPING=1\nSTATUS=" + in_one_line(status) + "\n");
}

// Nobody is helped by a load that fails because nobody listens to how it is.
void ServiceManager::send(const std::string& state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // in the abstract namespace
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path_.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  if (::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size) < 0) {
    spdlog::debug("systemd's socket {} does not take notice of us: {}", socket_path_,
                  std::strerror(errno));
  }
  ::close(descriptor);
}

}  // namespace sluice
