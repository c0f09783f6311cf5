// A job from its first to its last word in the database: history, fences, locks, durability.
#include <doctest/doctest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "store/reader.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

// Sees every connection that is opened while it lives: what it runs, and lets its commits fail.
class ConnectionSpy {
 public:
  ConnectionSpy() {
    spy_ = this;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(attach));
  }
  ~ConnectionSpy() {
    sqlite3_reset_auto_extension();
    spy_ = nullptr;
  }

  bool refuse_commits = false;
  sqlite3* last = nullptr;
  std::vector<std::string> statements;

  // Steps through tables that no index shortened.
  int scanned_rows = 0;

  // The synchronous level (0 OFF, 1 NORMAL, 2 FULL) of each COMMIT.
  std::vector<int> commit_levels;

 private:
  static int attach(sqlite3* connection, const char**, const sqlite3_api_routines*) {
    spy_->last = connection;
    sqlite3_commit_hook(
        connection, [](void*) { return spy_->refuse_commits ? 1 : 0; }, nullptr);
    sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, trace, connection);
    return SQLITE_OK;
  }
  static int trace(unsigned event, void*, void* statement, void* sql) {
    if (event == SQLITE_TRACE_PROFILE) {
      spy_->scanned_rows += sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement),
                                                SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
      return 0;
    }
    const std::string text = static_cast<const char*>(sql);
    constexpr std::string_view pragma = "PRAGMA synchronous = ";
    if (text.starts_with(pragma)) spy_->level_ = text.substr(pragma.size()) == "FULL" ? 2 : 1;
    if (text == "COMMIT") spy_->commit_levels.push_back(spy_->level_);
    spy_->statements.push_back(text);
    return 0;
  }

  static inline ConnectionSpy* spy_ = nullptr;
  int level_ = 0;
};

PlannedPartition latest(Offset offset) {
  PlannedPartition planned = partition("sample", 0);
  planned.reason = StartReason::latest;
  planned.from_offset = offset;
  return planned;
}

// No file of this process may grow beyond `bytes` while this lives, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit lower = limit_;
    lower.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &lower);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

}  // namespace

TEST_CASE("looking for positions creates nothing") {
  StoreWorld world;
  world.table.database_path = world.folder / "data/prim.db";
  CHECK(world.store()->positions().empty());
  CHECK(world.folder.file_count() == 0);
}

TEST_CASE("a job makes folder, file and tables, and leaves no other file behind") {
  StoreWorld world;
  world.path = world.table.database_path = world.folder / "data/deep/prim.db";
  {
    const auto store = world.store();
    CHECK(store->acquire(world.clock->now()));
    store->begin_job({"job-1", "load-guesses", 0}, std::vector{partition("sample", 0)});
    store->write(BatchOfGuesses().row(1), 0, {});
    CHECK(std::filesystem::exists(world.path + "-wal"));
    store->end_job(succeeded());
    CHECK_FALSE(std::filesystem::exists(world.path + "-wal"));
    CHECK_FALSE(std::filesystem::exists(world.path + "-shm"));
  }
  CHECK_FALSE(std::filesystem::exists(world.path + ".guesses.lock"));
  CHECK(ask(world.path, "PRAGMA journal_mode") == "wal");
  CHECK(ask(world.path, "PRAGMA page_size") == "16384");
  CHECK(world.rows() == "1|ann");
}

TEST_CASE("what is stored is where the next job begins") {
  StoreWorld world;
  PlannedPartition idle = partition("sample", 1);
  idle.end_offset = 0;
  idle.cluster_id = "";
  world.begin("job-1", {partition("sample", 0), idle})->write(BatchOfGuesses({0, 0}).row(1), 0, {});
  const std::vector<StoredPosition> stored = world.store()->positions();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].id == PartitionId{"game", "sample", 0});
  CHECK(stored[0].next_offset == 1);
  CHECK(stored[0].end_offset == 1000);
  CHECK(stored[0].generation == 1);
  CHECK(stored[0].cluster_id == "cluster-a");
  CHECK(stored[1].next_offset == 0);
  CHECK(stored[1].end_offset == 0);

  PlannedPartition known = stored_partition("sample", 0, 1);
  known.cluster_id = "cluster-b";
  known.end_offset = 1500;
  PlannedPartition still_idle = stored_partition("sample", 1, 0);
  still_idle.end_offset = 3;
  world.begin("job-2", {known, still_idle});
  CHECK(ask(world.path,
            "SELECT next_offset, end_offset, cluster_id, job_id FROM guesses__metadata") ==
        "1|1500|cluster-a|job-2 0|3|cluster-a|job-2");
}

TEST_CASE("a start past the end of the log is stored with the end that was seen") {
  StoreWorld world;
  PlannedPartition ahead = latest(5000);
  ahead.reason = StartReason::offset_number;
  world.begin("job-1", {ahead});
  CHECK(ask(world.path, "SELECT next_offset, end_offset FROM guesses__metadata") == "5000|1000");
}

TEST_CASE("a store that was overtaken writes nothing") {
  StoreWorld world;
  const auto slow = world.begin("job-slow");
  const auto fast = world.begin("job-fast", {stored_partition("sample", 0, 0)});
  fast->write(BatchOfGuesses().row(1).row(2), 0, {});

  SUBCASE("in a write") {
    const Error error =
        error_of([&] { slow->write(BatchOfGuesses().row(7).reject("bad"), 9, {}); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(says(error, "fenced: another job (job-fast) moved sample/0 from @0 to @2"));
  }
  SUBCASE("at its begin") {
    const Error error =
        error_of([&] { world.begin("job-late", {stored_partition("sample", 0, 1)}); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(says(error, "from @1 to @2"));
  }
  SUBCASE("at its begin with a partition that it takes for a new one") {
    CHECK(error_of([&] { world.begin("job-late"); }).code() == ExitCode::try_later);
  }
  SUBCASE("by a reset to the same offset") {
    execute(world.path, "UPDATE guesses__metadata SET generation = 2, next_offset = 0");
    CHECK(says(error_of([&] { slow->write(BatchOfGuesses().row(7), 0, {}); }),
               "generation 1 became 2"));
  }
  SUBCASE("by one who took its position away") {
    execute(world.path, "DELETE FROM guesses__metadata");
    CHECK(says(error_of([&] { slow->write(BatchOfGuesses().row(7), 0, {}); }), "is gone"));
  }
  CHECK(world.rows() == "1|ann 2|ann");
  CHECK(ask(world.path, "SELECT count(*) FROM guesses__rejects") == "0");
  CHECK(ask(world.path, "SELECT count(*) FROM sluice_jobs WHERE job_id = 'job-late'") == "0");
  CHECK(ask(world.path, "SELECT messages FROM sluice_jobs WHERE job_id = 'job-slow'") == "0");
}

TEST_CASE("only the partition that was fenced is told, and the others of the batch do not move") {
  StoreWorld world;
  const auto store = world.begin("job-1", {partition("sample", 0), partition("sample", 1)});
  execute(world.path, R"(UPDATE guesses__metadata SET next_offset = 9 WHERE "partition" = 1)");
  CHECK(says(error_of([&] {
               store->write(BatchOfGuesses({0, 0}).row(1).row(2, "x", 1), 0, {});
             }),
             "sample/1 from @0 to @9"));
  CHECK(world.positions() == "sample/0|0 sample/1|9");
  CHECK(world.rows().empty());
}

TEST_CASE("the history tells a job from its first to its last word") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  CHECK(ask(world.path,
            "SELECT action, table_name, state, started_at, ended_at, exit_code"
            " FROM sluice_jobs") == "load-guesses|guesses|running|2026-11-23T03:41:19.123Z|-|-");
  JobEnd end = succeeded();
  end.counts.messages = 5;
  end.counts.inserted = 4;
  end.counts.rejected = 1;
  end.message = "well";
  store->end_job(end);
  StoreReader reader(world.path);
  const std::optional<JobRecord> job = reader.job("job-1");
  REQUIRE(job);
  CHECK(job->state == "succeeded");
  CHECK(job->stop_reason == "caught_up");
  CHECK(job->ended_at == "2026-11-23T03:41:20.000Z");
  CHECK(job->counts.messages == 5);
  CHECK(job->counts.inserted == 4);
  CHECK(job->counts.rejected == 1);
  CHECK(job->exit_code == 0);
  CHECK(job->message == "well");
  CHECK(job->report == "{}");
  CHECK_FALSE(reader.job("job-2"));
}

TEST_CASE("a job that died is closed by the next one that holds the table") {
  StoreWorld world;
  world.begin("job-dead");
  execute(world.path,
          "INSERT INTO sluice_jobs (job_id, action, table_name, state, started_at)"
          " VALUES ('job-other', 'x', 'orders', 'running', '2026')");
  const auto next = world.store();
  REQUIRE(next->acquire(world.clock->now()));
  next->begin_job({"job-2", "load-guesses", 0}, std::vector{stored_partition("sample", 0, 0)});
  CHECK(ask(world.path, "SELECT job_id, state, stop_reason, exit_code FROM sluice_jobs") ==
        "job-dead|failed|error|- job-other|running|-|- job-2|running|-|-");
  CHECK(ask(world.path, "SELECT message FROM sluice_jobs WHERE job_id = 'job-dead'") ==
        "did not end by itself; found by the next job");
}

TEST_CASE("a job does not read through the history of all jobs before it") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());
  execute(world.path,
          "INSERT INTO sluice_jobs (job_id, action, table_name, state, started_at)"
          " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
          " SELECT 'job-old-' || i, 'load-guesses', 'guesses', 'succeeded', '2025' FROM n");
  ConnectionSpy spy;
  const auto store = world.store();
  REQUIRE(store->acquire(world.clock->now()));
  store->positions();
  store->begin_job({"job-2", "load-guesses", 0}, std::vector{stored_partition("sample", 0, 0)});
  store->end_job(succeeded());
  CHECK(spy.scanned_rows < 1000);
  CHECK(ask(world.path, "SELECT count(*) FROM sluice_jobs WHERE state = 'succeeded'") == "1002");
}

TEST_CASE("a history without its index gets it with the next job") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());
  execute(world.path, "DROP INDEX sluice_running_jobs");
  world.begin("job-2", {stored_partition("sample", 0, 0)})->end_job(succeeded());
  CHECK(ask(world.path, "SELECT sql FROM sqlite_schema WHERE name = 'sluice_running_jobs'") != "");
}

TEST_CASE("who does not hold the table takes nobody for dead") {
  StoreWorld world;
  const auto alive = world.begin("job-alive");
  world.begin("job-2", {stored_partition("sample", 0, 0)});
  CHECK(ask(world.path, "SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "2");
}

TEST_CASE("the table is held until the store is gone") {
  StoreWorld world;
  auto first = world.store();
  const auto second = world.store();
  CHECK(first->acquire(world.clock->now()));
  CHECK_FALSE(second->acquire(world.clock->now()));
  CHECK(second->holder().find("process ") == 0);
  first.reset();
  CHECK(second->acquire(world.clock->now()));
}

TEST_CASE("a position that nobody could find again is synced before the job goes on") {
  StoreWorld world;
  execute(world.path, "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
  ConnectionSpy spy;
  SUBCASE("latest") {
    const auto store = world.begin("job-1", {partition("orders", 0), latest(40)});
    store->write(BatchOfGuesses({0, 40}).row(1), 0, {});
    store->end_job(succeeded());
    CHECK(spy.commit_levels == std::vector{2, 1, 1});
  }
  SUBCASE("earliest can be found again") {
    world.begin("job-1")->end_job(succeeded());
    CHECK(spy.commit_levels == std::vector{1, 1});
  }
}

TEST_CASE("a begin that fails leaves nothing behind") {
  StoreWorld world;
  world.path = world.table.database_path = world.folder / "data/prim.db";
  SUBCASE("in the tables") { world.table.primary_key = {"no such column"}; }
  SUBCASE("at the commit") {
    ConnectionSpy spy;
    spy.refuse_commits = true;
    CHECK_THROWS_AS(world.begin("job-1"), Error);
    CHECK(world.folder.file_count() == 0);
    return;
  }
  SUBCASE("on a full disk") {
    const FileSizeLimit limit(20'000);
    CHECK(error_of([&] { world.begin("job-1"); }).code() == ExitCode::io);
    CHECK(world.folder.file_count() == 0);
    return;
  }
  CHECK_THROWS_AS(world.begin("job-1"), Error);
  CHECK(world.folder.file_count() == 0);
}

TEST_CASE("a begin that fails leaves a file of somebody else alone") {
  StoreWorld world;
  world.table.primary_key = {"no such column"};
  SUBCASE("with tables") {
    execute(world.path, "CREATE TABLE t (a)");
    CHECK_THROWS_AS(world.begin("job-1"), Error);
    CHECK(ask(world.path, "SELECT name FROM sqlite_schema") == "t");
  }
  SUBCASE("empty") {
    std::ofstream(world.path).flush();
    CHECK_THROWS_AS(world.begin("job-1"), Error);
    CHECK(std::filesystem::exists(world.path));
  }
}

TEST_CASE("a full disk writes nothing of the batch, ends with 74, and the next job goes on") {
  StoreWorld world;
  ConnectionSpy spy;
  {
    const auto store = world.begin("job-1");
    store->write(BatchOfGuesses().row(1), 0, {});
    BatchOfGuesses big({1});
    const std::string name(200'000, 'x');
    big.row(2).row(3, name).row(4, name).row(5, name);
    std::optional<Error> error;
    SUBCASE("SQLite counts the pages") {
      REQUIRE(sqlite3_exec(spy.last, "PRAGMA max_page_count = 24", nullptr, nullptr, nullptr) == 0);
      error = error_of([&] { store->write(big, 100, {}); });
    }
    SUBCASE("the system refuses to write") {
      const FileSizeLimit limit(300'000);
      error = error_of([&] { store->write(big, 100, {}); });
    }
    CHECK(error->code() == ExitCode::io);
    CHECK(says(*error, world.path));
  }
  CHECK(world.rows() == "1|ann");
  CHECK(world.positions() == "sample/0|1");
  CHECK(ask(world.path, "SELECT messages FROM sluice_jobs") == "1");
  CHECK(ask(world.path, "SELECT count(*) FROM guesses__rejects") == "0");
  world.begin("job-2", {stored_partition("sample", 0, 1)})
      ->write(BatchOfGuesses({1}).row(2), 0, {});
  CHECK(world.rows() == "1|ann 2|ann");
}

TEST_CASE("after a failed commit nothing is written, and only the last word may follow") {
  StoreWorld world;
  ConnectionSpy spy;
  const auto store = world.begin("job-1");
  spy.refuse_commits = true;
  CHECK_THROWS_AS(store->write(BatchOfGuesses().row(1), 0, {}), Error);
  spy.refuse_commits = false;
  CHECK(world.rows().empty());
  CHECK(world.positions() == "sample/0|0");
  CHECK(says(error_of([&] { store->write(BatchOfGuesses().row(1), 0, {}); }),
             "after a failed commit"));
  store->end_job(succeeded());
  CHECK(ask(world.path, "SELECT state, messages FROM sluice_jobs") == "succeeded|0");
}

TEST_CASE("another writer is waited for, up to lock_timeout, then it is 75 and the job may go on") {
  StoreWorld world;
  SteppingClock clock(std::chrono::milliseconds(250));
  world.clock = &clock;
  world.lock_timeout = std::chrono::seconds(5);
  const auto store = world.begin("job-1");
  Database other(world.path, Database::Mode::write, {});
  const BatchOfGuesses batch = std::move(BatchOfGuesses().row(1));

  SUBCASE("in WAL") {
    store->write(batch, 0, {});
    other.execute("BEGIN IMMEDIATE");
    const Error error = error_of([&] { store->write(BatchOfGuesses({1}).row(2), 0, {}); });
    CHECK(error.code() == ExitCode::try_later);
    CHECK(says(error, "after 5s (lock_timeout)"));
    CHECK(world.rows() == "1|ann");
    other.execute("COMMIT");
    store->write(BatchOfGuesses({1}).row(2), 0, {});
    CHECK(world.rows() == "1|ann 2|ann");
  }
  SUBCASE("on the way into WAL, where a reader is in the way") {
    other.execute("BEGIN");
    other.ask("SELECT * FROM sluice_jobs");
    const Error error = error_of([&] { store->write(batch, 0, {}); });
    CHECK(error.code() == ExitCode::try_later);
    other.execute("COMMIT");
    store->write(batch, 0, {});
    CHECK(world.rows() == "1|ann");
  }
  SUBCASE("a signal ends the wait") {
    store->write(batch, 0, {});
    other.execute("BEGIN IMMEDIATE");
    world.stop.raise(SIGTERM);
    clock.looks = 0;
    CHECK(
        says(error_of([&] { store->write(BatchOfGuesses({1}).row(2), 0, {}); }), "asked to stop"));
    CHECK(clock.looks < 8);
  }
}

TEST_CASE("expressions without an end have 5 s together, then they do not hold") {
  StoreWorld world;
  SteppingClock clock(std::chrono::milliseconds(50));
  world.clock = &clock;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1), 0, {});
  const Clock::Instant begun = clock.now();
  for (int i = 0; i < 3; ++i) {
    const ConditionResult result =
        store->test("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT max(i) FROM n) = 0");
    CHECK_FALSE(result.holds);
    CHECK(result.value == "not known: its time was over");
  }
  CHECK(clock.now() - begun > std::chrono::seconds(5));
  CHECK(clock.now() - begun < std::chrono::seconds(7));
}

TEST_CASE("rows are counted within that time, and a signal ends the count") {
  StoreWorld world;
  SteppingClock clock(std::chrono::milliseconds(500));
  world.clock = &clock;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1), 0, {});
  store->end_job({});
  Database(world.path, Database::Mode::create, {})
      .execute("INSERT INTO guesses SELECT guesses.* FROM guesses, (WITH RECURSIVE n(i) AS "
               "(SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT i FROM n)");
  CHECK_FALSE(store->count_rows(200'000).has_value());
  CHECK(store->count_rows(1) == 1);
  world.stop.raise(SIGTERM);
  CHECK(error_of([&] { store->count_rows(200'000); }).is_interruption());
}

TEST_CASE("a reader neither stops a job nor is stopped by it") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  store->write(BatchOfGuesses().row(1), 0, {});
  Database reader(world.path, Database::Mode::look, {});
  reader.execute("BEGIN");
  CHECK(reader.ask("SELECT count(*) FROM guesses") == "1");
  store->write(BatchOfGuesses({1}).row(2), 0, {});
  CHECK(reader.ask("SELECT count(*) FROM guesses") == "1");
  reader.execute("COMMIT");
  CHECK(reader.ask("SELECT count(*) FROM guesses") == "2");
}

TEST_CASE("a database that is taken away under a job is an error, not a loss") {
  StoreWorld world;
  const auto store = world.begin("job-1");
  std::filesystem::remove(world.path);
  CHECK(error_of([&] { store->write(BatchOfGuesses().row(1), 0, {}); }).code() == ExitCode::io);
}

TEST_CASE("a store without a job refuses to write") {
  StoreWorld world;
  const auto store = world.store();
  CHECK(error_of([&] { store->write(BatchOfGuesses().row(1), 0, {}); }).code() ==
        ExitCode::our_bug);
  CHECK(error_of([&] { store->end_job(succeeded()); }).code() == ExitCode::our_bug);
}

TEST_CASE("a person can look into jobs and positions without changing anything") {
  StoreWorld world;
  CHECK(error_of([&] { StoreReader reader(world.path); }).code() == ExitCode::no_input);
  CHECK(world.folder.file_count() == 0);
  std::ofstream(world.folder / "text.db") << std::string(5000, 'x');
  CHECK(error_of([&] { StoreReader reader(world.folder / "text.db"); }).code() == ExitCode::io);
  execute(world.path, "CREATE TABLE t (a)");
  CHECK(StoreReader(world.path).jobs(10).empty());
  CHECK(StoreReader(world.path).positions("guesses").empty());

  for (int i = 0; i < 3; ++i) {
    const auto store = world.store();
    store->begin_job(
        {"job-" + std::to_string(i), "load-guesses", i},
        std::vector{i == 0 ? partition("sample", 0) : stored_partition("sample", 0, i)});
    store->write(BatchOfGuesses({i}).row(i), 0, {});
    store->end_job(succeeded());
  }
  StoreReader reader(world.path);
  const std::vector<JobRecord> jobs = reader.jobs(2);
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].job_id == "job-2");
  CHECK(jobs[1].job_id == "job-1");
  CHECK(reader.jobs(10, "GUESSES").size() == 3);
  CHECK(reader.jobs(10, "orders").empty());
  const std::vector<PositionRecord> positions = reader.positions("guesses");
  REQUIRE(positions.size() == 1);
  CHECK(positions[0].position.next_offset == 3);
  CHECK(positions[0].last_offset == 2);
  CHECK(positions[0].last_timestamp_ms == 1'002);
  CHECK(positions[0].job_id == "job-2");
}
