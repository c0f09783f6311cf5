#include <doctest/doctest.h>

#include "support/scenario.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::test::Scenario;

namespace {

void declare(Scenario& job, const std::string& columns, const std::string& more = {}) {
  job.dataset_yaml =
      "engine: sqlite\npath: data.db\ntables:\n  orders:\n    columns:\n" + columns + more;
}

}  // namespace

TEST_CASE("a table that is not what the dataset declares ends the job before a message is taken") {
  Scenario job;
  job.produce(0, {1, 2});
  REQUIRE(job.run().exit_code == 0);
  job.produce(0, {3});
  declare(job,
          "      id: { type: integer }\n      note: { type: integer, nullable: true }\n"
          "      city: { type: text, nullable: true }\n      day: { type: date, default: "
          "2026-01-01 }\n",
          "    primary_key: [id]\n    indexes: [[city]]\n");
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::definition));
  CAPTURE(report.message);
  for (
      const char* line : {
          R"(table "orders" is not what dataset "db" declares:)",
          R"(column "city" is missing: ALTER TABLE "orders" ADD COLUMN "city" TEXT)",
          R"(column "day" is missing: ALTER TABLE "orders" ADD COLUMN "day" TEXT NOT NULL DEFAULT '2026-01-01')",
          R"(no PRIMARY KEY and no UNIQUE index over "id")",
          R"(CREATE UNIQUE INDEX "orders__key" ON "orders" ("id"))",
          R"(CREATE INDEX "orders__by_city" ON "orders" ("city"))",
          "`sluice build db` would extend it",
      }) {
    CAPTURE(line);
    CHECK(report.message.find(line) != std::string::npos);
  }
  CHECK(job.rows() == "1 2");
  CHECK(job.positions() == "orders/0@2");
}

TEST_CASE("the statements that the job names mend the table, and the next one goes on") {
  Scenario job;
  job.produce(0, {1, 2});
  REQUIRE(job.run().exit_code == 0);
  job.produce_text(0, R"({"id":3,"city":"here"})");
  declare(job,
          "      id: { type: integer }\n      note: { type: text, nullable: true }\n"
          "      city: { type: text, nullable: true }\n",
          "    primary_key: [id]\n");
  REQUIRE(job.run().exit_code == static_cast<int>(ExitCode::definition));
  job.execute(R"(ALTER TABLE "orders" ADD COLUMN "city" TEXT;
                 CREATE UNIQUE INDEX "orders__key" ON "orders" ("id"))");
  CHECK(job.run({"params.write_mode=upsert"}).exit_code == 0);
  CHECK(job.rows() == "1 2 3");
  CHECK(job.ask("SELECT city FROM orders WHERE id = 3") == "here");
}

TEST_CASE("a table that is looser than declared, or has more, is loaded") {
  Scenario job;
  job.execute("CREATE TABLE orders (more TEXT DEFAULT 'x', note, id UNIQUE, CHECK (id < 9))");
  job.produce(0, {1});
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1");
}

TEST_CASE("a table that is stricter than declared is loaded, and what it refuses is a reject") {
  for (const char* mode : {"append", "upsert"}) {
    CAPTURE(mode);
    Scenario job;
    job.dataset_yaml += "    primary_key: [id]\n";
    const std::string write_mode = std::string("params.write_mode=") + mode;
    job.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL)");
    job.produce_text(0, R"({"id":1,"note":"a"})");
    job.produce(0, {2});
    job.produce_text(0, R"({"id":3,"note":"c"})");
    const Report refused = job.run({write_mode});
    CHECK(refused.exit_code == static_cast<int>(ExitCode::bad_data));
    CAPTURE(refused.message);
    CHECK(refused.message.find("orders/0@1, column \"note\": is NULL, and the table's column is "
                               "NOT NULL") != std::string::npos);
    CHECK(job.positions() == "orders/0@1");

    CHECK(job.run({write_mode, "params.max_rejects=1"}).counts.rejected == 1);
    CHECK(job.rows() == "1 3");
    CHECK(job.ask("SELECT column_name FROM orders__rejects") == "note");
    const Report replayed = job.replay(
        {write_mode,
         R"(params.rules=[{"attribute_name":"note","condition":"IS NULL","action":"default",)"
         R"("action_value":"none"}])"});
    CHECK(replayed.exit_code == 0);
    CHECK(job.ask("SELECT note FROM orders WHERE id = 2") == "none");
  }
}
