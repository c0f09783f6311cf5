// A run as a unit of systemd's: what systemd hears of it (Type=notify, WatchdogSec).
#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <string_view>

#include "support/process.h"
#include "support/shop.h"
#include "support/systemd.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// All that was heard, in its order.
class Hearing {
 public:
  explicit Hearing(const char* watchdog_us) : systemd_(watchdog_us) {}

  // Waits for words behind those that were waited for before; false where they do not come.
  bool comes(std::string_view words) {
    return eventually([&] {
      for (std::string more = systemd_.heard(); more != "-"; more = systemd_.heard()) all_ += more;
      const std::size_t at = all_.find(words, from_);
      if (at == std::string::npos) return false;
      from_ = at + words.size();
      return true;
    });
  }

  const std::string& all() const { return all_; }

 private:
  Systemd systemd_;
  std::string all_;
  std::size_t from_ = 0;
};

}  // namespace

TEST_CASE("systemd hears of an always-up run that it is ready, how it is, and that it stops") {
  const Shop shop;
  shop.project.write_action({}, R"("execution_mode": "always-up")");
  Hearing hearing("1000000");  // fed twice a second
  Process run = shop.project.start({"run", "orders.json"});

  REQUIRE(hearing.comes("READY=1\n"));
  CHECK(hearing.all().starts_with("READY=1\n"));
  CHECK(hearing.comes("WATCHDOG=1\n"));
  shop.produce("{\"id\":1}\n{\"id\":2}\n");
  CHECK(hearing.comes("STATUS=load-orders: 2 messages\n"));
  CHECK(hearing.comes("WATCHDOG=1\n"));
  CHECK_FALSE(holds(hearing.all(), "STOPPING=1"));

  run.send(SIGTERM);
  CHECK(hearing.comes("STOPPING=1\n"));
  const Ended ended = run.wait();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "2");
}
