// What the metadata keeps to know a log again, and how positions move without rows.
#include <doctest/doctest.h>

#include "store_fixture.h"

namespace sluice::store_test {

TEST_CASE("the last message comes back as it was stored") {
  StoreWorld world;
  auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1).row(2), 0, {});
  store->end_job(succeeded());
  const auto stored = world.store()->positions();
  REQUIRE(stored.size() == 1);
  REQUIRE(stored[0].last);
  CHECK(stored[0].last->offset == 1);
  CHECK(stored[0].last->timestamp_ms == 1'001);
  Message same;
  same.offset = 1;
  same.timestamp_ms = 1'001;
  same.key = "key";
  same.value = "value";
  CHECK(*stored[0].last == fingerprint_of(same));
}

TEST_CASE(
    "what was seen of a log that is still to be known again is stored with its messages only") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());
  PlannedPartition known = stored_partition("sample", 0, 0);
  known.last = Fingerprint{.offset = 5};
  known.end_offset = 2000;
  known.topic_id = "id-1";
  auto store = world.begin("job-2", {known});
  const auto told = [&] {
    return ask(world.path, "SELECT end_offset, topic_id, job_id FROM guesses__metadata");
  };
  CHECK(told() == "1000||job-2");
  store->write(BatchOfGuesses().row(1), 0, {});
  CHECK(told() == "2000|id-1|job-2");
}

TEST_CASE("a lost range and the position behind it are stored together") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());
  PlannedPartition behind = stored_partition("sample", 0, 7);
  behind.lost = LostRange{0, 7, "offsets 0 to 6 were removed"};
  behind.reason = StartReason::data_loss;
  auto store = world.begin("job-2", {behind});
  CHECK(world.positions() == "sample/0|7");
  CHECK(ask(world.path,
            "SELECT source, topic, partition, from_offset, to_offset, reason, job_id "
            "FROM guesses__gaps") == "game|sample|0|0|7|offsets 0 to 6 were removed|job-2");
  store->write(BatchOfGuesses({7}).row(8), 0, {});
  CHECK(world.positions() == "sample/0|8");
  CHECK_THROWS_WITH_AS(world.begin("job-3", {behind}), doctest::Contains("fenced"), Error);
  CHECK(ask(world.path, "SELECT count(*) FROM guesses__gaps") == "1");
}

TEST_CASE("a topic that begins anew takes the place of all its older positions") {
  StoreWorld world;
  world.begin("job-1", {partition("sample", 0), partition("sample", 1), partition("other", 0)})
      ->end_job(succeeded());
  PlannedPartition anew = partition("sample", 0);
  anew.reason = StartReason::restart;
  anew.generation = 2;
  world.begin("job-2", {anew});
  CHECK(ask(world.path,
            "SELECT topic, partition, generation FROM guesses__metadata "
            "ORDER BY topic") == "other|0|1 sample|0|2");
  CHECK_THROWS_WITH_AS(world.begin("job-3", {anew}), doctest::Contains("fenced"), Error);
}

TEST_CASE("a partition that a person moves takes the place of its own older position only") {
  StoreWorld world;
  auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  store->write(BatchOfGuesses({0, 0}).row(1), 0, {});
  store->end_job(succeeded());
  PlannedPartition moved = partition("sample", 0);
  moved.reason = StartReason::moved;
  moved.generation = 2;
  moved.from_offset = 5;
  world.begin("job-2", {moved});
  CHECK(ask(world.path,
            "SELECT partition, next_offset, generation, last_offset "
            "FROM guesses__metadata ORDER BY partition") == "0|5|2|- 1|0|1|-");
}

TEST_CASE("a job goes on from positions that were decided anew") {
  StoreWorld world;
  auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1).row(2), 0, {});
  PlannedPartition behind = stored_partition("sample", 0, 5);
  behind.lost = LostRange{2, 5, "gone"};
  store->reposition(std::vector{behind, partition("sample", 1)});
  CHECK(world.positions() == "sample/0|5 sample/1|0");
  store->write(BatchOfGuesses({5, 0}).row(6).row(11, "bob", 1), 0, {});
  store->end_job(succeeded());
  CHECK(world.positions() == "sample/0|6 sample/1|1");
  CHECK(ask(world.path, "SELECT from_offset, to_offset, job_id FROM guesses__gaps") == "2|5|job-1");
}

}  // namespace sluice::store_test
