#include <doctest/doctest.h>
#include <fmt/format.h>

#include "plan/upsert.h"

namespace sluice {
namespace {

Place on_line(int line) {
  static const auto document =
      std::make_shared<const SourceText>(SourceText{"a.json", std::string(40, '\n')});
  return {document, line, 1};
}

Column nullable_column(std::string name, ColumnType type) {
  return {std::move(name), type, true, {}};
}

// An action that upserts into db/orders (id <- $key, at <- an attribute, note, unmapped), with the
// primary key id.
struct UpsertAction {
  Action action;
  PlannedTable table;

  UpsertAction() {
    action.write_mode = {WriteMode::upsert, on_line(5)};
    action.schema_place = on_line(15);
    table.dataset = "db";
    table.name = "orders";
    table.primary_key = {"id"};
    table.declared = {
        nullable_column("id", ColumnType::integer), nullable_column("at", ColumnType::datetime),
        nullable_column("note", ColumnType::text), nullable_column("price", ColumnType::decimal)};
    table.columns = {{"id", ColumnType::integer, false, BrokerField::key},
                     {"at", ColumnType::datetime, true, std::size_t{0}},
                     {"note", ColumnType::text, true, std::size_t{1}},
                     {"price", ColumnType::decimal, true, PlannedConstant("1.00"), false}};
  }

  // "LINE message" of every problem, one a line.
  std::string told() {
    Problems problems;
    plan_upsert(action, table, problems);
    std::string lines;
    for (const Problem& problem : problems.errors()) {
      lines += fmt::format("{} {}\n", problem.place.line, problem.message);
    }
    return lines;
  }
};

TEST_CASE("append plans nothing of an upsert") {
  UpsertAction setting;
  setting.action.write_mode = {};
  CHECK(setting.told() == "");
  CHECK(setting.table.write_mode == WriteMode::append);
  CHECK(setting.table.key_cells.empty());
  CHECK_FALSE(setting.table.tombstones_delete);
}

TEST_CASE("an upsert knows the cells of its key, in the key's order") {
  UpsertAction setting;
  setting.table.primary_key = {"note", "id"};
  setting.action.newest_by = {"at", on_line(6)};
  CHECK(setting.told() == "");
  CHECK(setting.table.write_mode == WriteMode::upsert);
  CHECK(setting.table.key_cells == std::vector<std::size_t>{2, 0});
  CHECK(setting.table.newest_by == 1);
}

TEST_CASE("a tombstone deletes where it says the whole key, $key among it") {
  const auto deletes = [](decltype(PlannedColumn::from) id, decltype(PlannedColumn::from) note) {
    UpsertAction setting;
    setting.table.primary_key = {"id", "note"};
    setting.table.columns[0].from = std::move(id);
    setting.table.columns[2].from = std::move(note);
    CHECK(setting.told() == "");
    return setting.table.tombstones_delete;
  };
  CHECK(deletes(BrokerField::key, BrokerField::topic));
  CHECK(deletes(BrokerField::partition, BrokerField::key));
  CHECK(deletes(BrokerField::key, PlannedConstant("eu")));
  CHECK_FALSE(deletes(BrokerField::key, std::size_t{1}));
  CHECK_FALSE(deletes(BrokerField::key, BrokerField::offset));
  CHECK_FALSE(deletes(BrokerField::topic, BrokerField::partition));
}

TEST_CASE("an upsert needs a primary key that messages fill") {
  UpsertAction setting;
  setting.table.primary_key = {};
  CHECK(setting.told() ==
        "5 \"upsert\" keeps one row for each value of the primary key, and table \"orders\" of "
        "dataset \"db\" has none; give it a \"primary_key\"\n");
  setting.table.primary_key = {"id", "price"};
  CHECK(setting.told() ==
        "15 column \"price\" is part of the primary key, by which \"upsert\" finds a row, and the "
        "schema does not map it\n");
}

TEST_CASE("newest_by is a mapped column that has an order") {
  const auto told = [](const char* newest_by) {
    UpsertAction setting;
    setting.action.newest_by = {newest_by, on_line(6)};
    return setting.told();
  };
  CHECK(told("id") == "");
  CHECK(told("att") == "6 table \"orders\" has no column \"att\" (did you mean \"at\"?)\n");
  CHECK(told("note") ==
        "6 column \"note\" is of type text, which has no order; \"newest_by\" needs an integer, "
        "real, decimal, date or datetime\n");
  CHECK(told("price") ==
        "6 column \"price\" is not mapped, so that no message has a value in it\n");
}

}  // namespace
}  // namespace sluice
