// The source and store of a replay: what is handed out, what a write takes away, and who may not.
#include <doctest/doctest.h>

#include "store/reject_reader.h"
#include "store/reject_store.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

// A table with the rejects sample/0@0, sample/0@1 and sample/1@0.
struct Replayed : StoreWorld {
  LoadPlan plan;
  std::unique_ptr<RejectStore> store;

  Replayed() {
    PlannedTopic& topic = plan.topics.emplace_back();
    topic.source = "game";
    topic.topic = "sample";
    const auto loading = begin("first", {partition("sample", 0), partition("sample", 1)});
    BatchOfGuesses batch({0, 0});
    batch.reject("\"a\" is no number").reject("\"b\" is no number").reject("other", 1).row(1);
    loading->write(batch, 9, {});
    loading->end_job(succeeded());
  }

  void begin_replay() {
    store = std::make_unique<RejectStore>(table, lock_timeout, nullptr, stop, *clock);
    REQUIRE(store->acquire({}));
    store->begin_job({"second", "replay", 1'795'405'279'123}, store->partitions(plan));
  }

  // All that the store hands out before it wants a write, each as a row.
  Batch next_batch() {
    Batch batch(0, 3, 2);
    while (store->next([&](const Message& message) {
      const std::span<Cell> row = batch.add_row(batch.take(message));
      row[0] = Cell::of_integer(100 + message.offset);
      row[1] = Cell::null();
      row[2] = Cell::of_bytes(Cell::Kind::text, "again");
    })) {
    }
    return batch;
  }
  std::string rejects() {
    return ask(path, R"(SELECT "partition" || '@' || "offset" FROM guesses__rejects)");
  }
};

}  // namespace

TEST_CASE("rejects come by partition and offset, with their bytes, one partition a batch") {
  Replayed world;
  world.begin_replay();
  const Batch first = world.next_batch();
  REQUIRE(first.messages().size() == 2);
  CHECK(first.messages()[1].record.offset == 1);
  CHECK(first.messages()[1].record.value == "value");
  CHECK(first.messages()[1].record.key == "key");
  CHECK(first.messages()[1].record.timestamp_ms == 1'001);
  CHECK_FALSE(world.store->is_at_end());
  CHECK(world.store->write(first, 9, {}).counts.inserted == 2);
  CHECK(world.rejects() == "1@0");
  CHECK(world.next_batch().messages()[0].record.partition == 1);
  CHECK(world.store->is_at_end());
}

TEST_CASE("a replay whose rejects were changed meanwhile writes nothing") {
  for (const char* change : {R"(DELETE FROM guesses__rejects WHERE "offset" = 1)",
                             R"(UPDATE guesses__rejects SET "offset" = 7 WHERE "offset" = 1)",
                             "UPDATE guesses__rejects SET rowid = rowid + 10"}) {
    CAPTURE(change);
    Replayed world;
    world.begin_replay();
    const Batch batch = world.next_batch();
    execute(world.path, change);
    const Error error = error_of([&] { world.store->write(batch, 9, {}); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(says(error, "is not where it was"));
    CHECK(world.rows() == "1|ann");
  }
}

TEST_CASE("what is purged is chosen by reason and time, and the positions stay") {
  Replayed world;
  const std::string positions = world.positions();
  RejectStore store(world.table, world.lock_timeout, nullptr, world.stop, *world.clock);
  REQUIRE(store.acquire({}));
  int purges = 0;
  const auto purge = [&](const RejectFilter& filter) {
    const JobStart job{fmt::format("purge-{}", ++purges), "rejects purge", 0};
    return store
        .purge(filter, job,
               [](const RejectStore::Purged& purged) {
                 JobEnd end = succeeded();
                 end.message = fmt::format("{} are gone", purged.count);
                 return end;
               })
        .count;
  };
  CHECK(purge({.reason = "is a number", .before_ms = {}}) == 0);
  CHECK(purge({.reason = "is no number", .before_ms = 1'001}) == 1);
  CHECK(world.rejects() == "0@1 1@0");
  CHECK(purge({}) == 2);
  CHECK(ask(world.path,
            "SELECT job_id, state, message FROM sluice_jobs WHERE action LIKE '%purge'") ==
        "purge-2|succeeded|1 are gone purge-3|succeeded|2 are gone");
  CHECK(world.rejects().empty());
  CHECK(world.positions() == positions);
}

TEST_CASE("a reason is told without the value that it names") {
  for (const auto& [reason, without] :
       {std::pair{"\"ten\" is not an integer of 64 bits", "is not an integer of 64 bits"},
        {"\"say \\\"x\\\"\" is not UTF-8", "is not UTF-8"},
        {"42.5 has more than 0 digits after the point", "has more than 0 digits after the point"},
        {"-1 is less than min 0", "is less than min 0"},
        {"true is not base64", "is not base64"},
        {"{\"a\": [1, 2]} is not a number", "is not a number"},
        {"the value is null, and the column is not nullable",
         "the value is null, and the column is not nullable"},
        {"not JSON: something is wrong", "not JSON: something is wrong"},
        {"", ""}}) {
    CHECK(without_value(reason) == without);
  }
}
