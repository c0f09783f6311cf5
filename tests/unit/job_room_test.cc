#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "job/room.h"
#include "support/scripted_source.h"

using namespace sluice;
using sluice::test::ManualClock;
using std::chrono::milliseconds;

namespace {

LoadPlan small_transactions() {
  LoadPlan plan;
  plan.batch = {.rows = 100, .interval = milliseconds(1'000), .bytes = 10'000};
  return plan;
}

struct Fixture {
  LoadPlan plan = small_transactions();
  HandoverLimits handover{.records = 50, .bytes = 4'000, .batches = 4};
  ManualClock clock;
  WritePace pace;
  Room room{plan, handover, pace, clock};

  Fixture() { pace.wrote(1, {}, true); }  // quick

  // A batch whose first message comes now.
  Filling fill(int messages, std::size_t bytes = 1) {
    Filling filling{.batch = std::make_unique<Batch>(1, 1, 1)};
    room.left(filling);
    const std::string value(bytes, 'x');
    for (int i = 0; i < messages; ++i) {
      Message message;
      message.offset = i;
      message.value = value;
      filling.batch->take(message);
    }
    return filling;
  }
};

}  // namespace

TEST_CASE("a batch that finds no room in the transaction begins another") {
  Fixture of;
  CHECK(of.room.pass(of.fill(40), false).then == Then::more);
  CHECK(of.room.pass(of.fill(40), false).then == Then::more);
  const Passage third = of.room.pass(of.fill(40), false);
  CHECK(third.begins_another);
  CHECK(third.then == Then::more);
  const Passage fourth = of.room.pass(of.fill(60), false);
  CHECK(!fourth.begins_another);
  CHECK(fourth.then == Then::commit);
}

TEST_CASE("the time of a transaction begins with its oldest message, whichever batch comes first") {
  Fixture of;
  const Filling oldest = of.fill(1);
  of.clock.advance(milliseconds(400));
  CHECK(of.room.pass(of.fill(1), false).then == Then::more);
  SUBCASE("the batch of the oldest was handed over later") {
    of.room.pass(oldest, false);
    const Filling next = of.fill(0);
    of.clock.advance(milliseconds(599));
    CHECK(!of.room.is_used_up(next));
    of.clock.advance(milliseconds(1));
    CHECK(of.room.is_used_up(next));
  }
  SUBCASE("it is on its way") {
    of.clock.advance(milliseconds(599));
    CHECK(!of.room.is_used_up(oldest));
    of.clock.advance(milliseconds(1));
    CHECK(of.room.is_used_up(oldest));
    CHECK(of.room.pass(oldest, false).then == Then::commit);
  }
}

TEST_CASE("batches that were filled side by side pass the bytes of a transaction by one of them") {
  Fixture of;
  std::vector<Filling> fillings;
  for (int i = 0; i < 4; ++i) {
    fillings.push_back(of.fill(1, 3'600));
    REQUIRE(fillings.back().batch->used_bytes() < of.handover.bytes);
  }
  std::size_t bytes = 0;
  Passage passage{.then = Then::more};
  for (auto at = fillings.begin(); passage.then != Then::commit; ++at) {
    REQUIRE(at != fillings.end());
    passage = of.room.pass(*at, false);
    bytes += at->batch->used_bytes();
  }
  CHECK(bytes >= of.plan.batch.bytes);
  CHECK(bytes < of.plan.batch.bytes + of.handover.bytes);
}

TEST_CASE("a slow store gets smaller batches, from the next empty one on") {
  Fixture of;
  Filling before = of.fill(20);
  of.pace.wrote(20, std::chrono::seconds(1), true);  // in 4 s 80, in 4 batches
  CHECK(of.room.left(before).records == 30);
  CHECK(!of.room.is_used_up(before));
  CHECK(!of.room.is_used_up(of.fill(19)));
  const Filling full = of.fill(20);
  CHECK(of.room.is_used_up(full));
  CHECK(of.room.pass(full, false).then == Then::more);
}

TEST_CASE("a transaction holds as many rows as it may, however small a slow store's batches are") {
  Fixture of;
  of.pace.wrote(20, std::chrono::seconds(1), true);
  for (int batch = 1; batch < 5; ++batch) {
    CHECK(of.room.pass(of.fill(20), false).then == Then::more);
  }
  CHECK(of.room.pass(of.fill(20), false).then == Then::commit);
}

TEST_CASE("the slowest store gets a record at a time, and one may ask for rows without an end") {
  Fixture of;
  of.handover.batches = 200;
  of.plan.batch.rows = INT64_MAX;
  of.pace.wrote(1, std::chrono::minutes(1), true);
  Room room(of.plan, of.handover, of.pace, of.clock);
  Filling empty{.batch = std::make_unique<Batch>(1, 1, 1)};
  CHECK(room.left(empty).records == 1);
  CHECK(!room.is_used_up(empty));
}
