#include "plan/expectations.h"

#include <fmt/format.h>

#include "sqlite/condition.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"

namespace sluice {
namespace {

// The tables as far as names go.
void make_tables(Database& database, const Dataset& dataset) {
  for (const auto& [name, table] : dataset.tables) {
    std::string columns;
    const auto add = [&columns](std::string_view column) {
      columns += (columns.empty() ? "" : ", ") + quote_identifier(column);
    };
    for (const Column& column : table.columns) add(column.name);
    if (table.provenance) {
      for (const char* column :
           {"_source", "_topic", "_generation", "_partition", "_offset", "_element"}) {
        add(column);
      }
    }
    database.execute(fmt::format("CREATE TABLE {} ({})", quote_identifier(name), columns));
  }
}

}  // namespace

void check_expectations(const Action& action, const Catalog& catalog, Problems& problems) {
  const auto dataset = catalog.datasets.find(action.load_to.container);
  if (action.expect.sql.empty() || dataset == catalog.datasets.end()) return;
  Database database(":memory:", Database::Mode::create, {});
  make_tables(database, dataset->second);
  seal_for_conditions(database);
  for (const Located<std::string>& sql : action.expect.sql) {
    const ConditionCheck check = check_condition(database, sql.value);
    if (check.problem.empty() || check.is_table_missing) continue;
    problems.add(
        sql.place,
        fmt::format("this is no expression that can be true of the database: {}", check.problem));
  }
}

}  // namespace sluice
