#include "store/existing_table.h"

#include <algorithm>

#include "base/ascii_case.h"
#include "sqlite/column_collation.h"
#include "sqlite/database.h"

namespace sluice {
namespace {

// `hidden` of PRAGMA table_xinfo: https://www.sqlite.org/pragma.html#pragma_table_xinfo
constexpr int generated_virtual = 2;
constexpr int generated_stored = 3;

struct RawColumn {
  std::string name;
  std::string type;
  bool not_null;
  bool has_default;
  std::int64_t place_in_key;  // from 1; 0: none
  bool generated;
};

std::vector<RawColumn> raw_columns(Database& database, const std::string& table) {
  Statement statement = database.prepare(
      "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden"
      " FROM pragma_table_xinfo(?1, 'main') ORDER BY cid");
  std::vector<RawColumn> columns;
  statement.with(table);
  while (statement.step()) {
    const auto hidden = statement.integer(5);
    columns.push_back({.name = std::string(statement.text(0)),
                       .type = folded(statement.text(1)),
                       .not_null = statement.integer(2) != 0,
                       .has_default = statement.integer(3) != 0,
                       .place_in_key = statement.integer(4),
                       .generated = hidden == generated_virtual || hidden == generated_stored});
  }
  return columns;
}

// INTEGER PRIMARY KEY, alone, is the rowid, which SQLite chooses where nobody gives it:
// https://www.sqlite.org/lang_createtable.html#rowid
bool has_rowid_key(const std::vector<RawColumn>& columns, bool without_rowid) {
  const auto in_key = [](const RawColumn& column) { return column.place_in_key > 0; };
  if (without_rowid || std::ranges::count_if(columns, in_key) != 1) return false;
  return std::ranges::find_if(columns, in_key)->type == "integer";
}

std::vector<std::string> primary_key_of(const std::vector<RawColumn>& columns) {
  std::vector<std::string> key;
  for (std::int64_t place = 1;; ++place) {
    const auto column = std::ranges::find(columns, place, &RawColumn::place_in_key);
    if (column == columns.end()) return key;
    key.push_back(column->name);
  }
}

// The word may stand in a name or a comment just as well.
bool may_have_checks(Database& database, const std::string& table) {
  Statement statement = database.prepare(
      "SELECT sql LIKE '%check%' FROM sqlite_schema WHERE type = 'table' AND name = ?1"
      " COLLATE NOCASE");
  statement.with(table);
  return statement.step() && statement.integer(0) != 0;
}

bool is_referred_to(Database& database, const std::string& table) {
  Statement statement = database.prepare(
      "SELECT EXISTS (SELECT 1 FROM sqlite_schema AS other,"
      " pragma_foreign_key_list(other.name, 'main') AS link"
      " WHERE other.type = 'table' AND link.\"table\" = ?1 COLLATE NOCASE)");
  statement.with(table);
  return statement.step() && statement.integer(0) != 0;
}

bool has_triggers_or_foreign_keys(Database& database, const std::string& table) {
  Statement statement = database.prepare(
      "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1"
      " COLLATE NOCASE) OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1, 'main'))");
  statement.with(table);
  return statement.step() && statement.integer(0) != 0;
}

bool is_same_set(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  return one.size() == other.size() && std::ranges::all_of(one, [&other](const std::string& name) {
           return std::ranges::any_of(
               other, [&name](const std::string& same) { return is_same_name(name, same); });
         });
}

}  // namespace

const ExistingColumn* ExistingTable::find(std::string_view column) const {
  const auto found = std::ranges::find_if(
      columns, [column](const ExistingColumn& other) { return is_same_name(other.name, column); });
  return found == columns.end() ? nullptr : &*found;
}

bool ExistingTable::has_key(const std::vector<std::string>& key) const {
  if (is_same_set(primary_key, key)) return true;
  return std::ranges::any_of(indexes, [&key](const ExistingIndex& index) {
    return index.is_unique && index.is_plain && is_same_set(index.columns, key);
  });
}

std::string ExistingTable::key_collation(const std::vector<std::string>& key,
                                         std::string_view column) const {
  for (const ExistingIndex& index : indexes) {
    if (!index.is_of_primary_key || !is_same_set(index.columns, key)) continue;
    const auto same = [column](const std::string& name) { return is_same_name(name, column); };
    const auto found = std::ranges::find_if(index.columns, same);
    return index.collations[static_cast<std::size_t>(found - index.columns.begin())];
  }
  return "BINARY";
}

bool ExistingTable::has_index(const std::vector<std::string>& wanted) const {
  const auto begins = [&wanted](const std::vector<std::string>& all) {
    return all.size() >= wanted.size() &&
           std::equal(wanted.begin(), wanted.end(), all.begin(), is_same_name);
  };
  return begins(primary_key) || std::ranges::any_of(indexes, [&](const ExistingIndex& index) {
           return index.is_plain && begins(index.columns);
         });
}

bool has_table(Database& database, const std::string& name) {
  return !column_names(database, name).empty();
}

std::vector<std::string> column_names(Database& database, const std::string& table) {
  std::vector<std::string> names;
  Statement statement = database.prepare("SELECT name FROM pragma_table_info(?1, 'main')");
  statement.with(table);
  while (statement.step()) names.emplace_back(statement.text(0));
  return names;
}

std::optional<ExistingTable> look_at_table(Database& database, const std::string& name) {
  Statement list =
      database.prepare("SELECT type, wr, strict FROM pragma_table_list(?1) WHERE schema = 'main'");
  list.with(name);
  if (!list.step()) return std::nullopt;
  ExistingTable table;
  table.kind = list.text(0);
  const std::vector<RawColumn> columns = raw_columns(database, name);
  table.is_strict = list.integer(2) != 0;
  const bool rowid_key = has_rowid_key(columns, list.integer(1) != 0);
  for (const RawColumn& column : columns) {
    const bool is_rowid = rowid_key && column.place_in_key > 0;
    table.columns.push_back(
        {.name = column.name,
         .fills_itself = !column.not_null || column.has_default || column.generated || is_rowid,
         .generated = column.generated,
         .type = column.type,
         .is_rowid = is_rowid,
         .not_null = column.not_null,
         .collation = column_collation(database, name, column.name)});
  }
  table.must_be_written_row_by_row = has_triggers_or_foreign_keys(database, name);
  table.is_referred_to = is_referred_to(database, name);
  table.may_have_checks = may_have_checks(database, name);
  table.primary_key = primary_key_of(columns);
  table.indexes = look_at_indexes(database, name);
  return table;
}

}  // namespace sluice
