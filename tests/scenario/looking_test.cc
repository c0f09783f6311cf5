// Who looks at a topic without a timeout does not wait for ever.
#include <doctest/doctest.h>

#include <algorithm>

#include "job/preview.h"
#include "job/sampler.h"
#include "support/forwarding_source.h"
#include "support/scenario.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Partition 1 has lost its leader: nothing comes from it, not even an error. The others answer.
class WithoutLeader : public ForwardingSource {
 public:
  WithoutLeader(std::unique_ptr<Source> source, Scenario& scenario)
      : ForwardingSource(std::move(source)), scenario_(scenario) {}

  void start(std::span<const StartAt> partitions) override {
    std::vector<StartAt> answering(partitions.begin(), partitions.end());
    std::erase_if(answering, [](const StartAt& start) { return start.number == 1; });
    ForwardingSource::start(answering);
  }
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override {
    if (++fetches_ == 2'000) scenario_.stop.raise(15);  // a test ends
    return ForwardingSource::fetch(wait, most, most_bytes);
  }

 private:
  Scenario& scenario_;
  int fetches_ = 0;
};

struct LeaderLost : Scenario {
  LeaderLost() {
    produce(0, {1, 2});
    produce(1, {11, 12});
    produce(2, {21});
    wrap_source = [this](std::unique_ptr<Source> source) {
      return std::make_unique<WithoutLeader>(std::move(source), *this);
    };
  }

  // Fails as it should, with no partition named but the one that is missing.
  template <class Looking>
  void check_given_up(Looking look) {
    const auto began = clock.now();
    try {
      look();
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::unavailable);
      CHECK(holds(error.what(), "nothing has come for 60 s from orders/1 of source \"shop\""));
      CHECK_FALSE(holds(error.what(), "orders/0"));
    }
    CHECK(clock.now() - began < std::chrono::seconds(70));
  }
};

}  // namespace

TEST_CASE("a preview gives up on a partition that sends nothing, and names it") {
  LeaderLost scenario;
  scenario.check_given_up([&] { preview(scenario.plan(), scenario.world(), 10); });
}

TEST_CASE("a sample gives up on a partition that sends nothing, and names it") {
  LeaderLost scenario;
  int taken = 0;
  const auto take = [&](const PartitionId&, const Message&) { ++taken; };
  scenario.check_given_up([&] { sample_topic(scenario.plan(), scenario.world(), {}, take); });
  CHECK(taken == 3);
}

TEST_CASE("who looks waits for brokers that are away as long as the source says") {
  Scenario scenario;
  scenario.produce(0, {1});
  int fetches = 0;
  scenario.cluster.before_fetch = [&] {
    if (++fetches == 1) scenario.cluster.outage = "nobody answers";
    if (fetches == 1'000) scenario.cluster.outage.reset();  // 100 s later
  };
  CHECK(preview(scenario.plan(), scenario.world(), 10).rows.size() == 1);
}
