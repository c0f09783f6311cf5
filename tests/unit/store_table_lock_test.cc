#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "store/table_lock.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

TEST_CASE("a table has one holder, other tables of the database have their own") {
  const TemporaryFolder folder;
  TableLock first(folder / "x.db", "guesses");
  TableLock second(folder / "x.db", "guesses");
  TableLock other_table(folder / "x.db", "orders");
  TableLock other_database(folder / "y.db", "guesses");
  CHECK(first.try_lock());
  CHECK_FALSE(second.try_lock());
  CHECK(second.holder().find("process " + std::to_string(::getpid())) == 0);
  CHECK(other_table.try_lock());
  CHECK(other_database.try_lock());
  first.release();
  CHECK(second.try_lock());
}

TEST_CASE("names that SQLite takes for one are one, names that it tells apart are not") {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& table) {
    return TableLock(folder / "x.db", table).path();
  };
  CHECK(path("Guesses") == path("gUESSES"));
  CHECK(path("a/b") != path("a_b"));
  CHECK(path("a%2fb") != path("a/b"));
  CHECK(path("\xc3\x84") != path("\xc3\xa4"));  // Ä and ä: SQLite folds ASCII only
  const std::string a_long_name(1000, 'x');
  CHECK(path(a_long_name) != path(a_long_name + "y"));
  CHECK(TableLock(folder / "x.db", a_long_name).try_lock());
  CHECK(TableLock(folder / "x.db", "a/../\"b").try_lock());
}

TEST_CASE("two ways to one database lead to one lock") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "real");
  std::filesystem::create_directory_symlink(folder / "real", folder / "link");
  TableLock first(folder / "real/x.db", "guesses");
  TableLock second(folder / "link/../real/x.db", "guesses");
  TableLock third(folder / "link/x.db", "guesses");
  CHECK(first.try_lock());
  CHECK_FALSE(second.try_lock());
  CHECK_FALSE(third.try_lock());
}

TEST_CASE("a release takes the file and the folders that were made for it away") {
  const TemporaryFolder folder;
  {
    TableLock lock(folder / "data/deep/x.db", "guesses");
    CHECK(lock.try_lock());
    CHECK(std::filesystem::exists(lock.path()));
  }
  CHECK(folder.file_count() == 0);
  {
    TableLock lock(folder / "data/x.db", "guesses");
    CHECK(lock.try_lock());
    execute(folder / "data/x.db", "CREATE TABLE t (a)");
  }
  CHECK(std::filesystem::exists(folder / "data/x.db"));
}

TEST_CASE("a lock on a file that was removed meanwhile does not count") {
  const TemporaryFolder folder;
  TableLock first(folder / "x.db", "guesses");
  CHECK(first.try_lock());
  std::filesystem::remove(first.path());
  TableLock second(folder / "x.db", "guesses");
  CHECK(second.try_lock());
  TableLock third(folder / "x.db", "guesses");
  CHECK_FALSE(third.try_lock());
}

TEST_CASE("who lost the file to somebody else's hand leaves that of the next holder where it is") {
  const TemporaryFolder folder;
  TableLock first(folder / "x.db", "guesses");
  CHECK(first.try_lock());
  std::filesystem::remove(first.path());
  TableLock second(folder / "x.db", "guesses");
  CHECK(second.try_lock());
  first.release();
  TableLock third(folder / "x.db", "guesses");
  CHECK_FALSE(third.try_lock());
  second.release();
  CHECK(third.try_lock());
}

TEST_CASE("the kernel frees the lock of a process that is killed") {
  const TemporaryFolder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    TableLock lock(folder / "x.db", "guesses");
    const char told = lock.try_lock() ? 'y' : 'n';
    if (::write(ready[1], &told, 1) == 1) ::pause();
    ::_exit(1);
  }
  char told = 0;
  REQUIRE(::read(ready[0], &told, 1) == 1);
  CHECK(told == 'y');
  TableLock lock(folder / "x.db", "guesses");
  CHECK_FALSE(lock.try_lock());
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(lock.try_lock());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a wait ends when the lock is free, the time is over or the job is asked to stop") {
  const TemporaryFolder folder;
  TableLock holder(folder / "x.db", "guesses");
  CHECK(holder.try_lock());
  TableLock lock(folder / "x.db", "guesses");
  SteppingClock clock(std::chrono::milliseconds(100));
  StopSignal stop;
  const Clock::Instant start = clock.now();

  SUBCASE("free") {
    clock.on_look = [&](int look) {
      if (look == 3) holder.release();
    };
    CHECK(lock.wait(start + std::chrono::hours(1), clock, stop));
  }
  SUBCASE("time over") { CHECK_FALSE(lock.wait(start + std::chrono::seconds(1), clock, stop)); }
  SUBCASE("asked to stop") {
    clock.on_look = [&](int look) {
      if (look == 3) stop.raise(2);
    };
    CHECK_FALSE(lock.wait(start + std::chrono::hours(1), clock, stop));
    CHECK(clock.looks < 6);
  }
}

TEST_CASE("a lock file that cannot be made is 74") {
  const TemporaryFolder folder;
  execute(folder / "file", "CREATE TABLE t (a)");
  TableLock lock(folder / "file/x.db", "guesses");
  CHECK(error_of([&] { lock.try_lock(); }).code() == ExitCode::io);
}
