#include "store/existing_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/column_keeps.h"
#include "store/names.h"

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

// The declared columns, those of the provenance behind them.
std::vector<std::string> declared_names(const PlannedTable& plan) {
  std::vector<std::string> names;
  for (const Column& column : plan.declared) names.push_back(column.name);
  for (const ProvenanceColumn& column : provenance_columns(plan)) names.emplace_back(column.name);
  return names;
}

bool is_filled(const PlannedTable& plan, std::string_view name) {
  const auto same = [name](std::string_view other) { return is_same_name(other, name); };
  return std::ranges::any_of(plan.columns, same, &PlannedColumn::name) ||
         std::ranges::any_of(provenance_columns(plan), same, &ProvenanceColumn::name);
}

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quote_identifier(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

[[noreturn]] void refuse(const PlannedTable& plan, std::string_view what, std::string_view hint) {
  throw Error(ExitCode::definition,
              fmt::format("{}: table {} {}", plan.database_path, quote_identifier(plan.name), what))
      .hint(hint);
}

void check_columns_are_there(const ExistingTable& existing, const PlannedTable& plan) {
  std::vector<std::string> missing;
  for (const std::string& name : declared_names(plan)) {
    if (existing.find(name) == nullptr) missing.push_back(name);
  }
  if (missing.empty()) return;
  refuse(plan, "lacks columns that the dataset declares: " + list_of(missing),
         fmt::format("`sluice build {}` would extend it", plan.dataset));
}

void check_columns_can_be_filled(const ExistingTable& existing, const PlannedTable& plan) {
  std::vector<std::string> generated;
  std::vector<std::string> unfilled;
  for (const ExistingColumn& column : existing.columns) {
    const bool filled = is_filled(plan, column.name);
    if (filled && column.generated) generated.push_back(column.name);
    if (!filled && !column.fills_itself) unfilled.push_back(column.name);
  }
  if (!generated.empty()) {
    refuse(plan, "computes these columns itself: " + list_of(generated),
           "leave them out of the action's schema");
  }
  if (!unfilled.empty()) {
    refuse(plan, "has NOT NULL columns without a default that no row fills: " + list_of(unfilled),
           "map them in the action, or give them a default in the table");
  }
}

void check_columns_keep_values(const ExistingTable& existing, const PlannedTable& plan) {
  std::string faults;
  for (const PlannedColumn& planned : plan.columns) {
    const ExistingColumn& column = *existing.find(planned.name);
    const std::string fault = why_not_kept(planned.spec, column, existing.is_strict);
    if (fault.empty()) continue;
    faults += fmt::format("{}{} of type {}: {}", faults.empty() ? "" : "; ",
                          quote_identifier(planned.name), name_of(planned.spec.type), fault);
  }
  if (faults.empty()) return;
  refuse(plan, "cannot keep the values of " + faults,
         "declare the column as the dataset does, or change its type in the dataset");
}

bool is_same_set(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  return one.size() == other.size() && std::ranges::all_of(one, [&other](const std::string& name) {
           return std::ranges::any_of(
               other, [&name](const std::string& same) { return is_same_name(name, same); });
         });
}

void check_has_key(const ExistingTable& existing, const PlannedTable& plan) {
  if (plan.write_mode != WriteMode::upsert || existing.has_key(plan.primary_key)) return;
  refuse(plan,
         fmt::format("has no PRIMARY KEY and no UNIQUE index over {}, by which \"upsert\" finds a "
                     "row",
                     list_of(plan.primary_key)),
         fmt::format("CREATE UNIQUE INDEX {} ON {} ({})", quote_identifier(plan.name + "__key"),
                     quote_identifier(plan.name), list_of(plan.primary_key)));
}

bool can_refuse(const ExistingColumn& column, const PlannedTable& plan) {
  if (column.generated) return true;
  if (!column.not_null || column.is_rowid) return false;
  const auto planned = std::ranges::find_if(plan.columns, [&column](const PlannedColumn& other) {
    return is_same_name(other.name, column.name);
  });
  return planned != plan.columns.end() && planned->nullable;
}

// Two messages never have the same provenance.
bool ties_rows(const ExistingIndex& index, const PlannedTable& plan) {
  if (!index.is_plain) return true;
  return index.is_unique && !index.is_of_primary_key && index.name != plan.name + "__provenance";
}

}  // namespace

bool rows_are_independent(const ExistingTable& existing, const PlannedTable& plan) {
  return !existing.must_be_written_row_by_row && !existing.may_have_checks &&
         is_same_set(existing.primary_key, plan.primary_key) &&
         std::ranges::none_of(
             existing.columns,
             [&plan](const ExistingColumn& column) { return can_refuse(column, plan); }) &&
         std::ranges::none_of(existing.indexes, [&plan](const ExistingIndex& index) {
           return ties_rows(index, plan);
         });
}

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
         .not_null = column.not_null});
  }
  table.must_be_written_row_by_row = has_triggers_or_foreign_keys(database, name);
  table.is_referred_to = is_referred_to(database, name);
  table.may_have_checks = may_have_checks(database, name);
  table.primary_key = primary_key_of(columns);
  table.indexes = look_at_indexes(database, name);
  return table;
}

void check_fits(const ExistingTable& existing, const PlannedTable& plan) {
  if (existing.kind != "table") {
    refuse(plan,
           fmt::format("is a {}, and rows go into ordinary tables only",
                       existing.kind == "virtual" ? "virtual table" : existing.kind),
           "choose another name in the dataset");
  }
  check_columns_are_there(existing, plan);
  check_columns_can_be_filled(existing, plan);
  check_columns_keep_values(existing, plan);
  check_has_key(existing, plan);
}

}  // namespace sluice
