#include "plan/upsert.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/wording.h"
#include "types/order.h"

namespace sluice {
namespace {

// Nothing where the column takes nothing from messages.
std::optional<std::size_t> mapped_cell(const PlannedTable& table, std::string_view column) {
  const auto found = std::ranges::find(table.columns, column, &PlannedColumn::name);
  if (found == table.columns.end() || !found->is_mapped) return {};
  return static_cast<std::size_t>(found - table.columns.begin());
}

void plan_key(const Action& action, PlannedTable& table, Problems& problems) {
  if (table.primary_key.empty()) {
    problems.add(
        action.write_mode.place,
        fmt::format("\"upsert\" keeps one row for each value of the primary key, and table "
                    "{} of dataset {} has none; give it a \"primary_key\"",
                    in_quotes(table.name), in_quotes(table.dataset)));
  }
  for (const std::string& name : table.primary_key) {
    if (const auto cell = mapped_cell(table, name)) {
      table.key_cells.push_back(*cell);
    } else if (!action.is_partial && !problems.any()) {
      // Else a mapping of it may be what is wrong already.
      problems.add(action.schema_place,
                   fmt::format("column {} is part of the primary key, by which \"upsert\" finds a "
                               "row, and the schema does not map it",
                               in_quotes(name)));
    }
  }
}

void plan_newest_by(const Action& action, PlannedTable& table, Problems& problems) {
  if (!action.newest_by) return;
  const auto& [name, place] = *action.newest_by;
  const auto declared = std::ranges::find(table.declared, name, &Column::name);
  if (declared == table.declared.end()) {
    std::vector<std::string> names;
    for (const Column& column : table.declared) names.push_back(column.name);
    problems.add(place, fmt::format("table {} has no column {}{}", in_quotes(table.name),
                                    in_quotes(name), suggestion(name, names)));
  } else if (!has_order(declared->spec.type)) {
    problems.add(place, fmt::format("column {} is of type {}, which has no order; \"newest_by\" "
                                    "needs an integer, real, decimal, date or datetime",
                                    in_quotes(name), name_of(declared->spec.type)));
  } else if (const auto cell = mapped_cell(table, name)) {
    table.newest_by = cell;
  } else if (!action.is_partial && !problems.any()) {
    problems.add(place, fmt::format("column {} is not mapped, so that no message has a value in it",
                                    in_quotes(name)));
  }
}

// Whether the column's value is known where a message has no value.
bool is_known_of_tombstone(const PlannedColumn& column) {
  const auto* field = std::get_if<BrokerField>(&column.from);
  if (field == nullptr) return std::holds_alternative<PlannedConstant>(column.from);
  return *field == BrokerField::key || *field == BrokerField::topic ||
         *field == BrokerField::partition;
}

bool is_message_key(const PlannedColumn& column) {
  const auto* field = std::get_if<BrokerField>(&column.from);
  return field != nullptr && *field == BrokerField::key;
}

}  // namespace

void plan_upsert(const Action& action, PlannedTable& table, Problems& problems) {
  table.write_mode = action.write_mode.value;
  if (table.write_mode != WriteMode::upsert) return;
  plan_key(action, table, problems);
  plan_newest_by(action, table, problems);
  const auto column_of = [&table](std::size_t cell) -> const PlannedColumn& {
    return table.columns[cell];
  };
  table.tombstones_delete =
      std::ranges::all_of(table.key_cells, is_known_of_tombstone, column_of) &&
      std::ranges::any_of(table.key_cells, is_message_key, column_of);
}

}  // namespace sluice
