// What a -wal file holds is moved into the database, most of it beside the connection that writes.
#include "sqlite/checkpointer.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "sqlite/database.h"
#include "support/log_watch.h"
#include "support/no_threads.h"
#include "support/temp_dir.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::int64_t page_bytes = 4'096;

struct Wal {
  TempDir dir;
  std::string path = dir.file("data.db");
  Database writer{path, Database::Mode::create, {}};

  Wal() {
    writer.execute(fmt::format(
        "PRAGMA page_size = {}; PRAGMA journal_mode = WAL; CREATE TABLE t (x)", page_bytes));
  }

  void insert(std::int64_t pages) {
    writer.execute(fmt::format("INSERT INTO t VALUES (zeroblob({}))", pages * page_bytes));
  }
  // Pages that the database itself holds, without its -wal file.
  std::int64_t moved_pages() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(path)) / page_bytes;
  }
};

// Somebody else's checkpoint, for as long as it lives: its lock is the second of the eight in the
// -shm file, which begin at its byte 120 (https://www.sqlite.org/walformat.html#wal_locks). Its end
// gives up SQLite's locks on that file too: not for a test with other processes.
class OtherCheckpoint {
 public:
  explicit OtherCheckpoint(const std::string& database)
      : file_(::open((database + "-shm").c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 121;
    lock.l_len = 1;
    REQUIRE(::fcntl(file_, F_OFD_SETLK, &lock) == 0);
  }
  ~OtherCheckpoint() { ::close(file_); }
  OtherCheckpoint(const OtherCheckpoint&) = delete;
  OtherCheckpoint& operator=(const OtherCheckpoint&) = delete;

 private:
  int file_;
};

}  // namespace

TEST_CASE("each quarter of a -wal file is moved by a thread, and the rest by who fills it") {
  Wal wal;
  Checkpointer checkpointer(wal.writer, 1'000);
  const auto moved_with = [&](std::int64_t pages) {
    wal.insert(pages);
    checkpointer.finish();
    return wal.moved_pages();
  };
  CHECK(moved_with(200) < 10);
  CHECK(moved_with(100) > 300);
  CHECK(moved_with(200) < 500);
  CHECK(moved_with(100) > 600);
  CHECK(moved_with(100) < 700);
  wal.insert(1'000);
  CHECK(wal.moved_pages() > 1'700);  // at once

  const auto size = std::filesystem::file_size(wal.path + "-wal");
  CHECK(moved_with(900) > 2'600);
  CHECK(std::filesystem::file_size(wal.path + "-wal") == size);  // has begun anew
}

TEST_CASE("of a small -wal file who fills it moves all") {
  Wal wal;
  Checkpointer checkpointer(wal.writer, 4 * Checkpointer::least_pages - 1);
  wal.insert(200);
  checkpointer.finish();
  CHECK(wal.moved_pages() < 10);
  wal.insert(60);
  CHECK(wal.moved_pages() > 260);
}

TEST_CASE("rows that are written while others are moved are all there") {
  Wal wal;
  wal.writer.move_wal_at(4 * Checkpointer::least_pages);
  for (int i = 0; i < 500; ++i) wal.insert(10);
  CHECK(wal.moved_pages() > 4'000);
  REQUIRE(wal.writer.try_truncate_wal());
  CHECK(wal.writer.ask("PRAGMA integrity_check") == "ok");
  CHECK(wal.writer.ask("SELECT count(*) || '|' || sum(length(x)) FROM t") == "500|20480000");
}

TEST_CASE("a reader's snapshot stays, and what it allows is moved") {
  Wal wal;
  Database reader(wal.path, Database::Mode::look, {});
  Checkpointer checkpointer(wal.writer, 1'000);
  wal.insert(100);
  reader.execute("BEGIN; SELECT * FROM t");
  wal.insert(200);
  checkpointer.finish();
  CHECK(wal.moved_pages() > 100);
  CHECK(wal.moved_pages() < 200);
  wal.insert(1'000);
  CHECK(wal.moved_pages() < 200);
  CHECK(reader.ask("SELECT count(*) FROM t") == "1");
  reader.execute("COMMIT");
  wal.insert(1);
  CHECK(wal.moved_pages() > 1'300);
  CHECK(reader.ask("SELECT count(*) FROM t") == "4");
}

TEST_CASE("who empties the -wal file waits until nothing is being moved") {
  Wal wal;
  wal.writer.move_wal_at(20'000);
  for (int i = 0; i < 10; ++i) {
    const std::int64_t before = wal.moved_pages();
    wal.insert(5'100);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (wal.moved_pages() == before && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    REQUIRE(wal.moved_pages() > before);
    REQUIRE((i % 2 == 0 ? wal.writer.try_truncate_wal() : wal.writer.truncate_wal()));
    REQUIRE(std::filesystem::file_size(wal.path + "-wal") == 0);
  }
}

TEST_CASE("the last connection that closes leaves no -wal file, whatever is being moved") {
  TempDir dir;
  const std::string path = dir.file("data.db");
  for (int i = 0; i < 20; ++i) {
    Database writer(path, Database::Mode::create, {});
    writer.execute("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (x)");
    writer.move_wal_at(1'000);
    writer.execute("INSERT INTO t VALUES (zeroblob(1200000))");
  }
  CHECK_FALSE(std::filesystem::exists(path + "-wal"));
  Database after(path, Database::Mode::look, {});
  CHECK(after.ask("PRAGMA integrity_check") == "ok");
  CHECK(after.ask("SELECT count(*) FROM t") == "20");
}

TEST_CASE("where the thread cannot open the database it says so once, and commits move all") {
  const LogWatch log;
  Wal wal;
  Checkpointer checkpointer(wal.writer, 1'000);
  wal.insert(1);  // who writes has opened the file that the thread does not find
  std::filesystem::rename(wal.path + "-wal", wal.path + "-wal.old");
  std::filesystem::create_directory(wal.path + "-wal");
  wal.insert(300);
  checkpointer.finish();
  const std::string told = log.text();
  CHECK(holds(told, "data.db: what stands in its -wal file cannot be moved into it beside"));
  wal.insert(300);
  checkpointer.finish();
  CHECK(wal.moved_pages() < 10);
  wal.insert(500);
  CHECK(wal.moved_pages() > 1'100);
  CHECK(log.text() == told);
}

TEST_CASE("where somebody else moves the pages the next commits try again, without a word") {
  const LogWatch log;
  Wal wal;
  Checkpointer checkpointer(wal.writer, 1'000);
  {
    const OtherCheckpoint other(wal.path);
    wal.insert(300);
    checkpointer.finish();
    wal.insert(800);
    CHECK(wal.moved_pages() < 10);
  }
  wal.insert(1);
  CHECK(wal.moved_pages() > 1'100);
  wal.insert(300);
  checkpointer.finish();
  CHECK(wal.moved_pages() > 1'400);
  CHECK(log.text() == "");
}

TEST_CASE("where the system has no more threads commits move all") {
  Wal wal;
  const NoMoreThreads none;
  Checkpointer checkpointer(wal.writer, 1'000);
  wal.insert(300);
  checkpointer.finish();
  CHECK(wal.moved_pages() < 10);
  wal.insert(800);
  CHECK(wal.moved_pages() > 1'100);
}

TEST_CASE("another file in the database's place stays as it is") {
  Wal wal;
  Checkpointer checkpointer(wal.writer, 1'000);
  std::filesystem::rename(wal.path, wal.path + ".old");
  std::ofstream(wal.path) << "another";
  wal.insert(300);
  checkpointer.finish();
  std::string content;
  std::getline(std::ifstream(wal.path), content);
  CHECK(content == "another");
}
