#include <doctest/doctest.h>

#include "sqlite/batch_table.h"
#include "sqlite/database.h"
#include "store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

struct Shown {
  Shown() : table(3), database(":memory:", Database::Mode::create, {}) {
    table.register_with(database);
    table.set_origins({{"game", "sample", 1, 0}, {"game", "orders", 2, 7}});
  }
  std::string ask(std::string_view sql) { return database.ask(sql); }

  BatchTable table;
  Database database;
};

}  // namespace

TEST_CASE("every kind of cell has its SQLite type") {
  Shown shown;
  const auto type_of = [&shown](const Cell& cell) {
    BatchOfGuesses batch;
    batch.row(cell, Cell::null(), Cell::null());
    shown.table.show(batch, 0, 1);
    return shown.ask("SELECT typeof(c0) || ' ' || quote(c0) FROM sluice_batch");
  };
  CHECK(type_of(Cell::missing()) == "null NULL");
  CHECK(type_of(Cell::null()) == "null NULL");
  CHECK(type_of(Cell::of_boolean(true)) == "integer 1");
  CHECK(type_of(Cell::of_integer(INT64_MIN)) == "integer -9223372036854775808");
  CHECK(type_of(Cell::of_real(0.5)) == "real 0.5");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::number, "1.50")) == "text '1.50'");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::text, "it's")) == "text 'it''s'");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::text, {})) == "text ''");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::json, "[1]")) == "text '[1]'");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::blob, "\xff")) == "blob X'FF'");
  CHECK(type_of(Cell::of_bytes(Cell::Kind::blob, {})) == "blob X''");
}

TEST_CASE("only the rows of the range are there, in their order, as often as asked") {
  Shown shown;
  BatchOfGuesses batch;
  batch.row(1).row(2).row(3).row(4);
  const auto range = [&](std::size_t first, std::size_t last) {
    shown.table.show(batch, first, last);
    return shown.ask("SELECT group_concat(c0) FROM sluice_batch");
  };
  CHECK(range(0, 4) == "1,2,3,4");
  CHECK(range(1, 3) == "2,3");
  CHECK(range(3, 4) == "4");
  CHECK(range(2, 2) == "");
  CHECK(range(0, 4) == "1,2,3,4");
}

TEST_CASE("a row knows the message that it came from") {
  Shown shown;
  BatchOfGuesses batch({5, 90});
  batch.row(1).reject("bad").row(2, "x", 1).row(3);
  shown.table.show(batch, 0, 3);
  CHECK(
      shown.ask("SELECT group_concat(concat, ' ') FROM (SELECT c0 || ':' || origin_source || '/' ||"
                " origin_topic || '/' || origin_partition || '@' || origin_offset || '#' ||"
                " origin_generation AS concat FROM sluice_batch)") ==
      "1:game/sample/0@5#1 2:game/orders/7@90#2 3:game/sample/0@7#1");
}

TEST_CASE("a trigger or a view of the database cannot reach the batch") {
  Shown shown;
  BatchOfGuesses batch;
  batch.row(1);
  shown.table.show(batch, 0, 1);
  shown.database.execute("CREATE VIEW v AS SELECT c0 FROM sluice_batch");
  CHECK(says(error_of([&] { shown.ask("SELECT * FROM v"); }), "unsafe use"));
}
