#include "plan/planned_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/wording.h"
#include "plan/attribute_names.h"
#include "plan/column_mapping.h"
#include "plan/planned_rules.h"
#include "plan/upsert.h"

namespace sluice {
namespace {

std::vector<std::string> known_datasets(const Catalog& catalog) {
  std::vector<std::string> names = catalog.known_datasets;
  for (const auto& [name, dataset] : catalog.datasets) {
    if (std::ranges::count(names, name) == 0) names.push_back(name);
  }
  return names;
}

const Dataset* find_dataset(const Address& address, const Catalog& catalog, Problems& problems) {
  const auto dataset = catalog.datasets.find(address.container);
  if (dataset != catalog.datasets.end()) return &dataset->second;
  // A file that could not be read has its problems already.
  const bool has_file = std::ranges::count(catalog.known_datasets, address.container) > 0;
  if (has_file && problems.any()) return nullptr;
  problems.add(address.place, fmt::format("unknown dataset {}{}", in_quotes(address.container),
                                          suggestion(address.container, known_datasets(catalog))));
  return nullptr;
}

const Table* find_table(const Address& address, const Dataset& dataset, Problems& problems) {
  const auto table = dataset.tables.find(address.item);
  if (table != dataset.tables.end()) return &table->second;
  std::vector<std::string> names;
  for (const auto& [name, other] : dataset.tables) names.push_back(name);
  problems.add(address.place,
               fmt::format("dataset {} has no table {}{}", in_quotes(dataset.name),
                           in_quotes(address.item), suggestion(address.item, names)));
  return nullptr;
}

void check_columns_exist(const std::vector<Mapping>& schema, const Table& table,
                         Problems& problems) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  for (const Mapping& mapping : schema) {
    if (table.find(mapping.column) != nullptr) continue;
    problems.add(mapping.place,
                 fmt::format("table {} has no column {}{}", in_quotes(table.name),
                             in_quotes(mapping.column), suggestion(mapping.column, names)));
  }
}

// With a schema, what it leaves out has its default, or stays NULL.
void map_by_schema(const Action& action, const Table& table, ColumnMapper& mapper,
                   std::vector<PlannedColumn>& columns, Problems& problems) {
  check_columns_exist(*action.schema, table, problems);
  for (const Column& column : table.columns) {
    const auto mapping = std::ranges::find(*action.schema, column.name, &Mapping::column);
    if (mapping != action.schema->end()) {
      if (auto planned = mapper.map(column, *mapping)) columns.push_back(std::move(*planned));
    } else if (column.spec.default_value) {
      const bool is_filled = is_filled_by_rule(action, column.name);
      columns.push_back(
          {column.name, column.spec, column.nullable, *column.spec.default_value, is_filled});
    } else if (is_filled_by_rule(action, column.name)) {
      columns.push_back({column.name, column.spec, column.nullable, PlannedConstant()});
    } else if (!column.nullable && !action.is_partial) {
      problems.add(action.schema_place,
                   fmt::format("nothing fills column {}, which is not nullable; map it, or say "
                               "\"nullable: true\" in the dataset",
                               in_quotes(column.name)));
    }
  }
  if (columns.empty() && !problems.any()) {
    problems.add(action.schema_place,
                 "the schema fills no column; leave it out to fill all by name");
  }
}

void map_by_name(const Action& action, const Table& table, ColumnMapper& mapper,
                 std::vector<PlannedColumn>& columns) {
  for (const Column& column : table.columns) {
    const bool may_be_missing = is_filled_by_rule(action, column.name);
    auto planned = mapper.map_by_name(column, action.schema_place, may_be_missing);
    if (planned) columns.push_back(std::move(*planned));
  }
}

void plan_filter(const Action& action, AttributeNames& names, LoadPlan& plan) {
  if (!action.filter) return;
  auto used = names.names_of(action.filter->value, action.filter->place, "\"filter\"");
  if (used) plan.filter = {.column = {}, .sql = action.filter->value, .names = std::move(*used)};
}

void plan_alerts(const Action& action, AttributeNames& names, LoadPlan& plan) {
  for (const Alert& alert : action.alerts) {
    auto used = names.names_of(alert.when, alert.place, "\"when\"", &plan.table);
    if (used) plan.alerts.push_back({alert.name, alert.when, std::move(*used)});
  }
}

}  // namespace

PlannedTable table_of(const Dataset& dataset, const Table& table) {
  PlannedTable planned;
  planned.dataset = dataset.name;
  planned.database_path = dataset.path;
  planned.sqlite = dataset.sqlite;
  planned.name = table.name;
  planned.declared = table.columns;
  planned.primary_key = table.primary_key;
  planned.indexes = table.indexes;
  planned.provenance = table.provenance;
  return planned;
}

void plan_table(const Action& action, const Catalog& catalog,
                const std::vector<const Topic*>& topics, LoadPlan& plan, Problems& problems) {
  if (action.load_to.container.empty()) return;  // a problem of the action, told already
  const Dataset* dataset = find_dataset(action.load_to, catalog, problems);
  if (dataset == nullptr) return;
  const Table* table = find_table(action.load_to, *dataset, problems);
  if (table == nullptr) return;
  const bool has_elements = std::ranges::any_of(
      plan.topics, [](const PlannedTopic& topic) { return topic.explode.has_value(); });
  plan.table = table_of(*dataset, *table);
  plan.table.has_elements = has_elements;
  AttributeNames names(action, topics, plan, problems);
  ColumnMapper mapper(names, plan, problems);
  if (action.schema) {
    map_by_schema(action, *table, mapper, plan.table.columns, problems);
  } else {
    map_by_name(action, *table, mapper, plan.table.columns);
  }
  plan_upsert(action, plan.table, problems);
  plan_filter(action, names, plan);
  plan_alerts(action, names, plan);
  plan_rules(action, topics, plan, problems);
}

}  // namespace sluice
