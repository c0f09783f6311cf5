#include <doctest/doctest.h>

#include "store/session.h"
#include "store/wal_watch.h"
#include "store_fixture.h"

namespace sluice::store_test {

TEST_CASE(
    "a -wal file that a reader makes grow is told of once, and emptied when the reader ends") {
  constexpr std::int64_t limit = 256 << 10;
  const TemporaryFolder folder;
  const std::string path = folder / "data.db";
  execute(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
  Database writer(path, Database::Mode::write, {});
  Database reader(path, Database::Mode::look, {});
  WalWatch watch(writer, limit);
  const auto grow = [&] { writer.execute("INSERT INTO t VALUES (zeroblob(300 * 1024))"); };
  const auto size = [&] { return std::filesystem::file_size(path + "-wal"); };

  grow();
  CHECK_FALSE(watch.look());  // nobody is in the way
  CHECK(size() == 0);

  reader.execute("BEGIN; SELECT * FROM t");
  grow();
  CHECK(size() > limit);
  CHECK(watch.look());
  grow();
  grow();
  CHECK_FALSE(watch.look());  // is told already

  reader.execute("COMMIT");
  grow();
  CHECK_FALSE(watch.look());
  CHECK(size() <= limit);
  reader.execute("BEGIN; SELECT * FROM t");
  CHECK_FALSE(watch.look());
  grow();
  CHECK(watch.look());  // anew
}

TEST_CASE("a -wal file that grows is seen where a link leads to the database") {
  const TemporaryFolder folder;
  const std::string path = folder / "data.db";
  execute(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
  std::filesystem::create_symlink(path, folder / "link.db");
  Database writer(folder / "link.db", Database::Mode::write, {});
  Database reader(path, Database::Mode::look, {});
  reader.execute("BEGIN; SELECT * FROM t");
  WalWatch watch(writer, 64 << 10);
  writer.execute("INSERT INTO t VALUES (zeroblob(100 * 1024))");
  CHECK(watch.look());
}

TEST_CASE("a dataset that lets many pages come together in the -wal file may have them") {
  StoreWorld world;
  world.begin("job-1")->end_job(succeeded());
  const auto limit = [&] {
    return Session(world.table, {}).database.ask("PRAGMA journal_size_limit");
  };
  CHECK(limit() == std::to_string(WalWatch::default_limit));
  world.table.sqlite.wal_autocheckpoint = 10'000;
  CHECK(limit() == std::to_string(2 * 10'000 * 16'384));
  world.table.sqlite.wal_autocheckpoint = 10;
  CHECK(limit() == std::to_string(WalWatch::default_limit));
}

}  // namespace sluice::store_test
