// Whoever sets the wall clock back while a job waits keeps it from nothing.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "support/preload.h"
#include "support/process.h"
#include "support/project.h"
#include "support/shop.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// A job whose wall clock is ours, until set_back().
class ClockedJob {
 public:
  ClockedJob(const Project& project, std::vector<std::string> arguments)
      : dir_(project.dir()),
        job_(with_job(std::move(arguments)), dir_.path().string(),
             {{"LD_PRELOAD", SLUICE_JUMPING_CLOCK}, {"SLUICE_CLOCK_STEP", dir_.file("set-back")}}) {
  }

  // By an hour, for the rest of the job.
  void set_back() const { dir_.write("set-back", ""); }
  Process& process() { return job_; }
  bool says(const std::string& words) const { return holds(job_.err(), words); }
  bool ends_within(std::chrono::seconds limit) {
    return eventually([&] { return !job_.is_running(); }, limit);
  }

 private:
  static std::vector<std::string> with_job(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {SLUICE_BINARY, "run", "orders.json"});
    return arguments;
  }

  const TempDir& dir_;
  Process job_;
};

bool has_loaded(const Shop& shop, const std::string& count) {
  return eventually([&] { return shop.project.ask("SELECT count(*) FROM orders") == count; });
}

}  // namespace

TEST_CASE("a job that has nothing to read ends in time after the wall clock was set back") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const Shop shop;
  shop.produce("{\"id\":1}\n");
  bool is_asked = false;
  std::vector<std::string> arguments;
  SUBCASE("at its timeout") { arguments = {"--timeout", "5s"}; }
  SUBCASE("at a signal") { is_asked = true; }
  ClockedJob job(shop.project, arguments);
  REQUIRE(has_loaded(shop, "1"));
  job.set_back();
  if (is_asked) job.process().send(SIGTERM);
  REQUIRE(job.ends_within(std::chrono::seconds(15)));
  CHECK(job.process().wait().exit_code == (is_asked ? 143 : 0));
}

TEST_CASE("brokers that come back after the wall clock was set back are read from again") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const Shop shop;
  shop.produce("{\"id\":1}\n");
  ClockedJob job(shop.project, {});
  REQUIRE(has_loaded(shop, "1"));
  rd_kafka_mock_broker_set_down(shop.broker.cluster(), 1);
  REQUIRE(eventually([&] { return job.says("the brokers are away"); }));
  job.set_back();
  rd_kafka_mock_broker_set_up(shop.broker.cluster(), 1);
  shop.produce("{\"id\":2}\n");
  const bool is_loaded = has_loaded(shop, "2");
  CAPTURE(job.process().err());
  CHECK(is_loaded);
}

TEST_CASE("who gets no answer gives up in time after the wall clock was set back") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const Shop shop;
  rd_kafka_mock_broker_set_rtt(shop.broker.cluster(), 1, 60'000);
  shop.project.write_source("earliest", "connect_timeout: 5s");
  ClockedJob job(shop.project, {});
  REQUIRE(eventually([&] { return job.says("waits, since it cannot reach a broker"); }));
  job.set_back();
  REQUIRE(job.ends_within(std::chrono::seconds(15)));
  CHECK(job.process().wait().exit_code == 69);
}
