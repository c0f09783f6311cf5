// sluice build: shows the SQL first, then does it, and loses nothing.
#include <doctest/doctest.h>

#include <filesystem>

#include "sqlite/database.h"
#include "store/table_lock.h"
#include "support/project.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

struct OrdersProject {
  Project project{"localhost:1", "orders"};

  Ended build(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"build", "db"});
    return project.sluice(std::move(more));
  }
  // The table orders has an id, a note and what `columns` says.
  void declare(const std::string& columns, const std::string& more = {}) const {
    project.dir().write("schemas/datasets/db.yaml",
                        "engine: sqlite\npath: data.db\ntables:\n  orders:\n    columns:\n"
                        "      id: { type: integer }\n"
                        "      note: { type: text, nullable: true }\n" +
                            columns + more);
  }
};

}  // namespace

TEST_CASE("build makes the tables of a dataset, and says so when there is nothing to do") {
  const OrdersProject shop;
  const Ended dry = shop.build({"--dry-run"});
  CHECK(dry.exit_code == 0);
  CHECK(holds(dry.out, "CREATE TABLE \"orders\" (\n  \"id\" INTEGER NOT NULL,"));
  CHECK(holds(dry.out, "CREATE UNIQUE INDEX \"orders__provenance\""));
  CHECK(holds(dry.out, "CREATE TABLE \"orders__rejects\""));
  CHECK(holds(dry.out, "-- dry run: nothing was changed"));
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));

  const Ended made = shop.build();
  CAPTURE(made.err);
  CHECK(made.exit_code == 0);
  CHECK(holds(made.out, "-- done"));
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "0");
  CHECK_FALSE(std::filesystem::exists(shop.project.database() + "-wal"));
  CHECK(holds(shop.build().out, "-- nothing to do"));
}

TEST_CASE("the SQL that a dry run prints is what a build does") {
  const OrdersProject shop;
  const Ended dry = shop.build({"--dry-run"});
  shop.project.execute(dry.out);
  const Ended after = shop.build();
  CHECK(after.exit_code == 0);
  CHECK(holds(after.out, "-- nothing to do"));
}

TEST_CASE("build extends what is there and keeps the rows") {
  const OrdersProject shop;
  shop.declare("");
  REQUIRE(shop.build().exit_code == 0);
  shop.project.execute("INSERT INTO orders VALUES (1, 'a')");
  shop.declare("      city: { type: text, default: here }\n", "    indexes: [[city]]\n");
  const Ended built = shop.build();
  CHECK(built.exit_code == 0);
  CHECK(holds(built.out,
              "ALTER TABLE \"orders\" ADD COLUMN \"city\" TEXT NOT NULL DEFAULT 'here';\n"
              "CREATE INDEX \"orders__by_city\" ON \"orders\" (\"city\");\n-- done\n"));
  CHECK(shop.project.ask("SELECT id || note || city FROM orders") == "1ahere");
}

TEST_CASE("what cannot be done is told with its reason, all at once, and nothing is changed") {
  const OrdersProject shop;
  shop.declare("");
  REQUIRE(shop.build().exit_code == 0);
  shop.project.execute("INSERT INTO orders VALUES (1, 'a')");
  shop.declare("      city: { type: text }\n      more: { type: text, nullable: true }\n",
               "    primary_key: [id]\n");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--dry-run"}}) {
    const Ended refused = shop.build(more);
    CHECK(refused.exit_code == 78);
    CHECK(holds(refused.out, "ADD COLUMN \"more\""));
    CHECK(holds(refused.err, "table \"orders\": column \"city\" is missing; it is NOT NULL"));
    CHECK(holds(refused.err, "no PRIMARY KEY and no UNIQUE index over \"id\""));
    CHECK(holds(refused.err, "nothing was changed"));
    CHECK(shop.project.ask("SELECT count(*) FROM pragma_table_info('orders')") == "2");
  }
}

TEST_CASE("where a table is stricter a build says so, and does the rest") {
  const OrdersProject shop;
  shop.project.execute("CREATE TABLE orders (id INTEGER NOT NULL, note TEXT NOT NULL)");
  shop.declare("      city: { type: text, nullable: true }\n");
  const Ended dry = shop.build({"--dry-run"});
  CAPTURE(dry.err);
  CHECK(dry.exit_code == 0);
  CHECK(holds(dry.out,
              "-- table \"orders\": column \"note\" may be NULL, and in the table it is "
              "NOT NULL, so that NULL there is a reject; "));
  shop.project.execute(dry.out);
  const Ended built = shop.build();
  CHECK(built.exit_code == 0);
  CHECK(holds(built.out, "-- table \"orders\": column \"note\""));
  CHECK(holds(built.out, "-- nothing to do\n"));
  CHECK(shop.project.ask("SELECT count(*) FROM pragma_table_info('orders')") == "3");
  CHECK(holds(json_value(shop.build({"--output", "json"}).out, "remarks"),
              "\\\"note\\\" may be NULL"));
}

TEST_CASE("an unknown dataset, one with mistakes and one that is not given are answered") {
  const OrdersProject shop;
  const Ended unknown = shop.project.sluice({"build", "dbs"});
  CHECK(unknown.exit_code == 78);
  CHECK(holds(unknown.err, "there is no dataset \"dbs\" (did you mean \"db\"?)"));
  shop.declare("      city: { type: txt }\n");
  const Ended wrong = shop.build();
  CHECK(wrong.exit_code == 78);
  CHECK(holds(wrong.err, "schemas/datasets/db.yaml:8:"));
  CHECK(shop.project.sluice({"build"}).exit_code == 64);
}

TEST_CASE("build waits for nobody who has the table, and for a writer up to --lock-timeout") {
  const OrdersProject shop;
  shop.declare("");
  REQUIRE(shop.build().exit_code == 0);
  shop.declare("      city: { type: text, nullable: true }\n");
  {
    sluice::TableLock lock(shop.project.database(), "orders");
    REQUIRE(lock.try_lock());
    const Ended busy = shop.build();
    CHECK(busy.exit_code == 75);
    CHECK(holds(busy.err, "a job is loading table \"orders\""));
  }
  sluice::Database writer(shop.project.database(), sluice::Database::Mode::write, {});
  writer.execute("BEGIN IMMEDIATE");
  const Ended locked = shop.build({"--lock-timeout", "50ms"});
  CHECK(locked.exit_code == 75);
  CHECK(holds(locked.err, "another program holds the lock"));
  writer.execute("ROLLBACK");
  CHECK(shop.build().exit_code == 0);
}

TEST_CASE("as JSON a build is one object") {
  const OrdersProject shop;
  shop.declare("");
  const Ended ended = shop.build({"--output", "json"});
  CHECK(ended.exit_code == 0);
  CHECK(json_value(ended.out, "dataset") == "\"db\"");
  CHECK(json_value(ended.out, "dry_run") == "false");
  CHECK(holds(json_value(ended.out, "statements"), "CREATE TABLE"));
  CHECK(json_value(ended.out, "obstacles") == "[]");
  CHECK(json_value(shop.build({"--output", "json"}).out, "statements") == "[]");
}
