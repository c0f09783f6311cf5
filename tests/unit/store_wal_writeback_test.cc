#include "store/wal_writeback.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include "sqlite/database.h"
#include "store_fixture.h"

namespace {

std::optional<ino_t> begun;  // the file of the last call

}  // namespace

// The C library's, for this whole program.
extern "C" int sync_file_range(int descriptor, off64_t offset, off64_t bytes, unsigned flags) {
  struct stat file {};
  if (::fstat(descriptor, &file) == 0) begun = file.st_ino;
  return static_cast<int>(::syscall(SYS_sync_file_range, descriptor, offset, bytes, flags));
}

namespace sluice::store_test {

TEST_CASE("the disk begins with the -wal file after a large commit, and not after a small one") {
  const TemporaryFolder folder;
  const std::string path = folder / "data.db";
  execute(path, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
  std::filesystem::create_symlink(path, folder / "link.db");
  Database database(folder / "link.db", Database::Mode::write, {});
  const auto commit = [&](std::int64_t pages) {
    database.execute(fmt::format("INSERT INTO t VALUES (zeroblob({}))", 4'096 * pages));
  };
  const auto wal = [&] {
    struct stat file {};
    REQUIRE(::stat((path + "-wal").c_str(), &file) == 0);
    return file.st_ino;
  };
  WalWriteback writeback(database);
  database.take_pages_written();
  begun.reset();

  commit(WalWriteback::least_pages / 2);
  writeback.begin();
  CHECK_FALSE(begun);
  commit(WalWriteback::least_pages);
  writeback.begin();
  CHECK(begun == wal());

  begun.reset();
  commit(1);
  writeback.begin();
  CHECK_FALSE(begun);
}

}  // namespace sluice::store_test
