#include "store/row_sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {
namespace {

std::string& add(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  return list += item;
}

// What a row that is there takes from one that meets it. Its key is the same already.
std::string assignments(const PlannedTable& plan) {
  std::string list;
  const auto take = [&list](const std::string& column) {
    add(list, fmt::format("{0} = excluded.{0}", column));
  };
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const bool is_key = std::ranges::count(plan.key_cells, i) > 0;
    if (plan.columns[i].is_mapped && !is_key) take(quote_identifier(plan.columns[i].name));
  }
  for (const ProvenanceColumn& column : provenance_columns(plan)) take(column.name);
  // Nothing but the key: still a row that was there and came again.
  if (list.empty()) take(quote_identifier(plan.primary_key.front()));
  return list;
}

std::string key_columns(const PlannedTable& plan) {
  std::string list;
  for (const std::string& name : plan.primary_key) add(list, quote_identifier(name));
  return list;
}

// At least WHERE true: else SQL would take ON for the condition of a join.
std::string on_conflict(const PlannedTable& plan, const Meeting& meeting,
                        const std::string& condition) {
  const std::string newest =
      plan.newest_by ? quote_identifier(plan.columns[*plan.newest_by].name) : std::string();
  return fmt::format(" WHERE {} ON CONFLICT ({}) DO UPDATE SET {} WHERE {}", condition,
                     key_columns(plan), assignments(plan), meeting.condition(newest));
}

}  // namespace

std::string write_sql(const char* verb, const PlannedTable& plan, const BatchTable& batch_table,
                      const Meeting& meeting, const std::string& condition) {
  std::string columns;
  for (const PlannedColumn& column : plan.columns) add(columns, quote_identifier(column.name));
  std::string cells = batch_table.cell_columns();
  for (const ProvenanceColumn& column : provenance_columns(plan)) add(columns, column.name);
  if (plan.provenance) add(cells, BatchTable::origin_columns(plan.has_elements));
  const bool upserts = plan.write_mode == WriteMode::upsert;
  return fmt::format("{} INTO {}{} ({}) SELECT {} FROM sluice_batch{}", verb,
                     quote_identifier(plan.name),
                     upserts ? fmt::format(" AS {}", Meeting::stored_name) : "", columns, cells,
                     upserts ? on_conflict(plan, meeting, condition) : "");
}

KeyCollations key_collations(const std::optional<ExistingTable>& table, const PlannedTable& plan) {
  KeyCollations collations;
  for (const std::string& name : plan.primary_key) {
    const ExistingColumn* column = table ? table->find(name) : nullptr;
    const std::string of_key = table ? table->key_collation(plan.primary_key, name) : "BINARY";
    const bool is_own = column == nullptr || is_same_name(column->collation, of_key);
    collations.push_back(is_own ? std::string() : " COLLATE " + quote_identifier(of_key));
  }
  return collations;
}

// The keys are looked up in the table first: only its own columns have the types with which its
// index is searched by all columns of a key. Where a key of several columns has collations of its
// own, SQLite searches through the table.
std::string delete_sql(const PlannedTable& plan, const KeyCollations& collations,
                       const std::string& condition) {
  const std::string table = quote_identifier(plan.name);
  std::string key;
  std::string found;
  std::string cells;
  std::string is_shown;
  for (std::size_t i = 0; i < plan.key_cells.size(); ++i) {
    const std::string column = quote_identifier(plan.primary_key[i]);
    add(key, column + collations[i]);
    add(found, fmt::format("{}.{}", table, column));
    add(cells, fmt::format("{} AS key_{}", BatchTable::cell_column(plan.key_cells[i]), i));
    // "+": see BatchTable::compared_cell().
    is_shown += fmt::format("{}{}.{}{} = +gone.key_{}", i == 0 ? "" : " AND ", table, column,
                            collations[i], i);
  }
  return fmt::format(
      "DELETE FROM {0} WHERE ({1}) IN (SELECT {2} FROM (SELECT {3} FROM sluice_batch WHERE {4})"
      " AS gone CROSS JOIN {0} ON {5})",
      table, key, found, cells, condition, is_shown);
}

}  // namespace sluice
