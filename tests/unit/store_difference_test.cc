#include <doctest/doctest.h>

#include "sqlite/database.h"
#include "store/difference.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

// "what: mended_by" of each difference, one a line; "+" before those that can be built.
std::string differences_of(const PlannedTable& table, const std::string& sql) {
  Database database(":memory:", Database::Mode::create, {});
  database.execute(sql);
  std::string lines;
  for (const Difference& difference :
       differences(database, *look_at_table(database, table.name), table)) {
    lines += fmt::format("{}{}: {}\n", difference.can_be_built ? "+" : "-", difference.what,
                         difference.mended_by);
  }
  return lines;
}

Column column(const char* name, ColumnType type, bool nullable = true) {
  return {name, type, nullable, {}};
}

Column with_default(Column column, StoredValue value) {
  column.spec.default_value = std::move(value);
  return column;
}

const char* const as_declared =
    R"(CREATE TABLE guesses ("index" INTEGER NOT NULL, points INTEGER, name TEXT NOT NULL);)";

}  // namespace

TEST_CASE("a table that is as declared, or looser, does not differ") {
  const PlannedTable table = guesses("x.db");
  CHECK(differences_of(table, as_declared) == "");
  CHECK(differences_of(
            table, R"(CREATE TABLE guesses (name, "INDEX", points, more, PRIMARY KEY (more)))") ==
        "");
}

TEST_CASE("each missing column is named with the statement that adds it") {
  PlannedTable table = guesses("x.db");
  table.declared.push_back(column("it's", ColumnType::decimal));
  table.declared.push_back(with_default(column("city", ColumnType::text, false), "it's"));
  table.declared.push_back(with_default(column("size", ColumnType::real, false), 2.0));
  table.declared.push_back(
      with_default(column("left", ColumnType::integer, false), std::int64_t{-1}));
  table.declared.push_back(
      with_default(column("raw", ColumnType::blob, false), StoredBlob{"\x01\xff"}));
  table.declared.push_back(with_default(column("free", ColumnType::text, true), "x"));
  CHECK(differences_of(table, std::string(as_declared) + "INSERT INTO guesses VALUES (1, 1, '')") ==
        R"(+column "it's" is missing: ALTER TABLE "guesses" ADD COLUMN "it's" TEXT
+column "city" is missing: ALTER TABLE "guesses" ADD COLUMN "city" TEXT NOT NULL DEFAULT 'it''s'
+column "size" is missing: ALTER TABLE "guesses" ADD COLUMN "size" REAL NOT NULL DEFAULT 2.0
+column "left" is missing: ALTER TABLE "guesses" ADD COLUMN "left" INTEGER NOT NULL DEFAULT -1
+column "raw" is missing: ALTER TABLE "guesses" ADD COLUMN "raw" BLOB NOT NULL DEFAULT X'01FF'
+column "free" is missing: ALTER TABLE "guesses" ADD COLUMN "free" TEXT
)");
}

TEST_CASE("a column that must have a value can be added while there are no rows") {
  PlannedTable table = guesses("x.db");
  table.declared.push_back(column("day", ColumnType::date, false));
  CHECK(differences_of(table, as_declared) ==
        "+column \"day\" is missing: ALTER TABLE \"guesses\" ADD COLUMN \"day\" TEXT NOT NULL\n");
  CHECK(differences_of(table, std::string(as_declared) + "INSERT INTO guesses VALUES (1, 1, '')") ==
        "-column \"day\" is missing: it is NOT NULL, and nothing says what it is in the rows that "
        "are there: give it a \"default\", or say \"nullable: true\", in the dataset\n");
}

TEST_CASE("types, nullability and keys cannot be changed") {
  PlannedTable table = guesses("x.db");
  table.primary_key = {"index", "name"};
  table.declared.push_back(column("day", ColumnType::date, false));
  table.primary_key.push_back("day");
  CHECK(
      differences_of(
          table, R"(CREATE TABLE guesses ("index" REAL, points INTEGER NOT NULL, name STRING))") ==
      R"(-cannot keep the values of "index" of type integer: the column is declared real and would turn large integers into others: SQLite cannot change a column's type: load into a new table, or change the type in the dataset
-column "points" may be NULL, and in the table it is NOT NULL: SQLite cannot take a NOT NULL away: load into a new table, or say "nullable: false" in the dataset
-cannot keep the values of "name" of type text: the column is declared string and would turn texts into numbers: SQLite cannot change a column's type: load into a new table, or change the type in the dataset
-column "day" is missing: it is part of the primary key, and the key of a table cannot be changed: load into a new table
-it has no PRIMARY KEY and no UNIQUE index over "index", "name", "day": the key of a table cannot be changed; for loads this does as well: CREATE UNIQUE INDEX "guesses__key" ON "guesses" ("index", "name", "day")
)");
}

TEST_CASE("a UNIQUE index is as good as the declared key") {
  PlannedTable table = guesses("x.db");
  table.primary_key = {"index", "name"};
  const std::string create = as_declared;
  CHECK(differences_of(table, create + R"(CREATE UNIQUE INDEX u ON guesses (name, "INDEX"))") ==
        "");
  CHECK(differences_of(
            table,
            R"(CREATE TABLE guesses ("index", points, name, PRIMARY KEY (name, "index")))") == "");
  for (const char* index :
       {R"(CREATE INDEX u ON guesses (name, "index"))", "CREATE UNIQUE INDEX u ON guesses (name)",
        R"(CREATE UNIQUE INDEX u ON guesses (name, "index") WHERE points > 0)",
        R"(CREATE UNIQUE INDEX u ON guesses (name COLLATE NOCASE, "index"))",
        R"(CREATE UNIQUE INDEX u ON guesses (lower(name), "index"))"}) {
    CAPTURE(index);
    CHECK(differences_of(table, create + index).starts_with("-it has no PRIMARY KEY"));
  }
}

TEST_CASE("a missing index can be made, under a name that is free") {
  PlannedTable table = guesses("x.db");
  table.indexes = {{"name"}, {"points", "name"}, {"index"}};
  const std::string create = as_declared;
  CHECK(differences_of(table, create + R"(CREATE INDEX "guesses__by_name" ON guesses (points, name);
                                          CREATE INDEX i ON guesses ("index", points))") ==
        "+the index over \"name\" is missing: CREATE INDEX \"guesses__by_name_2\" ON \"guesses\" "
        "(\"name\")\n");
}

TEST_CASE("provenance can be added to a table without rows only") {
  PlannedTable table = guesses("x.db");
  table.provenance = true;
  const std::string create = as_declared;
  CHECK(
      differences_of(table, create) ==
      R"(+column "_source" of the provenance is missing: ALTER TABLE "guesses" ADD COLUMN _source TEXT NOT NULL
+column "_topic" of the provenance is missing: ALTER TABLE "guesses" ADD COLUMN _topic TEXT NOT NULL
+column "_generation" of the provenance is missing: ALTER TABLE "guesses" ADD COLUMN _generation INTEGER NOT NULL
+column "_partition" of the provenance is missing: ALTER TABLE "guesses" ADD COLUMN _partition INTEGER NOT NULL
+column "_offset" of the provenance is missing: ALTER TABLE "guesses" ADD COLUMN _offset INTEGER NOT NULL
+the UNIQUE index over the provenance is missing: CREATE UNIQUE INDEX "guesses__provenance" ON "guesses" ("_source", "_topic", "_generation", "_partition", "_offset")
)");
  CHECK(differences_of(table, create + "INSERT INTO guesses VALUES (1, 1, '')")
            .starts_with("-column \"_source\" of the provenance is missing: nobody knows it"));
}
