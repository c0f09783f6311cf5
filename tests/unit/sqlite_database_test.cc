#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store_fixture.h"
#include "support/capture.h"

using namespace sluice;
using namespace sluice::store_test;

TEST_CASE("quoting doubles the quote inside") {
  CHECK(quote_identifier("select") == R"("select")");
  CHECK(quote_identifier(R"(a"b)") == R"("a""b")");
  CHECK(quote_identifier("") == R"("")");
  CHECK(quote_literal("it's") == "'it''s'");
}

TEST_CASE("a misspelt name in double quotes is an error, not a text") {
  Database database(":memory:", Database::Mode::create, {});
  CHECK(says(error_of([&] { database.ask(R"(SELECT "nmae")"); }), "nmae"));
}

TEST_CASE("what is bound comes back as it was") {
  Database database(":memory:", Database::Mode::create, {});
  database.execute("CREATE TABLE t (a, b, c, d, e, f)");
  const std::string_view with_nul("a\0b", 3);
  database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)")
      .run(std::numeric_limits<std::int64_t>::min(), 0.5, with_nul, Blob{"\xff"}, Blob{},
           std::optional<std::int64_t>());
  Statement row = database.prepare("SELECT *, typeof(d) FROM t");
  REQUIRE(row.step());
  CHECK(row.integer(0) == std::numeric_limits<std::int64_t>::min());
  CHECK(row.real(1) == 0.5);
  CHECK(row.text(2) == with_nul);
  CHECK(row.text(3) == "\xff");
  CHECK(row.text(6) == "blob");
  CHECK(row.is_null(4));
  CHECK(row.is_null(5));
  CHECK_FALSE(row.step());
}

TEST_CASE("an empty text is not NULL, with or without an address") {
  Database database(":memory:", Database::Mode::create, {});
  Statement type = database.prepare("SELECT typeof(?1)");
  type.with(std::string_view());
  REQUIRE(type.step());
  CHECK(type.text(0) == "text");
}

TEST_CASE("a refusal is an answer with its kind, everything else is thrown") {
  Database database(":memory:", Database::Mode::create, {});
  database.execute(
      "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY);"
      "CREATE TABLE t (n NOT NULL, u UNIQUE, c CHECK (c > 0), p REFERENCES parent);"
      "CREATE TRIGGER g BEFORE INSERT ON t WHEN new.n = 'no' BEGIN"
      " SELECT raise(ABORT, 'not this'); END;"
      "INSERT INTO t (n, u) VALUES (1, 1)");
  struct Case {
    const char* values;
    Refusal::Kind kind;
  };
  for (const auto& [values, kind] :
       {Case{"NULL, 2, 1, NULL", Refusal::Kind::not_null},
        Case{"1, 1, 1, NULL", Refusal::Kind::unique}, Case{"1, 2, 0, NULL", Refusal::Kind::check},
        Case{"1, 2, 1, 9", Refusal::Kind::foreign_key},
        Case{"'no', 2, 1, NULL", Refusal::Kind::trigger},
        Case{"abs(-9223372036854775807 - 1), 2, 1, NULL", Refusal::Kind::other}}) {
    CAPTURE_BINDING(values);
    const auto refusal =
        database.prepare("INSERT INTO t VALUES (" + std::string(values) + ")").try_run();
    REQUIRE(refusal);
    CHECK(refusal->kind == kind);
  }
  CHECK_FALSE(database.prepare("INSERT INTO t VALUES (2, 2, 1, NULL)").try_run());
}

TEST_CASE("a full database is the world's failure and leaves the transaction undone") {
  const TemporaryFolder folder;
  Database database(folder / "x.db", Database::Mode::create, {});
  database.execute("CREATE TABLE t (a); PRAGMA max_page_count = 10");
  {
    Transaction transaction(database);
    Statement insert = database.prepare("INSERT INTO t VALUES (zeroblob(100000))");
    const Error error = error_of([&] { insert.try_run(); });
    CHECK(error.code() == ExitCode::io);
    CHECK(says(error, "x.db"));
    CHECK(says(error, "SQLITE_FULL"));
    CHECK(says(error, "hint: make room"));
  }
  CHECK_FALSE(database.in_transaction());
  CHECK(database.ask("SELECT count(*) FROM t") == "0");
}

TEST_CASE("what cannot be a database ends with 74 and says why") {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  std::filesystem::create_directory(folder / "folder.db");
  const auto open = [&](const char* name) {
    return error_of(
        [&] { Database(folder / name, Database::Mode::write, {}).ask("PRAGMA schema_version"); });
  };
  for (const auto& [name, words] :
       {std::pair{"missing.db", "SQLITE_CANTOPEN"}, std::pair{"folder.db", "SQLITE_CANTOPEN"},
        std::pair{"text.db", "SQLITE_NOTADB"}}) {
    CAPTURE_BINDING(name);
    const Error error = open(name);
    CHECK(error.code() == ExitCode::io);
    CHECK(says(error, name));
    CHECK(says(error, words));
    CHECK(says(error, "hint: "));
  }
  CHECK_FALSE(std::filesystem::exists(folder / "missing.db"));
}

TEST_CASE("a connection that looks changes nothing and leaves no file behind") {
  const TemporaryFolder folder;
  execute(folder / "x.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
  {
    Database looking(folder / "x.db", Database::Mode::look, {});
    CHECK(looking.ask("SELECT count(*) FROM t") == "0");
    CHECK(error_of([&] { looking.execute("INSERT INTO t VALUES (1)"); }).code() == ExitCode::io);
  }
  CHECK(folder.file_count() == 1);
}

TEST_CASE("a transaction is undone by its scope and kept by its word") {
  const TemporaryFolder folder;
  Database database(folder / "x.db", Database::Mode::create, {});
  database.execute("CREATE TABLE t (a)");
  {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
  }
  CHECK(database.ask("SELECT count(*) FROM t") == "0");
  {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (2)");
    transaction.restart();
    database.execute("INSERT INTO t VALUES (3)");
    transaction.commit();
  }
  CHECK(database.ask("SELECT group_concat(a) FROM t") == "3");
}

TEST_CASE("a lock of somebody else is waited for") {
  const TemporaryFolder folder;
  execute(folder / "x.db", "CREATE TABLE t (a)");
  Database other(folder / "x.db", Database::Mode::write, {});
  other.execute("BEGIN IMMEDIATE");
  SteppingClock clock(std::chrono::milliseconds(250));
  StopSignal stop;
  Patience patience{std::chrono::seconds(5), {}, &stop, &clock};

  SUBCASE("until it is free") {
    clock.on_look = [&](int look) {
      if (look == 4) other.execute("COMMIT");
    };
    Database database(folder / "x.db", Database::Mode::write, patience);
    const Transaction transaction(database);
    CHECK(database.in_transaction());
    CHECK(clock.looks >= 4);
  }
  const auto give_up = [&] {
    Database database(folder / "x.db", Database::Mode::write, patience);
    clock.looks = 0;
    const Error error = error_of([&] { const Transaction transaction(database); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(error.is_interruption() == stop.raised());
    CHECK((stop.raised() || says(error, "another program holds the lock")));
    return error;
  };
  SUBCASE("up to the limit") {
    CHECK(says(give_up(), "after 5s (lock_timeout)"));
    CHECK(clock.looks > 18);
  }
  SUBCASE("not longer than a moment when the job is asked to stop") {
    stop.raise(15);
    CHECK(says(give_up(), "asked to stop"));
    CHECK(clock.looks < 6);
  }
  SUBCASE("not longer than a moment when the job's time is over") {
    patience.deadline = [] { return Clock::Instant{}; };
    CHECK(says(give_up(), "time was over"));
    CHECK(clock.looks < 6);
  }
}
