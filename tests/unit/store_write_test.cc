#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cstdint>

#include "data/message_hash.h"
#include "store_fixture.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::store_test;
using sluice::test::holds;

namespace {

std::string rejects(const StoreWorld& world) {
  return ask(world.path, R"(SELECT topic || '/' || "partition" || '@' || "offset", column_name)"
                         " FROM guesses__rejects");
}

struct PickyTable {
  std::string create;
  std::string column;  // of the reject
  std::string reason;
};

// Five messages, of which number `bad` gives the row with index 13, that the table refuses.
struct FiveRows {
  FiveRows(const std::string& create, std::uint32_t bad) {
    execute(world.path, create);
    for (std::uint32_t i = 0; i < 5; ++i) batch.row(i == bad ? 13 : i + 1);
  }
  // Numbers of the rows that are in the table now, without those that were there before.
  std::string rows() const {
    return ask(world.path, R"(SELECT "index" - 1 FROM guesses WHERE points > 0 ORDER BY "index")");
  }
  StoreWorld world;
  BatchOfGuesses batch;
};

std::string numbers_without(std::uint32_t bad, std::uint32_t end) {
  std::string numbers;
  for (std::uint32_t i = 0; i < end; ++i) {
    if (i != bad) numbers += (numbers.empty() ? "" : " ") + std::to_string(i);
  }
  return numbers;
}

void check_without_budget(const PickyTable& table, std::uint32_t bad) {
  FiveRows five(table.create, bad);
  const Written written = five.world.begin("job-1")->write(five.batch, 0, {});
  REQUIRE(written.over_budget);
  CAPTURE(written.over_budget->reason);
  CHECK(holds(written.over_budget->reason, table.reason));
  CHECK(written.over_budget->message == bad);
  CHECK(written.counts.messages == bad);
  CHECK(written.counts.inserted == bad);
  CHECK(written.counts.rejected == 0);
  CHECK(five.rows() == numbers_without(bad, bad));
  CHECK(five.world.positions() == "sample/0|" + std::to_string(bad));
  CHECK(rejects(five.world).empty());
}

void check_with_budget(const PickyTable& table, std::uint32_t bad) {
  FiveRows five(table.create, bad);
  const Written written = five.world.begin("job-1")->write(five.batch, 1, {});
  CHECK_FALSE(written.over_budget);
  CHECK(written.counts.messages == 5);
  CHECK(written.counts.inserted == 4);
  CHECK(written.counts.rejected == 1);
  CHECK(five.rows() == numbers_without(bad, 5));
  CHECK(five.world.positions() == "sample/0|5");
  CHECK(rejects(five.world) == "sample/0@" + std::to_string(bad) + "|" + table.column);
  CHECK(holds(ask(five.world.path, "SELECT reason FROM guesses__rejects"), table.reason));
}

}  // namespace

TEST_CASE("rows, positions and counts are stored together") {
  StoreWorld world;
  const auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  BatchOfGuesses batch({0, 0});
  batch.row(1).fate(Fate::filtered, 1).fate(Fate::tombstone).row(2, "bob", 1);
  Counts before;
  before.messages = 100;
  const Written written = store->write(batch, 0, before);

  CHECK(written.counts.messages == 4);
  CHECK(written.counts.inserted == 2);
  CHECK(written.counts.filtered == 1);
  CHECK(written.counts.tombstones == 1);
  CHECK(written.counts.rejected == 0);
  CHECK_FALSE(written.over_budget);
  CHECK(written.advances.size() == 2);
  CHECK(world.rows() == "1|ann 2|bob");
  CHECK(world.positions() == "sample/0|2 sample/1|2");
  CHECK(ask(world.path, "SELECT messages, inserted, filtered, tombstones FROM sluice_jobs") ==
        "104|2|1|1");
}

TEST_CASE("whatever fails while a batch is stored, nothing of it is stored") {
  for (const char* step :
       {"UPDATE ON guesses__metadata", "INSERT ON guesses__rejects", "UPDATE ON sluice_jobs"}) {
    CAPTURE(step);
    StoreWorld world;
    const auto store = world.begin("job-1");
    store->write(BatchOfGuesses().row(1), 0, {});
    execute(world.path, std::string("CREATE TRIGGER broken BEFORE ") + step +
                            " BEGIN SELECT raise(ABORT, 'broken'); END");
    CHECK_THROWS_AS(store->write(BatchOfGuesses({1}).row(2).reject("bad").row(3), 9, {}), Error);
    CHECK(world.rows() == "1|ann");
    CHECK(world.positions() == "sample/0|1");
    CHECK(rejects(world).empty());
    CHECK(ask(world.path, "SELECT messages FROM sluice_jobs") == "1");
  }
}

TEST_CASE("the position remembers the last message, to know the log again") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  BatchOfGuesses batch({40});
  batch.row(1).row(2).prove(45);
  store->write(batch, 0, {});
  const std::uint64_t hash = hash_of(batch.batch().messages()[1].record);
  CHECK(ask(world.path,
            "SELECT next_offset, end_offset, last_offset, last_timestamp_ms, last_hash, job_id,"
            " generation, cluster_id FROM guesses__metadata") ==
        "45|1000|41|1041|" + std::to_string(static_cast<std::int64_t>(hash)) +
            "|job-1|1|cluster-a");

  SUBCASE("a proof alone moves it and keeps the last message") {
    store->write(BatchOfGuesses({45}).prove(2000), 0, {});
    CHECK(ask(world.path, "SELECT next_offset, end_offset, last_offset FROM guesses__metadata") ==
          "2000|2000|41");
  }
  SUBCASE("a proof of what is stored already changes nothing") {
    CHECK(store->write(BatchOfGuesses({45}).prove(45), 0, {}).advances.empty());
    CHECK(world.positions() == "sample/0|45");
  }
  SUBCASE("a message that comes again is a bug that writes nothing") {
    CHECK(error_of([&] { store->write(BatchOfGuesses({44}).row(9), 0, {}); }).code() ==
          ExitCode::our_bug);
    CHECK(world.rows() == "1|ann 2|ann");
  }
}

TEST_CASE("provenance is that of each row's message") {
  StoreWorld world;
  world.table.provenance = true;
  PlannedPartition second = stored_partition("orders", 7, 90);
  second.is_stored = false;
  second.generation = 3;
  const auto store = world.begin("job-1", {partition("sample", 0), second});
  store->write(BatchOfGuesses({5, 90}).row(1).row(2, "bob", 1).row(3), 0, {});
  CHECK(ask(world.path,
            R"(SELECT "index", _source, _topic, _generation, _partition, _offset FROM guesses)") ==
        "1|game|sample|1|0|5 2|game|orders|3|7|90 3|game|sample|1|0|6");
}

TEST_CASE("provenance is that of each row's message, also behind messages that gave no row") {
  StoreWorld world;
  world.table.provenance = true;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses({5}).fate(Fate::tombstone).row(1).reject("bad").row(2), 9, {});
  CHECK(ask(world.path, R"(SELECT "index", _offset FROM guesses)") == "1|6 2|8");
}

TEST_CASE("names that need quotes work everywhere, two tables stand side by side") {
  StoreWorld world;
  world.begin("job-0")->write(BatchOfGuesses().row(5), 0, {});
  world.table.name = "select";
  world.table.declared[2].name = R"(a"b)";
  world.table.columns[2].name = R"(a"b)";
  world.table.primary_key = {R"(a"b)"};
  world.table.indexes = {{R"(a"b)", "index"}};
  world.table.provenance = true;
  const auto store = world.begin("job-1");
  const Written written =
      store->write(BatchOfGuesses().row(1, "x").row(2, "x").reject("bad").row(3, "y"), 5, {});
  CHECK(written.counts.inserted == 2);
  CHECK(ask(world.path, R"(SELECT "index", "a""b" FROM "select")") == "1|x 3|y");
  CHECK(ask(world.path, R"(SELECT "offset", column_name FROM "select__rejects")") ==
        R"(1|a"b 2|points)");
  CHECK(world.store()->positions().size() == 1);
  CHECK(world.rows() == "5|ann");
  CHECK(world.positions() == "sample/0|1");
}

TEST_CASE("a row that the table refuses is a reject, wherever it stands and whatever refuses it") {
  // The row with index 13 is the bad one.
  const PickyTable tables[] = {
      {R"(CREATE TABLE guesses ("index" CHECK (13 <> "index"), points, name))", "-",
       R"(breaks the table's CHECK: 13 <> "index")"},
      {R"(CREATE TABLE guesses ("index" UNIQUE, points, name); INSERT INTO guesses VALUES (13, 0, ''))",
       "index", "in the table already"},
      {R"(CREATE TABLE guesses ("index" UNIQUE ON CONFLICT REPLACE, points, name);
          INSERT INTO guesses VALUES (13, 0, ''))",
       "index", "in the table already"},
      {R"(CREATE TABLE guesses ("index", points, name, PRIMARY KEY (name, "index"));
          INSERT INTO guesses VALUES (13, 0, 'ann'))",
       "name, index", "in the table already"},
      {R"(CREATE TABLE guesses ("index", points, name,
          other AS (CASE "index" WHEN 13 THEN NULL ELSE 1 END) NOT NULL))",
       "other", "is NULL"},
      {R"(CREATE TABLE guesses ("index", points, name,
          other AS (CASE "index" WHEN 13 THEN abs(-9223372036854775807 - 1) END) STORED))",
       "-", "integer overflow"},
      {R"(CREATE TABLE guesses ("index", points, name);
          CREATE TRIGGER g BEFORE INSERT ON guesses WHEN new."index" = 13 BEGIN
          SELECT raise(ABORT, 'unlucky'); END)",
       "-", "refused by a trigger of the table: unlucky"},
      {R"(CREATE TABLE guesses ("index", points, name);
          CREATE TRIGGER g AFTER INSERT ON guesses WHEN new."index" = 13 BEGIN
          SELECT raise(FAIL, 'unlucky'); END)",
       "-", "refused by a trigger of the table: unlucky"},
      {R"(CREATE TABLE guesses ("index", points, name);
          CREATE TRIGGER g AFTER INSERT ON guesses WHEN new."index" = 13 BEGIN
          SELECT raise(ROLLBACK, 'unlucky'); END)",
       "-", "refused by a trigger of the table: unlucky"},
      {R"(CREATE TABLE numbers (n PRIMARY KEY); INSERT INTO numbers VALUES (1), (2), (3), (4), (5);
          CREATE TABLE guesses ("index" REFERENCES numbers, points, name))",
       "-", "FOREIGN KEY"},
      {R"(CREATE TABLE numbers (n PRIMARY KEY); INSERT INTO numbers VALUES (1), (2), (3), (4), (5);
          CREATE TABLE guesses ("index" REFERENCES numbers DEFERRABLE INITIALLY DEFERRED,
          points, name))",
       "-", "FOREIGN KEY"},
  };
  for (const PickyTable& table : tables) {
    for (std::uint32_t bad = 0; bad < 5; bad += 2) {
      CAPTURE(table.create);
      CAPTURE(bad);
      check_without_budget(table, bad);
      check_with_budget(table, bad);
    }
  }
}

TEST_CASE("a trigger may ignore a row, and its own conflict clauses hold") {
  StoreWorld world;
  execute(world.path,
          R"(CREATE TABLE guesses ("index", points, name); CREATE TABLE names (n PRIMARY KEY);
             CREATE TRIGGER i BEFORE INSERT ON guesses WHEN new."index" = 13 BEGIN
             SELECT raise(IGNORE); END;
             CREATE TRIGGER n AFTER INSERT ON guesses BEGIN
             INSERT OR IGNORE INTO names VALUES (new.name); END)");
  const Written written =
      world.begin("job-1")->write(BatchOfGuesses().row(1).row(13).row(2).row(3, "bob"), 0, {});
  CHECK(written.counts.inserted == 3);
  CHECK(written.counts.filtered == 1);
  CHECK(written.counts.messages == 4);
  CHECK(ask(world.path, "SELECT n FROM names") == "ann bob");
  CHECK(world.positions() == "sample/0|4");
}

TEST_CASE("the message that breaks the budget ends the batch, be it the decoder's or the table's") {
  struct Case {
    std::int64_t budget;
    const char* rows;
    const char* rejects;
    int end;
    int over;  // message, -1: none
  };
  // Message 1 is refused by the table, 3 and 5 by the decoder, 6 by the table.
  const Case cases[] = {
      {0, "1|ann", "", 1, 1},
      {1, "1|ann 3|ann", "sample/0@1|index", 3, 3},
      {2, "1|ann 3|ann 5|ann", "sample/0@1|index sample/0@3|points", 5, 5},
      {3, "1|ann 3|ann 5|ann", "sample/0@1|index sample/0@3|points sample/0@5|points", 6, 6},
      {4, "1|ann 3|ann 5|ann 8|ann",
       "sample/0@1|index sample/0@3|points sample/0@5|points sample/0@6|index", 8, -1},
      {no_limit, "1|ann 3|ann 5|ann 8|ann",
       "sample/0@1|index sample/0@3|points sample/0@5|points sample/0@6|index", 8, -1},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.budget);
    StoreWorld world;
    world.table.primary_key = {"index"};
    const auto store = world.begin("job-1");
    BatchOfGuesses batch;
    batch.row(1).row(1).row(3).reject("bad").row(5).reject("bad").row(3).row(8);
    const Written written = store->write(batch, expected.budget, {});
    CHECK(world.rows() == expected.rows);
    CHECK(rejects(world) == expected.rejects);
    CHECK(world.positions() == "sample/0|" + std::to_string(expected.end));
    CHECK(written.counts.messages == expected.end);
    CHECK((written.over_budget ? static_cast<int>(written.over_budget->message) : -1) ==
          expected.over);
  }
}

TEST_CASE("rejects of two passes are judged in the order of their messages") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  BatchOfGuesses batch;
  batch.row(1).fate(Fate::open).row(2).reject("decoder");
  batch.batch().reject(1, "name", "fitting");
  const Written written = store->write(batch, 0, {});
  REQUIRE(written.over_budget);
  CHECK(written.over_budget->message == 1);
  CHECK(written.over_budget->reason == "fitting");
  CHECK(world.rows() == "1|ann");
}

TEST_CASE("a reject keeps its message as it was received") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  Batch batch(0, 3, 1);
  Message message;
  message.offset = 3;
  message.key = std::string_view("k\0\xff", 3);
  message.value = "";
  message.headers = R"([["a","b"]])";
  batch.reject(batch.take(message), "", "empty");
  message.offset = 4;
  message.timestamp_ms = 77;
  message.key = message.value = message.headers = Bytes();
  batch.reject(batch.take(message), "name", "no value");
  store->write(batch, 2, {});
  CHECK(
      ask(world.path,
          R"(SELECT source, topic, "partition", "offset", timestamp_ms, hex("key"), typeof("key"),)"
          " typeof(value), headers, column_name, reason, job_id FROM guesses__rejects") ==
      R"(game|sample|0|3|-|6B00FF|blob|blob|[["a","b"]]|-|empty|job-1)"
      " game|sample|0|4|77||null|null|-|name|no value|job-1");
}

TEST_CASE("an empty batch writes nothing") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  CHECK(store->write(Batch(0, 3, 1), 0, {}).counts.messages == 0);
}

TEST_CASE("a table that somebody changes during the job is looked at again") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1), 0, {});

  SUBCASE("a new trigger has its say") {
    execute(world.path,
            R"(CREATE TRIGGER g AFTER INSERT ON guesses BEGIN SELECT raise(FAIL, 'no'); END)");
    CHECK(store->write(BatchOfGuesses({1}).row(2), 1, {}).counts.rejected == 1);
    CHECK(world.rows() == "1|ann");
  }
  SUBCASE("a lost column is no reject of every row") {
    execute(world.path, "ALTER TABLE guesses DROP COLUMN points");
    CHECK(error_of([&] { store->write(BatchOfGuesses({1}).row(2), 100, {}); }).code() ==
          ExitCode::definition);
    CHECK(world.positions() == "sample/0|1");
  }
  SUBCASE("nor is a trigger that does not work") {
    execute(
        world.path,
        R"(CREATE TRIGGER g AFTER INSERT ON guesses BEGIN INSERT INTO nowhere VALUES (1); END)");
    const Error error = error_of([&] { store->write(BatchOfGuesses({1}).row(2), 100, {}); });
    CHECK(error.code() == ExitCode::definition);
    CHECK(says(error, "nowhere"));
    CHECK(world.positions() == "sample/0|1");
  }
}

TEST_CASE("a message that nobody has decided is never passed over") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  BatchOfGuesses batch;
  batch.row(1).fate(Fate::open).row(2);
  const Error error = error_of([&] { store->write(batch, 0, {}); });
  CHECK(error.code() == ExitCode::our_bug);
  CHECK(world.rows() == "");
  CHECK(world.positions() == "sample/0|0");
}

TEST_CASE("what is dropped from a batch leaves neither row nor position") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  BatchOfGuesses batch;
  batch.row(1).reject("bad").row(2).fate(Fate::open).row(3).prove(9);
  batch.batch().drop_from(2);
  const Written written = store->write(batch, 5, {});
  CHECK(written.counts.messages == 2);
  CHECK(written.counts.rejected == 1);
  CHECK(world.rows() == "1|ann");
  CHECK(world.positions() == "sample/0|2");
}
