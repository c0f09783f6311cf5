#include <doctest/doctest.h>

#include "sqlite/database.h"
#include "store/difference.h"
#include "store/table_sql.h"
#include "store_fixture.h"
#include "support/capture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

std::vector<Difference> found_in(Database& database, const PlannedTable& table) {
  IndexNames names = IndexNames::of(database);
  return differences(database, *look_at_table(database, table.name), table, names);
}

// "what: mended_by" of each difference, one a line; "+" before those that can be built, "~" before
// those that only make rejects.
std::string differences_of(const PlannedTable& table, const std::string& sql) {
  Database database(":memory:", Database::Mode::create, {});
  database.execute(sql);
  std::string lines;
  for (const Difference& difference : found_in(database, table)) {
    const char* mark = difference.kind == Difference::Kind::buildable    ? "+"
                       : difference.kind == Difference::Kind::strictness ? "~"
                                                                         : "-";
    lines += fmt::format("{}{}: {}\n", mark, difference.what, difference.mended_by());
  }
  return lines;
}

Column declared_column(const char* name, ColumnType type, bool nullable = true) {
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
  table.declared.push_back(declared_column("it's", ColumnType::decimal));
  table.declared.push_back(with_default(declared_column("city", ColumnType::text, false), "it's"));
  table.declared.push_back(with_default(declared_column("size", ColumnType::real, false), 2.0));
  table.declared.push_back(
      with_default(declared_column("left", ColumnType::integer, false), std::int64_t{-1}));
  table.declared.push_back(
      with_default(declared_column("raw", ColumnType::blob, false), StoredBlob{"\x01\xff"}));
  table.declared.push_back(with_default(declared_column("free", ColumnType::text, true), "x"));
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
  table.declared.push_back(declared_column("day", ColumnType::date, false));
  CHECK(differences_of(table, as_declared) ==
        "+column \"day\" is missing: ALTER TABLE \"guesses\" ADD COLUMN \"day\" TEXT NOT NULL\n");
  CHECK(differences_of(table, std::string(as_declared) + "INSERT INTO guesses VALUES (1, 1, '')") ==
        "-column \"day\" is missing: it is NOT NULL, and nothing says what it is in the rows that "
        "are there: give it a \"default\", or say \"nullable: true\", in the dataset, or add it "
        "without NOT NULL: ALTER TABLE \"guesses\" ADD COLUMN \"day\" TEXT\n");
}

TEST_CASE("types, nullability and keys are left to a person") {
  PlannedTable table = guesses("x.db");
  table.primary_key = {"index", "name"};
  table.declared.push_back(declared_column("day", ColumnType::date, false));
  table.primary_key.push_back("day");
  CHECK(
      differences_of(
          table, R"(CREATE TABLE guesses ("index" REAL, points INTEGER NOT NULL, name STRING))") ==
      R"(-cannot keep the values of "index" of type integer: the column is declared real and would turn large integers into others: SQLite cannot change a column's type: change it in the dataset, or make the column anew: ALTER TABLE "guesses" RENAME COLUMN "index" TO "index__was"; ALTER TABLE "guesses" ADD COLUMN "index" INTEGER; UPDATE "guesses" SET "index" = CAST("index__was" AS INTEGER); ALTER TABLE "guesses" DROP COLUMN "index__was"
~column "points" may be NULL, and in the table it is NOT NULL, so that NULL there is a reject: SQLite cannot take a NOT NULL away: say "nullable: false" in the dataset, or make the column anew: ALTER TABLE "guesses" RENAME COLUMN "points" TO "points__was"; ALTER TABLE "guesses" ADD COLUMN "points" INTEGER; UPDATE "guesses" SET "points" = CAST("points__was" AS INTEGER); ALTER TABLE "guesses" DROP COLUMN "points__was"
-cannot keep the values of "name" of type text: the column is declared string and would turn texts into numbers: SQLite cannot change a column's type: change it in the dataset, or make the column anew: ALTER TABLE "guesses" RENAME COLUMN "name" TO "name__was"; ALTER TABLE "guesses" ADD COLUMN "name" TEXT; UPDATE "guesses" SET "name" = CAST("name__was" AS TEXT); ALTER TABLE "guesses" DROP COLUMN "name__was"
-column "day" is missing: it is part of the primary key, and the key of a table cannot be changed: load into a new table
-it has no PRIMARY KEY and no UNIQUE index over "index", "name", "day": the key of a table cannot be changed; for loads this does as well: CREATE UNIQUE INDEX "guesses__key" ON "guesses" ("index", "name", "day")
)");
}

TEST_CASE("the statements that are named mend the table, and keep what it holds") {
  struct Case {
    std::string sql;
    std::string rows;  // index, points, name, price, day
  };
  for (const auto& [sql, rows] : {
           Case{R"(CREATE TABLE guesses ("index", name NOT NULL);
                   INSERT INTO guesses (name) VALUES ('ann'))",
                "-|-|ann|-|2026-01-01"},
           Case{R"(CREATE TABLE guesses ("index" NOT NULL, points INT NOT NULL, name NUMERIC NOT
                   NULL, price REAL NOT NULL, day); INSERT INTO guesses VALUES (1, 2, 'ann', 1.5, 'd'),
                   (3, 4, 5, 7, 'd'), (5, 6, 7.5, 'x', 'd'), (6, 7, 8, -0.004, 'd'))",
                "1|2|ann|1.50|d 3|4|5|7.00|d 5|6|7.5|x|d 6|7|8|-0.00|d"},
           Case{R"(CREATE TABLE guesses ("index" DOUBLE, points INT NOT NULL, name TEXT,
                   price INTEGER, day) ; INSERT INTO guesses VALUES (4503599627370497, 2, NULL,
                   9007199254740993, NULL), (NULL, 0, '', NULL, ''))",
                "4503599627370497|2|-|9007199254740993.00|- -|0||-|"},
           Case{R"(CREATE TABLE guesses ("index" REAL, points INTEGER NOT NULL, name ANY,
                   price ANY, day INTEGER, more TEXT) STRICT;
                   INSERT INTO guesses VALUES (1, 2, 'ann', 2, 20260101, 'x'))",
                "1|2|ann|2|20260101"},
           Case{R"(CREATE TABLE guesses ("index" INTEGER, points INTEGER NOT NULL, name NUMERIC,
                   price DECIMAL, day, PRIMARY KEY (day)) WITHOUT ROWID;
                   INSERT INTO guesses VALUES (1, 2, 'ann', '0.1', 'd'))",
                "1|2|ann|0.10|d"},
       }) {
    CAPTURE_BINDING(sql);
    PlannedTable table = guesses("x.db");
    Column price = declared_column("price", ColumnType::decimal);
    price.spec.scale = 2;
    table.declared.push_back(price);
    table.declared.push_back(
        with_default(declared_column("day", ColumnType::date, false), "2026-01-01"));
    table.primary_key = {"index"};
    table.indexes = {{"name", "price"}};
    Database database(":memory:", Database::Mode::create, {});
    database.execute(sql);
    const std::vector<Difference> found = found_in(database, table);
    CHECK(found.size() >= 3);
    for (const Difference& difference : found) {
      CAPTURE(difference.what);
      REQUIRE_FALSE(difference.statement.empty());
      database.execute(difference.statement);
    }
    CHECK(found_in(database, table).empty());
    CHECK(rows_of(database, R"(SELECT "index", points, name, price, day FROM guesses)") == rows);
  }
}

TEST_CASE("a column that something else names is not to be made anew") {
  const PlannedTable table = guesses("x.db");
  const std::string create =
      R"(CREATE TABLE guesses ("index" INTEGER, points INTEGER NOT NULL, name TEXT);)";
  for (const char* more :
       {"CREATE VIEW v AS SELECT points FROM guesses", "CREATE INDEX i ON guesses (name, points)",
        "CREATE INDEX i ON guesses (name) WHERE points > 1",
        "CREATE TABLE child (p REFERENCES guesses (points))",
        "CREATE TABLE other (a);"
        "CREATE TRIGGER t AFTER INSERT ON other BEGIN UPDATE guesses SET points = 1; END"}) {
    CAPTURE(more);
    CHECK(
        differences_of(table, create + more) ==
        "~column \"points\" may be NULL, and in the table it is NOT NULL, so that NULL there is a "
        "reject: SQLite cannot take a NOT NULL away: say \"nullable: false\" in the dataset, or "
        "load into a new table\n");
  }
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
  const std::string with_rows =
      differences_of(table, create + "INSERT INTO guesses VALUES (1, 1, '')");
  CHECK(with_rows.starts_with("-column \"_source\" of the provenance is missing: nobody knows it"));
  CHECK(with_rows.find("UNIQUE index") == std::string::npos);
}
