#include "store/load_sql.h"

#include <chrono>
#include <filesystem>

#include "sqlite/database.h"
#include "store/existing_table.h"
#include "store/row_sql.h"
#include "store/row_writer.h"
#include "store/table_sql.h"

namespace sluice {

std::vector<std::string> load_sql(const PlannedTable& plan) {
  IndexNames names;
  std::optional<ExistingTable> table;
  if (std::filesystem::exists(plan.database_path)) {
    Database database(plan.database_path, Database::Mode::look,
                      {.limit = std::chrono::seconds(5), .deadline = {}});
    names = IndexNames::of(database);
    table = look_at_table(database, plan.name);
  }
  std::vector<std::string> sql;
  if (!table) sql = table_sql(plan, names);
  // Nothing is judged here, but where something will be, the statement says so.
  const auto judge = [](const Cell&, const Cell&) { return std::optional<bool>(); };
  const Meeting meeting(plan.newest_by ? Meeting::Judge(judge) : Meeting::Judge());
  sql.push_back(write_sql("INSERT OR FAIL", plan, BatchTable(plan.columns.size()), meeting,
                          RowWriter::all_rows));
  if (plan.write_mode == WriteMode::upsert) {
    sql.push_back(delete_sql(plan, key_collations(table, plan), RowWriter::all_rows));
  }
  return sql;
}

}  // namespace sluice
