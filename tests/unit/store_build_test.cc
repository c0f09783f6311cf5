#include <doctest/doctest.h>

#include <filesystem>

#include "store/build.h"
#include "store/layout.h"
#include "store/session.h"
#include "store/side_tables.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

std::vector<std::string> build(const PlannedTable& table) {
  DatabaseBuilder builder({table}, {});
  const std::vector<std::string> sql = builder.plan().sql;
  CHECK(builder.plan().obstacles.empty());
  if (!sql.empty()) builder.run();
  return sql;
}

std::string schema_of(const std::string& path) {
  return ask(path, "SELECT sql FROM sqlite_schema ORDER BY name");
}

}  // namespace

TEST_CASE("a build makes what a load would make, and leaves no other file behind") {
  StoreWorld world;
  StoreWorld loaded;
  for (StoreWorld* each : {&world, &loaded}) {
    each->table.primary_key = {"index"};
    each->table.indexes = {{"name"}};
    each->table.provenance = true;
  }
  CHECK_FALSE(build(world.table).empty());
  loaded.begin("job-1")->end_job(succeeded());
  CHECK(schema_of(world.path) == schema_of(loaded.path));
  CHECK(ask(world.path, "SELECT * FROM sluice_meta") == "layout|1");
  CHECK(ask(world.path, "PRAGMA journal_mode") == "wal");
  CHECK(ask(world.path, "PRAGMA page_size") == "16384");
  CHECK(world.folder.file_count() == 1);
  CHECK(build(world.table).empty());
  const Written written = world.begin("job-1")->write(BatchOfGuesses().row(1), 0, {});
  CHECK(written.counts.inserted == 1);
}

TEST_CASE("a build's new file has pages as large as its dataset says") {
  StoreWorld world;
  world.table.sqlite.page_size = 4096;
  CHECK_FALSE(build(world.table).empty());
  CHECK(ask(world.path, "PRAGMA page_size") == "4096");
}

TEST_CASE("who writes has the cache and the checkpoints that its dataset says") {
  StoreWorld world;
  std::string cache = "-16384";  // KiB
  std::int64_t few_pages = 240;
  std::int64_t full_pages = 1'000;
  SUBCASE("nothing") {}
  SUBCASE("nothing, for a table with a key") {
    world.table.primary_key = {"index"};
    cache = "-65536";
  }
  SUBCASE("both") {
    world.table.sqlite.cache_bytes = 8 << 20;
    world.table.sqlite.wal_autocheckpoint = 200;
    cache = "-8192";
    few_pages = 190;
    full_pages = 200;
  }
  build(world.table);
  Session session(world.table, {});
  CHECK(session.database.ask("PRAGMA cache_size") == cache);
  session.database.execute("CREATE TABLE t (x)");
  const auto size = [&] {
    return static_cast<std::int64_t>(std::filesystem::file_size(world.path));
  };
  const std::int64_t before = size();
  const auto insert = [&](std::int64_t pages) {
    session.database.execute(fmt::format("INSERT INTO t VALUES (zeroblob({}))", pages * 16'384));
  };
  insert(few_pages);
  CHECK(size() == before);
  insert(full_pages - few_pages);
  CHECK(size() > before + full_pages * 16'384);
}

TEST_CASE("a build extends a table and keeps its rows") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1).row(2, "bob"), 0, {});
  world.table.declared.push_back({"city", ColumnType::text, true, {}});
  Column size{"size", ColumnType::integer, false, {}};
  size.spec.default_value = StoredValue(std::int64_t{7});
  world.table.declared.push_back(size);
  world.table.indexes = {{"city"}};
  CHECK(error_of([&] { world.store()->positions(); }).code() == ExitCode::definition);
  CHECK(build(world.table).size() == 3);
  CHECK(ask(world.path, R"(SELECT "index", name, city, size FROM guesses)") ==
        "1|ann|-|7 2|bob|-|7");
  CHECK(world.store()->positions().size() == 1);
}

TEST_CASE("what is planned is not done before run()") {
  StoreWorld world;
  {
    DatabaseBuilder builder({world.table}, {});
    CHECK_FALSE(builder.plan().sql.empty());
  }
  CHECK(world.folder.file_count() == 0);
  world.begin("job-1");
  world.table.declared.push_back({"city", ColumnType::text, true, {}});
  const std::string before = schema_of(world.path);
  CHECK(preview_build({world.table}).sql.size() == 1);
  {
    DatabaseBuilder builder({world.table}, {});
    CHECK(builder.plan().sql.size() == 1);
  }
  CHECK(schema_of(world.path) == before);
}

TEST_CASE("a preview of a file that is missing makes none") {
  StoreWorld world;
  CHECK(preview_build({world.table}).sql.front().starts_with("CREATE TABLE \"guesses\""));
  CHECK(world.folder.file_count() == 0);
}

TEST_CASE("with an obstacle nothing is done") {
  StoreWorld world;
  execute(world.path, R"(CREATE TABLE guesses ("index" REAL, name))");
  const std::string before = schema_of(world.path);
  DatabaseBuilder builder({world.table}, {});
  CHECK(builder.plan().obstacles.size() == 1);
  CHECK(builder.plan().obstacles[0].find(R"(table "guesses": cannot keep the values of "index")") ==
        0);
  CHECK(error_of([&] { builder.run(); }).code() == ExitCode::our_bug);
  CHECK(schema_of(world.path) == before);
}

TEST_CASE("a statement that the rows do not allow undoes the ones before it") {
  StoreWorld world;
  world.table.provenance = true;
  execute(world.path, R"(CREATE TABLE guesses ("index", points, name, _source, _topic, _generation,
      _partition, _offset); INSERT INTO guesses VALUES (1, 1, 'a', 's', 't', 1, 0, 5),
      (2, 1, 'a', 's', 't', 1, 0, 5))");
  world.table.declared.push_back({"city", ColumnType::text, true, {}});
  const std::string before = schema_of(world.path);
  DatabaseBuilder builder({world.table}, {});
  CHECK(builder.plan().obstacles.empty());
  const Error error = error_of([&] { builder.run(); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(says(error, "UNIQUE constraint failed"));
  CHECK(says(error, "CREATE UNIQUE INDEX \"guesses__provenance\""));
  CHECK(schema_of(world.path) == before);
}

TEST_CASE("columns that later programs keep beside a table are added to older files") {
  StoreWorld world;
  world.begin("job-1");
  execute(world.path,
          "ALTER TABLE guesses__rejects DROP COLUMN headers;"
          "ALTER TABLE guesses__metadata DROP COLUMN topic_id;"
          "DROP TABLE guesses__gaps; DROP TABLE guesses__anchors");
  const std::vector<std::string> sql = preview_build({world.table}).sql;
  REQUIRE(sql.size() == 4);
  CHECK(sql[0] ==
        R"(ALTER TABLE "guesses__metadata" ADD COLUMN "topic_id" TEXT NOT NULL DEFAULT '')");
  CHECK(sql[1] == R"(ALTER TABLE "guesses__rejects" ADD COLUMN "headers" TEXT)");
  CHECK(sql[2].starts_with("CREATE TABLE \"guesses__gaps\""));
  CHECK(sql[3].starts_with("CREATE TABLE \"guesses__anchors\""));

  SUBCASE("by a build") { build(world.table); }
  SUBCASE("by a load") { world.begin("job-2", {stored_partition("sample", 0, 0)}); }
  CHECK(preview_build({world.table}).sql.empty());
}

TEST_CASE(
    "while a job has one of the tables nothing is built, and while it is built no job begins") {
  StoreWorld world;
  PlannedTable other = guesses(world.path);
  other.name = "others";
  {
    TableLock lock(world.path, "others");
    REQUIRE(lock.try_lock());
    const Error error = error_of([&] { DatabaseBuilder({world.table, other}, {}); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(says(error, "a job is loading table \"others\""));
  }
  const DatabaseBuilder builder({world.table, other}, {});
  TableLock lock(world.path, "guesses");
  CHECK_FALSE(lock.try_lock());
}

TEST_CASE("readers read on while a table is extended, another writer is waited for") {
  StoreWorld world;
  world.begin("job-1")->write(BatchOfGuesses().row(1), 0, {});
  world.table.declared.push_back({"city", ColumnType::text, true, {}});
  Database reader(world.path, Database::Mode::look, {});
  reader.execute("BEGIN");
  CHECK(reader.ask("SELECT count(*) FROM guesses") == "1");
  {
    Database writer(world.path, Database::Mode::write, {});
    writer.execute("BEGIN IMMEDIATE");
    DatabaseBuilder builder({world.table}, {});
    CHECK(error_of([&] { builder.plan(); }).code() == ExitCode::try_later);
  }
  build(world.table);
  CHECK(reader.ask("SELECT count(*) FROM guesses") == "1");
  reader.execute("COMMIT");
  CHECK(reader.ask("SELECT count(*) FROM guesses WHERE city IS NULL") == "1");
}

TEST_CASE("a table that was dropped while its positions stayed is not made anew") {
  StoreWorld world;
  world.begin("job-1");
  execute(world.path, "DROP TABLE guesses");
  const Error error = error_of([&] { preview_build({world.table}); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(says(error, R"(DROP TABLE "guesses__metadata")"));
}
