#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "cli/service_manager.h"
#include "support/scripted_source.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

// systemd's side: a datagram socket, and the environment that tells of it.
class Systemd {
 public:
  explicit Systemd(const char* watchdog_us = nullptr, pid_t watchdog_pid = ::getpid()) {
    const std::string path = dir_.file("notify");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("bind " + path);
    }
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    if (watchdog_us == nullptr) return;
    ::setenv("WATCHDOG_USEC", watchdog_us, 1);
    ::setenv("WATCHDOG_PID", std::to_string(watchdog_pid).c_str(), 1);
  }
  ~Systemd() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    ::close(descriptor_);
  }

  // The next datagram; "-" where there is none.
  std::string heard() {
    std::array<char, 512> bytes{};
    const ssize_t size = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    return size < 0 ? "-" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }

 private:
  TempDir dir_;
  int descriptor_ = -1;
};

}  // namespace

TEST_CASE("systemd is told that the job is ready, once, and its status as it changes") {
  Systemd systemd;
  ManualClock clock;
  ServiceManager manager(clock);
  CHECK(manager.is_there());
  manager.pulse("1 message");
  CHECK(systemd.heard() == "READY=1\nSTATUS=1 message\n");
  manager.pulse("2 messages");
  CHECK(systemd.heard() == "-");  // not more than once a second
  clock.advance(std::chrono::seconds(1));
  manager.pulse("3 messages\nand a line");
  CHECK(systemd.heard() == "STATUS=3 messages and a line\n");
  clock.advance(std::chrono::seconds(1));
  manager.pulse("3 messages\nand a line");
  CHECK(systemd.heard() == "-");
  manager.stopping("ended");
  manager.stopping("ended");
  CHECK(systemd.heard() == "STOPPING=1\nSTATUS=ended\n");
  CHECK(systemd.heard() == "-");
}

TEST_CASE("the watchdog is fed twice in its time, by pulses only") {
  Systemd systemd("10000000");
  ManualClock clock;
  ServiceManager manager(clock);
  manager.pulse("");
  CHECK(systemd.heard() == "READY=1\nWATCHDOG=1\n");
  clock.advance(std::chrono::seconds(4));
  manager.pulse("");
  CHECK(systemd.heard() == "-");
  clock.advance(std::chrono::seconds(1));
  manager.pulse("");
  CHECK(systemd.heard() == "WATCHDOG=1\n");
}

TEST_CASE("a watchdog that is another process's is left alone") {
  Systemd systemd("10000000", ::getpid() + 1);
  ManualClock clock;
  ServiceManager manager(clock);
  manager.pulse("");
  CHECK(systemd.heard() == "READY=1\n");
}

TEST_CASE("without systemd nothing is told, and a socket that nobody reads does no harm") {
  ManualClock clock;
  CHECK_FALSE(ServiceManager(clock).is_there());
  ::setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
  ServiceManager manager(clock);
  manager.pulse("ready");
  manager.stopping("ended");
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace sluice::test
