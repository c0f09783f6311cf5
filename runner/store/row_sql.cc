#include "store/row_sql.h"

#include <fmt/format.h>

#include <algorithm>

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

std::string delete_sql(const PlannedTable& plan, const std::string& condition) {
  std::string cells;
  for (const std::size_t cell : plan.key_cells) add(cells, BatchTable::compared_cell(cell));
  return fmt::format("DELETE FROM {} WHERE ({}) IN (SELECT {} FROM sluice_batch WHERE {})",
                     quote_identifier(plan.name), key_columns(plan), cells, condition);
}

}  // namespace sluice
