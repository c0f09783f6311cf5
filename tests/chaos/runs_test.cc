// What the chaos makes of the ends of its runs.
#include <doctest/doctest.h>

#include <random>

#include "chaos/runs.h"
#include "support/shop.h"

using namespace sluice::test;

namespace {

// See Runs::start(): a run that has 3 s.
std::uint64_t seed_of_a_short_run() {
  for (std::uint64_t seed = 1;; ++seed) {
    if (std::mt19937_64(seed)() % 4 == 1) return seed;
  }
}

}  // namespace

TEST_CASE("a run that stood still with all others may have had no time for its brokers") {
  const Shop shop;
  rd_kafka_mock_broker_set_rtt(shop.broker.cluster(), 1, 60'000);
  const Disturbances none;
  Runs runs(shop.project, seed_of_a_short_run(), 1, none, [] { return Offsets(); });
  runs.tend();
  { const Runs::Standstill standstill(runs); }
  REQUIRE(eventually([&] { return !runs.is_there(0); }));
  runs.tend();
  runs.end();
  CHECK(runs.exit_codes().at(69) == 1);
  CHECK(runs.complaint() == "");
}
