#include "store/wal_writeback.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include "sqlite/database.h"
#include "store_fixture.h"

namespace {

// The last call.
struct Begun {
  ino_t file = 0;
  unsigned how = 0;
};
std::optional<Begun> begun;

}  // namespace

// The C library's, for this whole program.
extern "C" int sync_file_range(int descriptor, off64_t offset, off64_t bytes, unsigned flags) {
  struct stat file {};
  if (::fstat(descriptor, &file) == 0) begun = {file.st_ino, flags};
  return static_cast<int>(::syscall(SYS_sync_file_range, descriptor, offset, bytes, flags));
}

namespace sluice::store_test {

TEST_CASE("the disk begins with the -wal file after large commits, and waits for small ones") {
  const TemporaryFolder folder;
  const std::string path = folder / "data.db";
  execute(path, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
  Database database(path, Database::Mode::write, {});
  WalWriteback writeback(database);
  const auto begins_with = [&](std::int64_t pages) {
    database.execute(fmt::format("INSERT INTO t VALUES (zeroblob({}))", 4'096 * pages));
    begun.reset();
    writeback.begin();
    return begun.has_value();
  };
  CHECK(begins_with(WalWriteback::least_pages));
  struct stat wal {};
  REQUIRE(::stat((path + "-wal").c_str(), &wal) == 0);
  CHECK(begun->file == wal.st_ino);
  CHECK(begun->how == SYNC_FILE_RANGE_WRITE);  // and waits for nothing
  CHECK_FALSE(begins_with(1));
  CHECK_FALSE(begins_with(WalWriteback::least_pages / 2));
  CHECK(begins_with(WalWriteback::least_pages / 2));
}

TEST_CASE("a load of many rows has the disk begin while it goes on") {
  StoreWorld world;
  BatchOfGuesses few;
  few.row(1);
  BatchOfGuesses many({1});
  for (std::int64_t i = 0; i < 100'000; ++i) many.row(i);
  const auto store = world.begin("job-1");
  begun.reset();
  store->write(few, 0, {});
  CHECK_FALSE(begun);
  store->write(many, 0, {});
  CHECK(begun);
}

}  // namespace sluice::store_test
