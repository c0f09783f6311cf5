// Upsert: one row a key, the last message of a key wins, and the counts tell what happened.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "store/existing_table.h"
#include "store/row_sql.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

struct UpsertWorld : StoreWorld {
  UpsertWorld() { table = upserted_guesses(path); }

  std::string rows() {
    return ask(path, R"(SELECT "index", points, name FROM guesses ORDER BY "index")");
  }
};

std::string told(const Counts& counts) {
  return fmt::format("{} inserted {} updated {} deleted {} unchanged {} filtered {} rejected",
                     counts.inserted, counts.updated, counts.deleted, counts.unchanged,
                     counts.filtered, counts.rejected);
}

// "inserted updated deleted unchanged"
std::string changes(const Written& written) {
  const Counts& counts = written.counts;
  return fmt::format("{} {} {} {}", counts.inserted, counts.updated, counts.deleted,
                     counts.unchanged);
}

Cell cell_of_text(std::string_view value) { return Cell::of_bytes(Cell::Kind::text, value); }

}  // namespace

TEST_CASE("a message of a key that is there changes its row: within a batch and across batches") {
  UpsertWorld world;
  const auto store = world.begin("job-1");
  const Written first =
      store->write(BatchOfGuesses().row(2, "ann").row(1, "bob").row(2, "cid").row(2, "dan"), 0, {});
  CHECK(changes(first) == "2 2 0 0");
  CHECK(first.counts.messages == 4);
  CHECK(world.rows() == "1|10|bob 2|20|dan");

  const Written second = store->write(BatchOfGuesses({4}).row(3, "eve").row(1, "fay"), 0, {});
  CHECK(changes(second) == "1 1 0 0");
  CHECK(world.rows() == "1|10|fay 2|20|dan 3|30|eve");
  CHECK(world.positions() == "sample/0|6");
  CHECK(ask(world.path, "SELECT inserted, updated FROM sluice_jobs") == "1|1");
}

TEST_CASE("an update to the values that are there already is an update") {
  UpsertWorld world;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1, "ann"), 0, {});
  CHECK(changes(store->write(BatchOfGuesses({1}).row(1, "ann"), 0, {})) == "0 1 0 0");
}

TEST_CASE("of several partitions the message that arrived last wins") {
  UpsertWorld world;
  const auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  store->write(BatchOfGuesses({0, 0}).row(1, "ann", 1).row(1, "bob", 0).row(1, "cid", 1), 0, {});
  CHECK(world.rows() == "1|10|cid");
}

TEST_CASE(
    "a column that is not mapped has its default in a new row and stays in one that is there") {
  UpsertWorld world;
  world.table.columns[1].from = PlannedConstant(std::int64_t{7});
  world.table.columns[1].is_mapped = false;
  execute(world.path,
          R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name, note DEFAULT 'new');
             INSERT INTO guesses VALUES (1, 100, 'old', 'mine'))");
  const auto store = world.begin("job-1");
  const Cell seven = Cell::of_integer(7);
  store->write(BatchOfGuesses()
                   .row(Cell::of_integer(1), seven, cell_of_text("ann"))
                   .row(Cell::of_integer(2), seven, cell_of_text("bob")),
               0, {});
  CHECK(ask(world.path, "SELECT * FROM guesses") == "1|100|ann|mine 2|7|bob|new");
}

TEST_CASE("a table of keys alone can be upserted into") {
  UpsertWorld world;
  world.table.declared.resize(1);
  world.table.columns.resize(1);
  const auto store = world.begin("job-1");
  Batch batch(0, 1, 1);
  Message message;
  for (const std::int64_t key : {4, 5, 4}) {
    batch.add_row(batch.take(message))[0] = Cell::of_integer(key);
    ++message.offset;
  }
  CHECK(changes(store->write(batch, 0, {})) == "2 1 0 0");
  CHECK(ask(world.path, "SELECT * FROM guesses") == "4 5");
}

TEST_CASE("a tombstone deletes the row of its key, and a later message makes a new one") {
  UpsertWorld world;
  const auto store = world.begin("job-1");
  const Written first = store->write(
      BatchOfGuesses().row(1).row(2).tombstone(1).tombstone(1).tombstone(9).row(3).row(3), 0, {});
  CHECK(changes(first) == "3 1 1 0");
  CHECK(first.counts.tombstones == 3);
  CHECK(first.counts.messages == 7);
  CHECK(world.rows() == "2|20|ann 3|30|ann");

  const Written second =
      store->write(BatchOfGuesses({7}).tombstone(2).row(2, "bob").tombstone(3), 0, {});
  CHECK(changes(second) == "1 0 2 0");
  CHECK(world.rows() == "2|20|bob");
}

TEST_CASE("a tombstone deletes the row that an upsert of its key would change, and no other") {
  struct Case {
    const char* create;
    const char* left;
  };
  for (const Case& c :
       {Case{"CREATE TABLE guesses (name TEXT NOT NULL, points, \"index\", PRIMARY KEY (name))",
             "Ann bob"},
        {"CREATE TABLE guesses (name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY, points, \"index\")",
         "bob"},
        {"CREATE TABLE guesses (name TEXT NOT NULL, points, \"index\","
         " PRIMARY KEY (name COLLATE NOCASE))",
         "bob"},
        {"CREATE TABLE guesses (name TEXT NOT NULL COLLATE NOCASE, points, \"index\");"
         "CREATE UNIQUE INDEX by_bytes ON guesses (name COLLATE BINARY)",
         "Ann bob"}}) {
    CAPTURE(c.create);
    UpsertWorld world;
    world.table.primary_key = {"name"};
    world.table.key_cells = {2};
    execute(world.path, c.create);
    execute(world.path, "INSERT INTO guesses (name) VALUES ('Ann'), ('bob')");
    const auto store = world.begin("job-1");
    Batch batch(3, 4, 1);
    Message message;
    batch.add_row(batch.take(message))[2] = cell_of_text("ann");
    batch.messages()[0].fate = Fate::tombstone;
    store->write(batch, 0, {});
    CHECK(ask(world.path, "SELECT name FROM guesses ORDER BY 1") == c.left);
  }
}

TEST_CASE("a tombstone is looked up by all columns of its key, whatever their types") {
  for (const char* end : {"", " WITHOUT ROWID"}) {
    CAPTURE(end);
    UpsertWorld world;
    world.table.primary_key = {"name", "index"};
    world.table.key_cells = {2, 0};
    execute(world.path,
            std::string("CREATE TABLE guesses (name TEXT NOT NULL, \"index\" INTEGER NOT"
                        " NULL, points, PRIMARY KEY (name, \"index\"))") +
                end);
    Database database(world.path, Database::Mode::look, {});
    BatchTable batch_table(world.table.columns.size());
    batch_table.register_with(database);
    const auto table = look_at_table(database, "guesses");
    const std::string plan =
        rows_of(database, "EXPLAIN QUERY PLAN " +
                              delete_sql(world.table, key_collations(table, world.table), "true"));
    CAPTURE(plan);
    CHECK(plan.find("SEARCH guesses") != std::string::npos);
    CHECK(plan.find("(name=? AND index=?)") != std::string::npos);
    CHECK(plan.find("(name=?)") == std::string::npos);
    CHECK(plan.find("SCAN guesses") == std::string::npos);
  }
}

TEST_CASE("a row that comes after a tombstone of its key knows nothing of the row before it") {
  UpsertWorld world;
  execute(world.path,
          R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name, note DEFAULT 'new');
             INSERT INTO guesses VALUES (1, 10, 'old', 'mine'))");
  world.begin("job-1")->write(BatchOfGuesses().tombstone(1).row(1), 0, {});
  CHECK(ask(world.path, "SELECT note FROM guesses") == "new");
}

TEST_CASE("newest_by: a row only replaces one whose value is not greater") {
  UpsertWorld world;
  world.table.newest_by = 1;
  const auto row = [](std::int64_t key, std::int64_t points) {
    return std::pair(Cell::of_integer(key), Cell::of_integer(points));
  };
  BatchOfGuesses batch;
  for (const auto& [key, points] : {row(1, 5), row(1, 4), row(1, 6), row(2, 3), row(1, 6)}) {
    batch.row(key, points, cell_of_text("ann"));
  }
  const auto store = world.begin("job-1");
  CHECK(changes(store->write(batch, 0, {})) == "2 2 0 1");
  CHECK(world.rows() == "1|6|ann 2|3|ann");

  BatchOfGuesses more({5});
  more.row(Cell::of_integer(1), Cell::of_integer(5), cell_of_text("bob"))
      .row(Cell::of_integer(2), Cell::of_integer(3), cell_of_text("bob"))
      .tombstone(1)
      .row(Cell::of_integer(1), Cell::of_integer(1), cell_of_text("cid"));
  CHECK(changes(store->write(more, 0, {})) == "1 1 1 1");
  CHECK(world.rows() == "1|1|cid 2|3|bob");
}

TEST_CASE("newest_by: NULL is older than every value") {
  UpsertWorld world;
  world.table.newest_by = 1;
  const auto store = world.begin("job-1");
  BatchOfGuesses batch;
  const Cell key = Cell::of_integer(1);
  batch.row(key, Cell::null(), cell_of_text("a")).row(key, Cell::null(), cell_of_text("b"));
  CHECK(changes(store->write(batch, 0, {})) == "1 1 0 0");
  CHECK(world.rows() == "1|-|b");
  BatchOfGuesses more({2});
  more.row(key, Cell::of_integer(-5), cell_of_text("c")).row(key, Cell::null(), cell_of_text("d"));
  CHECK(changes(store->write(more, 0, {})) == "0 1 0 1");
  CHECK(world.rows() == "1|-5|c");
}

TEST_CASE("newest_by compares decimals and times as what they are, not as their text") {
  struct Case {
    ColumnSpec spec;
    const char* stored;
    const char* older;
    const char* newer;
  };
  ColumnSpec decimal = ColumnType::decimal;
  decimal.scale = 2;
  const Case cases[] = {
      {decimal, "10.00", "9.00", "100.00"},
      {decimal, "-10.00", "-100.00", "-9.00"},
      {decimal, "0.10", "-0.20", "0.20"},
      {decimal, "99999999999999999999999999.01", "99999999999999999999999999.00",
       "99999999999999999999999999.02"},
      {ColumnType::datetime, "2026-11-23T03:41:19.000000Z", "2026-11-23T03:41:18.999999Z",
       "2026-11-23T03:41:19.000001Z"},
      // As a row of another day's definition, or of somebody else, may have it.
      {ColumnType::datetime, "2026-11-23T03:41:19Z", "2026-11-23T03:41:18.999999Z",
       "2026-11-23T03:41:19.000001Z"},
      {ColumnType::datetime, "2026-11-23T05:41:19+02:00", "2026-11-23T03:41:18.999999Z",
       "2026-11-23T03:41:19.000000Z"},
      {ColumnType::date, "2026-11-23", "2026-11-22", "2026-11-23"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.stored);
    UpsertWorld world;
    world.table.newest_by = 2;
    world.table.declared[2].spec = world.table.columns[2].spec = c.spec;
    const auto store = world.begin("job-1");
    execute(world.path, fmt::format("INSERT INTO guesses VALUES (1, 0, '{}')", c.stored));
    CHECK(changes(store->write(BatchOfGuesses().row(1, c.older), 0, {})) == "0 0 0 1");
    CHECK(changes(store->write(BatchOfGuesses({1}).row(1, c.newer), 0, {})) == "0 1 0 0");
    CHECK(world.rows() == std::string("1|10|") + c.newer);
  }
}

TEST_CASE("newest_by: what cannot be compared with the row that is there is a reject") {
  UpsertWorld world;
  world.table.newest_by = 2;
  world.table.declared[2].spec = world.table.columns[2].spec = ColumnType::datetime;
  const auto store = world.begin("job-1");
  execute(world.path, "INSERT INTO guesses VALUES (1, 0, 'yesterday')");
  const Written written = store->write(
      BatchOfGuesses().row(1, "2026-11-23T03:41:19.000000Z").row(2, "2026-11-23T03:41:19.000000Z"),
      1, {});
  CHECK(told(written.counts) == "1 inserted 0 updated 0 deleted 0 unchanged 0 filtered 1 rejected");
  CHECK(ask(world.path, "SELECT reason FROM guesses__rejects").find("yesterday") !=
        std::string::npos);
}

TEST_CASE("provenance is that of the message that wrote the row last") {
  UpsertWorld world;
  world.table.provenance = true;
  const auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  store->write(BatchOfGuesses({5, 90}).row(1).row(2, "bob", 1).row(1, "cid", 1), 0, {});
  store->write(BatchOfGuesses({6, 92}).row(2), 0, {});
  CHECK(ask(world.path, R"(SELECT "index", name, _partition, _offset FROM guesses)") ==
        "1|cid|1|91 2|ann|0|6");
}

TEST_CASE("a row that the table refuses is a reject in an upsert, too, be it new or there") {
  struct Case {
    const char* create;
    const char* refused;  // column and a part of the reason
  };
  const Case cases[] = {
      {R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name CHECK (name <> 'bad')))",
       "-|breaks the table's CHECK"},
      {R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name UNIQUE);
          INSERT INTO guesses VALUES (99, 0, 'bad'))",
       "name|a row with this value is in the table"},
      {R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name,
          CONSTRAINT u UNIQUE (name) ON CONFLICT REPLACE);
          INSERT INTO guesses VALUES (99, 0, 'bad'))",
       "name|a row with this value is in the table"},
      {R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
          CREATE TRIGGER g BEFORE UPDATE ON guesses WHEN new.name = 'bad' BEGIN
          SELECT raise(ABORT, 'unlucky'); END;
          CREATE TRIGGER h BEFORE INSERT ON guesses WHEN new.name = 'bad' BEGIN
          SELECT raise(FAIL, 'unlucky'); END)",
       "-|refused by a trigger of the table: unlucky"},
      {R"(CREATE TABLE names (n PRIMARY KEY);
          INSERT INTO names VALUES ('ann'), ('bob'), ('cid');
          CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name REFERENCES names))",
       "-|breaks a FOREIGN KEY"},
  };
  for (const Case& c : cases) {
    for (const std::int64_t key : {1, 2}) {  // 1 is there, 2 is new
      CAPTURE(c.create);
      CAPTURE(key);
      UpsertWorld world;
      execute(world.path, c.create);
      const auto store = world.begin("job-1");
      store->write(BatchOfGuesses().row(1, "ann"), 0, {});
      const Written written =
          store->write(BatchOfGuesses({1}).row(3, "bob").row(key, "bad").row(1, "cid"), 1, {});
      CHECK(told(written.counts) ==
            "1 inserted 1 updated 0 deleted 0 unchanged 0 filtered 1 rejected");
      CHECK(ask(world.path, R"(SELECT "index", name FROM guesses WHERE "index" < 99)") ==
            "1|cid 3|bob");
      CHECK(ask(world.path, "SELECT column_name, reason FROM guesses__rejects").find(c.refused) ==
            0);
    }
  }
}

TEST_CASE("a tombstone that the table refuses is a reject") {
  for (const char* create : {R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
           CREATE TRIGGER g BEFORE DELETE ON guesses WHEN old."index" = 1 BEGIN
           SELECT raise(ABORT, 'unlucky'); END)",
                             R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
           CREATE TABLE bets (g REFERENCES guesses); INSERT INTO bets SELECT 1
           WHERE EXISTS (SELECT 1 FROM guesses))",
                             R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
           CREATE TABLE bets (g REFERENCES guesses DEFERRABLE INITIALLY DEFERRED))"}) {
    CAPTURE(create);
    UpsertWorld world;
    execute(world.path, create);
    const auto store = world.begin("job-1");
    store->write(BatchOfGuesses().row(1).row(2), 0, {});
    if (std::string_view(create).find("bets") != std::string_view::npos) {
      execute(world.path, "INSERT INTO bets VALUES (1)");
    }
    const Written written = store->write(BatchOfGuesses({2}).tombstone(2).tombstone(1), 1, {});
    CHECK(told(written.counts) ==
          "0 inserted 0 updated 1 deleted 0 unchanged 0 filtered 1 rejected");
    CHECK(world.rows() == "1|10|ann");
  }
}

TEST_CASE("a trigger may ignore a row that is new or there, and a tombstone") {
  UpsertWorld world;
  execute(world.path, R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
      CREATE TRIGGER i BEFORE INSERT ON guesses WHEN new."index" = 13 BEGIN
      SELECT raise(IGNORE); END;
      CREATE TRIGGER u BEFORE UPDATE ON guesses WHEN old."index" = 7 BEGIN
      SELECT raise(IGNORE); END;
      CREATE TRIGGER d BEFORE DELETE ON guesses WHEN old."index" = 8 BEGIN
      SELECT raise(IGNORE); END)");
  const Written written = world.begin("job-1")->write(
      BatchOfGuesses().row(13).row(7).row(7, "bob").row(8).row(8, "bob").tombstone(8), 0, {});
  CHECK(told(written.counts) == "2 inserted 1 updated 0 deleted 0 unchanged 2 filtered 0 rejected");
  CHECK(written.counts.tombstones == 1);
  CHECK(world.rows() == "7|70|ann 8|80|bob");
}

TEST_CASE("the rows of a message are updated all or none") {
  UpsertWorld world;
  world.table.has_elements = true;
  execute(world.path,
          R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name CHECK (name <> 'bad'));
             INSERT INTO guesses VALUES (1, 0, 'old'), (2, 0, 'old'))");
  Batch batch(0, 3, 1);
  const auto add = [&batch](std::uint32_t record, std::int64_t key, std::string_view name) {
    const std::span<Cell> row = batch.add_row(record);
    row[0] = Cell::of_integer(key);
    row[1] = Cell::of_integer(5);
    row[2] = cell_of_text(name);
  };
  Message message;
  add(batch.take(message), 1, "new");
  batch.add_element(1);
  add(1, 2, "bad");
  message.offset = 1;
  batch.take(message);
  add(2, 1, "ann");
  batch.add_element(1);
  add(3, 1, "bob");
  const Written written = world.begin("job-1")->write(batch, 1, {});
  CHECK(told(written.counts) == "0 inserted 2 updated 0 deleted 0 unchanged 0 filtered 1 rejected");
  CHECK(world.rows() == "1|5|bob 2|0|old");
}

TEST_CASE("an upsert into a table that lacks the key ends with the statement that would make it") {
  UpsertWorld world;
  execute(world.path, R"(CREATE TABLE guesses ("index" INTEGER NOT NULL, points, name NOT NULL))");
  const Error error = error_of([&] { world.begin("job-1"); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(says(error, R"(CREATE UNIQUE INDEX "guesses__key" ON "guesses" ("index"))"));
  execute(world.path, R"(CREATE UNIQUE INDEX u ON guesses ("index"))");
  const Written written = world.begin("job-1")->write(BatchOfGuesses().row(1).row(1, "b"), 0, {});
  CHECK(changes(written) == "1 1 0 0");
}

namespace {

// What one message of the property test does.
struct Event {
  std::int64_t key = 0;
  std::int64_t points = 0;
  bool is_tombstone = false;
  const char* name = "ann";
};

std::vector<Event> random_events(std::mt19937& random, std::size_t count) {
  constexpr const char* names[] = {"ann", "bob", "cid", "bad", "dan"};
  const auto below = [&random](unsigned limit) {
    return static_cast<std::int64_t>(random() % limit);
  };
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    events.push_back({below(8) - 3, below(10), below(5) == 0, names[below(5)]});
  }
  return events;
}

struct Outcome {
  std::string rows;
  std::string counts;
  bool operator==(const Outcome&) const = default;
};

// Writes the events in batches of random sizes, or of one each.
Outcome load(const std::string& create, bool newest, const std::vector<Event>& events,
             std::mt19937* random) {
  UpsertWorld world;
  if (newest) world.table.newest_by = 1;
  world.table.provenance = create.empty();
  if (!create.empty()) execute(world.path, create);
  const auto store = world.begin("job-1");
  Counts sum;
  for (std::size_t at = 0; at < events.size();) {
    const std::size_t size = random == nullptr ? 1 : 1 + (*random)() % 12;
    BatchOfGuesses batch({static_cast<Offset>(at)});
    for (const std::size_t end = std::min(at + size, events.size()); at < end; ++at) {
      const Event& event = events[at];
      if (event.is_tombstone) {
        batch.tombstone(event.key);
      } else {
        batch.row(Cell::of_integer(event.key), Cell::of_integer(event.points),
                  cell_of_text(event.name));
      }
    }
    sum += store->write(batch, no_limit, sum).counts;
  }
  return {ask(world.path, R"(SELECT * FROM guesses ORDER BY "index")"), told(sum)};
}

// What a person would say that upsert means.
Outcome expected(bool newest, const std::vector<Event>& events) {
  struct Row {
    Event event;
    std::size_t offset;
  };
  std::map<std::int64_t, Row> table;
  Counts counts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    const auto row = table.find(event.key);
    if (event.is_tombstone) {
      counts.deleted += static_cast<std::int64_t>(table.erase(event.key));
    } else if (row == table.end()) {
      table[event.key] = {event, i};
      ++counts.inserted;
    } else if (newest && row->second.event.points > event.points) {
      ++counts.unchanged;
    } else {
      row->second = {event, i};
      ++counts.updated;
    }
  }
  std::string rows;
  for (const auto& [key, row] : table) {
    rows += fmt::format("{}{}|{}|{}|game|sample|1|0|{}", rows.empty() ? "" : " ", key,
                        row.event.points, row.event.name, row.offset);
  }
  return {rows, told(counts)};
}

}  // namespace

TEST_CASE("however messages fall into batches, an upsert ends in the same table and counts") {
  const std::string tables[] = {
      "",  // ours, with provenance
      R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name))",
      R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name) WITHOUT ROWID)",
      R"(CREATE TABLE guesses ("index" TEXT PRIMARY KEY, points, name))",
      R"(CREATE TABLE guesses ("index" PRIMARY KEY, points, name CHECK (name <> 'bad')))",
      R"(CREATE TABLE guesses ("index" PRIMARY KEY, points UNIQUE, name))",
      R"(CREATE TABLE guesses ("index" UNIQUE NOT NULL, points, name, n AS (abs(points))))",
      R"(CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name);
         CREATE TRIGGER i BEFORE INSERT ON guesses WHEN new.points = 3 BEGIN
         SELECT raise(IGNORE); END;
         CREATE TRIGGER u BEFORE UPDATE ON guesses WHEN new.points = 4 BEGIN
         SELECT raise(IGNORE); END;
         CREATE TRIGGER d BEFORE DELETE ON guesses WHEN old.name = 'bad' BEGIN
         SELECT raise(ABORT, 'no'); END)",
      R"(CREATE TABLE names (n PRIMARY KEY); INSERT INTO names VALUES ('ann'), ('bob'), ('cid');
         CREATE TABLE guesses ("index" INTEGER PRIMARY KEY, points, name REFERENCES names))",
  };
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3; ++round) {
    const std::vector<Event> events = random_events(random, 60);
    for (const bool newest : {false, true}) {
      for (const std::string& table : tables) {
        CAPTURE(table);
        const Outcome one_by_one = load(table, newest, events, nullptr);
        const Outcome in_batches = load(table, newest, events, &random);
        CHECK(in_batches.rows == one_by_one.rows);
        CHECK(in_batches.counts == one_by_one.counts);
        if (table.empty()) CHECK(in_batches == expected(newest, events));
      }
    }
  }
}
