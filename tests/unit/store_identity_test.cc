// What the metadata keeps to know a log again, and how positions move without rows.
#include <doctest/doctest.h>

#include "store_fixture.h"

namespace sluice::store_test {
namespace {

std::string anchors(const StoreWorld& world) {
  return ask(world.path,
             R"(SELECT topic || '/' || "partition" || '@' || "offset", generation, timestamp_ms)"
             R"( FROM guesses__anchors ORDER BY topic, "partition")");
}

// What the BatchOfGuesses has at this offset.
Fingerprint fingerprint_at(Offset offset) {
  Message message;
  message.offset = offset;
  message.timestamp_ms = 1'000 + offset;
  message.key = "key";
  message.value = "value";
  return fingerprint_of(message);
}

// As the plan of the next job has it, which then meets what it says.
PlannedPartition as_stored(StoreWorld& world) {
  const StoredPosition stored = world.store()->positions().at(0);
  PlannedPartition partition = stored_partition("sample", 0, stored.next_offset);
  partition.last = stored.last;
  partition.anchor = stored.anchor;
  return partition;
}

JobEnd met_again() {
  JobEnd end = succeeded();
  end.known = {0};
  return end;
}

}  // namespace

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

TEST_CASE("a first load is known by its first message, whatever comes later") {
  StoreWorld world;
  auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  store->write(BatchOfGuesses({7, 0}).prove(7), 0, {});
  CHECK(anchors(world) == "");
  store->write(BatchOfGuesses({7, 0}).row(1).row(2), 0, {}, Then::more);
  store->write(BatchOfGuesses({9, 3}).row(3).row(4, "bob", 1), 0, {});
  CHECK(anchors(world) == "sample/0@7|1|1007 sample/1@3|1|1003");
  store->write(BatchOfGuesses({10, 4}).row(5), 0, {});
  store->end_job(succeeded());
  CHECK(anchors(world) == "sample/0@7|1|1007 sample/1@3|1|1003");
  CHECK(world.store()->positions()[0].anchor == fingerprint_at(7));
}

TEST_CASE("the next load is known by the message that it met as the last one") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2).row(3), 0, {});
  auto store = world.begin("job-2", {as_stored(world)});
  store->write(BatchOfGuesses({3}).row(4), 0, {}, Then::more);
  SUBCASE("once its messages are committed") {
    CHECK(anchors(world) == "sample/0@0|1|1000");
    store->commit();
    CHECK(anchors(world) == "sample/0@2|1|1002");
    store->write(BatchOfGuesses({4}).row(5), 0, {});
    store->end_job(met_again());
    CHECK(anchors(world) == "sample/0@2|1|1002");
    CHECK(world.store()->positions()[0].anchor == fingerprint_at(2));
  }
  SUBCASE("not where it dies before") {
    store.reset();
    CHECK(anchors(world) == "sample/0@0|1|1000");
  }
}

TEST_CASE("where the last message is not to be met, the first one of the load is the anchor") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2), 0, {});
  PlannedPartition planned = as_stored(world);
  planned.last.reset();
  planned.anchor.reset();
  world.begin("job-2", {planned})->write(BatchOfGuesses({5}).row(6).row(7), 0, {});
  CHECK(anchors(world) == "sample/0@5|1|1005");
}

TEST_CASE("an anchor goes with the last word of a job that met it and took nothing") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2), 0, {});
  SUBCASE("not of one that did not") {
    world.begin("job-2", {as_stored(world)})->end_job(succeeded());
    CHECK(anchors(world) == "sample/0@0|1|1000");
  }
  SUBCASE("not of one that died") {
    world.begin("job-2", {as_stored(world)});
    CHECK(anchors(world) == "sample/0@0|1|1000");
  }
  world.begin("job-3", {as_stored(world)})->end_job(met_again());
  CHECK(anchors(world) == "");
  CHECK_FALSE(world.store()->positions()[0].anchor);
}

TEST_CASE("an anchor of a job that came between stays") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2), 0, {});
  const PlannedPartition seen = as_stored(world);
  auto overtaken = world.begin("job-2", {seen});
  world.begin("job-3", {seen})->write(BatchOfGuesses({2}).row(3), 0, {});
  overtaken->end_job(met_again());
  CHECK(anchors(world) == "sample/0@1|1|1001");
}

TEST_CASE("anchors go with the positions of their generation") {
  StoreWorld world;
  auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  store->write(BatchOfGuesses({0, 0}).row(1).row(11, "bob", 1), 0, {});
  PlannedPartition anew = partition("sample", 0);
  anew.generation = 2;
  SUBCASE("all of a topic that begins anew") {
    anew.reason = StartReason::restart;
    world.begin("job-2", {anew});
    CHECK(anchors(world) == "");
  }
  SUBCASE("one of a partition that a person moves") {
    anew.reason = StartReason::moved;
    world.begin("job-2", {anew});
    CHECK(anchors(world) == "sample/1@0|1|1000");
  }
}

TEST_CASE("a database of an older program has no anchors and gets them") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2), 0, {});
  execute(world.path, "DROP TABLE guesses__anchors");
  CHECK_FALSE(world.store()->positions()[0].anchor);
  world.begin("job-2", {as_stored(world)})->write(BatchOfGuesses({2}).row(3), 0, {});
  CHECK(anchors(world) == "sample/0@1|1|1001");
}

struct BehindLostRange : StoreWorld {
  BehindLostRange() {
    begin("job-1")->end_job(succeeded());
    partition.lost = LostRange{0, 7, "offsets 0 to 6 were removed"};
    partition.reason = StartReason::data_loss;
  }

  std::string gaps() const {
    return ask(path,
               "SELECT source, topic, partition, from_offset, to_offset, reason, job_id "
               "FROM guesses__gaps");
  }

  PlannedPartition partition = stored_partition("sample", 0, 7);
};

TEST_CASE("a lost range is noted in the transaction of the first rows behind it, once") {
  BehindLostRange world;
  auto store = world.begin("job-2", {world.partition});
  CHECK(world.positions() == "sample/0|0");
  CHECK(world.gaps() == "");
  store->write(BatchOfGuesses({7}).row(8), 0, {});
  CHECK(world.positions() == "sample/0|8");
  CHECK(world.gaps() == "game|sample|0|0|7|offsets 0 to 6 were removed|job-2");
  store->write(BatchOfGuesses({8}).row(9), 0, {});
  store->end_job(succeeded());
  CHECK_THROWS_WITH_AS(world.begin("job-3", {world.partition}), doctest::Contains("fenced"), Error);
  CHECK(world.positions() == "sample/0|9");
  CHECK(ask(world.path, "SELECT count(*) FROM guesses__gaps") == "1");
}

TEST_CASE("a lost range with nothing behind it is passed over once its log is known") {
  BehindLostRange world;
  world.begin("job-2", {world.partition})->end_job(succeeded());
  CHECK(world.positions() == "sample/0|0");
  CHECK(world.gaps() == "");
  const auto store = world.begin("job-3", {world.partition});
  const std::vector<PartitionIndex> known = {0};
  const std::vector<Advance> passed = store->pass_lost_ranges(known, {});
  REQUIRE(passed.size() == 1);
  CHECK(passed[0].next_offset == 7);
  CHECK(world.positions() == "sample/0|7");
  CHECK(world.gaps() == "game|sample|0|0|7|offsets 0 to 6 were removed|job-3");
  CHECK(store->pass_lost_ranges(known, {}).empty());
}

TEST_CASE("who passes over a lost range leaves the job's counts as they are") {
  BehindLostRange world;
  const auto store = world.begin("job-2", {world.partition, partition("sample", 1)});
  const std::vector<PartitionIndex> known = {0};
  Counts counts;
  counts += store->write(BatchOfGuesses({7, 0}).row(11, "bob", 1), 0, {}).counts;
  store->pass_lost_ranges(known, counts);
  CHECK(world.positions() == "sample/0|7 sample/1|1");
  CHECK(ask(world.path, "SELECT messages FROM sluice_jobs ORDER BY rowid DESC LIMIT 1") == "1");
}

TEST_CASE("a lost range that another job has passed over is not noted again") {
  BehindLostRange world;
  const auto store = world.begin("job-2", {world.partition});
  world.begin("job-3", {world.partition})->write(BatchOfGuesses({7}).row(8), 0, {});
  const std::vector<PartitionIndex> known = {0};
  CHECK_THROWS_WITH_AS(store->pass_lost_ranges(known, {}), doctest::Contains("fenced"), Error);
  store->end_job(succeeded());
  CHECK(world.positions() == "sample/0|8");
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
  CHECK(world.positions() == "sample/0|2 sample/1|0");
  store->write(BatchOfGuesses({5, 0}).row(6).row(11, "bob", 1), 0, {});
  store->end_job(succeeded());
  CHECK(world.positions() == "sample/0|6 sample/1|1");
  CHECK(ask(world.path, "SELECT from_offset, to_offset, job_id FROM guesses__gaps") == "2|5|job-1");
}

}  // namespace sluice::store_test
