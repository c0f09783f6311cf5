#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "cli/service_manager.h"
#include "support/scripted_source.h"
#include "support/systemd.h"

namespace sluice::test {

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
  Systemd systemd("10000000", ::getpid());
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
