#include <doctest/doctest.h>

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

}  // namespace sluice::store_test
