#include <doctest/doctest.h>

#include <filesystem>

#include "store/build.h"
#include "store/existing_table.h"
#include "store/independent_rows.h"
#include "store/layout.h"
#include "store_fixture.h"
#include "support/capture.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::store_test;
using sluice::test::holds;

namespace {

std::string columns_of(const std::string& path, const std::string& table) {
  return ask(path, "SELECT name, type, \"notnull\", pk FROM pragma_table_info('" + table + "')");
}

// What positions() says where the user's table was made like this.
std::string verdict_on(StoreWorld& world, const std::string& create) {
  execute(world.path, create);
  try {
    world.store()->positions();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::definition);
    return error.what();
  }
  return "fits";
}

}  // namespace

TEST_CASE("a table that is missing is made as the dataset declares it") {
  StoreWorld world;
  world.table.declared[2].nullable = true;
  world.table.declared.push_back({"ratio", ColumnType::real, true, {}});
  world.table.declared.push_back({"won", ColumnType::boolean, true, {}});
  world.table.declared.push_back({"tags", ColumnType::json, true, {}});
  world.table.primary_key = {"name", "index"};
  world.table.indexes = {{"points"}, {"name", "points"}, {"name_points"}};
  world.table.declared.push_back({"name_points", ColumnType::text, true, {}});
  world.begin("job-1");
  CHECK(columns_of(world.path, "guesses") ==
        "index|INTEGER|1|2 points|INTEGER|0|0 name|TEXT|0|1 ratio|REAL|0|0 won|INTEGER|0|0"
        " tags|TEXT|0|0 name_points|TEXT|0|0");
  CHECK(ask(world.path,
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name "
            "= 'guesses'") ==
        "guesses__by_points guesses__by_name_points guesses__by_name_points_2");
}

TEST_CASE("values are kept as they are given, by the type that SQLite is told") {
  StoreWorld world;
  const auto add = [&world](const char* name, const ColumnSpec& spec) {
    world.table.declared.push_back({name, spec, true, {}});
  };
  ColumnSpec price = ColumnType::decimal;
  price.scale = 2;
  add("price", price);
  price.storage = DecimalStorage::integer;
  add("cents", price);
  price.storage = DecimalStorage::real;
  add("about", price);
  add("day", ColumnType::date);
  add("at", ColumnType::datetime);
  add("raw", ColumnType::blob);
  world.begin("job-1");
  CHECK(holds(
      columns_of(world.path, "guesses"),
      "price|TEXT|0|0 cents|INTEGER|0|0 about|REAL|0|0 day|TEXT|0|0 at|TEXT|0|0 raw|BLOB|0|0"));
  execute(world.path,
          R"(INSERT INTO guesses VALUES (1, 2, 'x', '1.50', 150, 1.5, '2026-11-23',
             '2026-11-23T03:41:19Z', x'00'))");
  CHECK(ask(world.path, "SELECT price, cents, about, typeof(price), typeof(raw) FROM guesses") ==
        "1.50|150|1.5|text|blob");
}

TEST_CASE("a column that is there already must keep what it is given") {
  using enum ColumnType;
  struct Case {
    ColumnSpec spec;
    const char* declared;
    std::string_view fault;  // empty where it fits
  };
  ColumnSpec money = decimal;
  ColumnSpec cents = decimal;
  cents.storage = DecimalStorage::integer;
  constexpr std::string_view number_of_text = "would turn texts into numbers";
  const Case cases[] = {
      {text, "", ""},
      {text, "TEXT", ""},
      {text, "VARCHAR(10)", ""},
      {text, "STRING", number_of_text},
      {text, "INTEGER", number_of_text},
      {text, "BLOB", ""},
      {money, "DECIMAL(10,2)", number_of_text},
      {money, "NUMERIC", number_of_text},
      {money, "REAL", number_of_text},
      {money, "TEXT", ""},
      {cents, "DECIMAL(10,2)", ""},
      {json, "JSON", number_of_text},
      {date, "DATE", ""},
      {datetime, "DATETIME", ""},
      {datetime, "TIMESTAMP", ""},
      {integer, "BIGINT", ""},
      {integer, "TEXT", ""},
      {integer, "DOUBLE", "would turn large integers into others"},
      {boolean, "BOOLEAN", ""},
      {boolean, "REAL", ""},
      {real, "REAL", ""},
      {real, "NUMERIC", ""},
      {real, "TEXT", "would turn numbers into texts of 15 digits"},
      {blob, "TEXT", ""},
      {blob, "INTEGER", ""},
      {text, "INTEGER PRIMARY KEY", "an INTEGER PRIMARY KEY holds integers only"},
      {date, "INTEGER PRIMARY KEY", "an INTEGER PRIMARY KEY holds integers only"},
      {integer, "INTEGER PRIMARY KEY", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(name_of(c.spec.type));
    CAPTURE(c.declared);
    StoreWorld world;
    world.table.declared.push_back({"c", c.spec, true, {}});
    world.table.columns.push_back({"c", c.spec, true, std::size_t{3}});
    const std::string verdict = verdict_on(
        world,
        fmt::format(R"(CREATE TABLE guesses ("index", points, name, c {}))", c.declared).c_str());
    CAPTURE(verdict);
    if (c.fault.empty()) {
      CHECK(verdict == "fits");
    } else {
      CHECK(holds(verdict, "cannot keep the values of \"c\" of type"));
      CHECK(holds(verdict, c.fault));
    }
  }
}

TEST_CASE("a STRICT table must have the types that rows bring") {
  StoreWorld world;
  const auto verdict = [&world](const char* types) {
    std::filesystem::remove(world.path);
    return verdict_on(world, fmt::format("CREATE TABLE guesses ({}) STRICT", types).c_str());
  };
  CHECK(verdict(R"("index" INTEGER, points INT, name TEXT)") == "fits");
  CHECK(verdict(R"("index" ANY, points ANY, name ANY)") == "fits");
  const std::string told = verdict(R"("index" TEXT, points REAL, name BLOB)");
  CHECK(holds(told, R"("index" of type integer: the table is STRICT)"));
  CHECK(holds(told, "declared real, not integer"));
  CHECK(holds(told, "declared blob, not text"));
}

TEST_CASE("provenance adds its columns with a unique index") {
  StoreWorld world;
  world.table.provenance = true;
  world.begin("job-1");
  CHECK(holds(columns_of(world.path, "guesses"),
              "_source|TEXT|1|0 _topic|TEXT|1|0 _generation|INTEGER|1|0 _partition|INTEGER|1|0"
              " _offset|INTEGER|1|0"));
  CHECK(ask(world.path, "SELECT \"unique\", name FROM pragma_index_list('guesses')") ==
        "1|guesses__provenance");
}

TEST_CASE("a table whose forerunner was renamed finds free names for its indexes") {
  StoreWorld world;
  world.table.provenance = true;
  world.table.indexes = {{"name"}};
  world.begin("job-1");
  execute(world.path,
          "ALTER TABLE guesses RENAME TO old; DROP TABLE guesses__metadata;"
          "CREATE TABLE guesses__provenance_2 (x)");
  world.begin("job-2");
  CHECK(ask(world.path, "SELECT name FROM pragma_index_list('guesses') ORDER BY name") ==
        "guesses__by_name_2 guesses__provenance_3");
  Database database(world.path, Database::Mode::look, {});
  const auto existing = look_at_table(database, "guesses");
  REQUIRE(existing);
  CHECK(rows_are_independent(*existing, world.table));
}

TEST_CASE("a table that a build adds beside others finds free names for its indexes") {
  StoreWorld world;
  world.table.provenance = true;
  world.table.indexes = {{"name"}};
  world.begin("job-1");
  execute(world.path, "ALTER TABLE guesses RENAME TO old; DROP TABLE guesses__metadata");
  PlannedTable longer = world.table;
  longer.name = "guesses__by";
  longer.indexes = {{"name"}};
  DatabaseBuilder builder({world.table, longer}, {});
  REQUIRE(builder.plan().obstacles.empty());
  builder.run();
  CHECK(ask(world.path, "SELECT count(*) FROM pragma_index_list('guesses')") == "2");
  CHECK(ask(world.path, "SELECT count(*) FROM pragma_index_list('guesses__by')") == "2");
}

TEST_CASE("what stands beside the table has the columns that users were promised") {
  StoreWorld world;
  world.begin("job-1");
  const auto names = [&](const std::string& table) {
    return ask(world.path, "SELECT group_concat(name) FROM pragma_table_info('" + table + "')");
  };
  CHECK(names("guesses__metadata") ==
        "source,topic,partition,next_offset,end_offset,generation,cluster_id,topic_id,last_offset,"
        "last_timestamp_ms,last_hash,job_id,updated_at");
  CHECK(names("guesses__rejects") ==
        "source,topic,partition,offset,timestamp_ms,key,value,headers,column_name,reason,job_id,"
        "generation,reason_without_value");
  CHECK(names("guesses__gaps") ==
        "source,topic,partition,from_offset,to_offset,reason,job_id,noticed_at");
  CHECK(names("guesses__anchors") == "source,topic,partition,generation,offset,timestamp_ms,hash");
  CHECK(names("sluice_jobs") ==
        "job_id,action,table_name,state,stop_reason,started_at,ended_at,messages,inserted,updated,"
        "deleted,unchanged,filtered,tombstones,rejected,exit_code,message,report");
  CHECK(ask(world.path, "SELECT * FROM sluice_meta") == "layout|1");
  CHECK(ask(world.path, "PRAGMA user_version") == "0");
  CHECK(ask(world.path, "PRAGMA application_id") == "0");
}

TEST_CASE("a table that is there already must fit") {
  StoreWorld world;
  struct Case {
    const char* create;
    std::vector<const char*> words;
  };
  const std::vector<Case> cases = {
      {R"(CREATE TABLE guesses ("INDEX", Points, name))", {"fits"}},
      {R"(CREATE TABLE guesses ("index", points, name, more, even TEXT NOT NULL DEFAULT 'x'))",
       {"fits"}},
      {R"(CREATE TABLE guesses ("index", points, name, id INTEGER PRIMARY KEY NOT NULL))",
       {"fits"}},
      {R"(CREATE TABLE guesses ("index", points, name, twice AS (points * 2) NOT NULL))", {"fits"}},
      {R"(CREATE TABLE guesses (name))",
       {R"(column "index" is missing: ALTER TABLE "guesses" ADD COLUMN "index" INTEGER NOT NULL)",
        R"(column "points" is missing: ALTER TABLE "guesses" ADD COLUMN "points" INTEGER)",
        "`sluice build prim` would extend it"}},
      {R"(CREATE TABLE guesses (name STRING, points))",
       {R"(cannot keep the values of "name" of type text)", R"(ADD COLUMN "index")",
        "when the rest is mended, `sluice build prim` would extend it"}},
      {R"(CREATE TABLE guesses ("index", points, name, a NOT NULL, "b""c" TEXT NOT NULL))",
       {R"(NOT NULL columns without a default that no row fills: "a", "b""c")"}},
      {R"(CREATE TABLE guesses ("index", points, name, id INTEGER PRIMARY KEY NOT NULL)
          WITHOUT ROWID)",
       {R"(no row fills: "id")"}},
      {R"(CREATE TABLE guesses ("index", name, points AS ("index" * 10)))",
       {R"(computes these columns itself: "points")"}},
      {R"(CREATE VIEW guesses AS SELECT 1 AS "index", 2 AS points, 3 AS name)", {"is a view"}},
      {R"(CREATE VIRTUAL TABLE guesses USING fts5("index", points, name))", {"is a virtual table"}},
  };
  for (const auto& [create, words] : cases) {
    CAPTURE_BINDING(create);
    std::filesystem::remove(world.path);
    const std::string verdict = verdict_on(world, create);
    CAPTURE(verdict);
    for (const char* expected : words) CHECK(holds(verdict, expected));
    if (verdict == "fits") continue;
    CHECK(holds(verdict, world.path));
    CHECK(error_of([&] { world.begin("job-1"); }).code() == ExitCode::definition);
    CHECK(ask(world.path, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sluice%'") == "0");
  }
}

TEST_CASE("a table that lacks the provenance is told so") {
  StoreWorld world;
  world.table.provenance = true;
  CHECK(holds(verdict_on(world, R"(CREATE TABLE guesses ("index", points, name, _offset))"),
              R"(column "_source" of the provenance is missing: )"));
}

TEST_CASE("a table without metadata is a new table and keeps its rows") {
  StoreWorld world;
  execute(
      world.path,
      R"(CREATE TABLE guesses ("index", points, name); INSERT INTO guesses VALUES (7, 8, 'old'))");
  CHECK(world.store()->positions().empty());
  world.begin("job-1")->write(BatchOfGuesses().row(1, "new"), 0, {});
  CHECK(world.rows() == "7|old 1|new");
}

TEST_CASE("positions without their table are not loaded on") {
  StoreWorld world;
  world.begin("job-1");
  execute(world.path, "DROP TABLE guesses");
  const Error error = error_of([&] { world.store()->positions(); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(says(error, R"(DROP TABLE "guesses__metadata")"));
}

TEST_CASE("a layout of a later program is left alone") {
  StoreWorld world;
  world.begin("job-1");
  execute(world.path, "UPDATE sluice_meta SET value = '2'");
  CHECK(says(error_of([&] { world.store()->positions(); }), "layout 2"));
}

TEST_CASE("triggers and foreign keys ask for row by row") {
  Database database(":memory:", Database::Mode::create, {});
  database.execute(
      "CREATE TABLE plain (a UNIQUE); CREATE TABLE child (a REFERENCES plain (a));"
      "CREATE TABLE watched (a); CREATE TRIGGER w AFTER INSERT ON Watched BEGIN SELECT 1; END");
  CHECK_FALSE(look_at_table(database, "plain")->must_be_written_row_by_row);
  CHECK(look_at_table(database, "child")->must_be_written_row_by_row);
  CHECK(look_at_table(database, "watched")->must_be_written_row_by_row);
  CHECK_FALSE(look_at_table(database, "missing"));
}
