#include "store/load_sql.h"

#include <filesystem>

#include "store/reader.h"
#include "store/row_sql.h"
#include "store/row_writer.h"
#include "store/table_sql.h"

namespace sluice {

std::vector<std::string> load_sql(const PlannedTable& plan) {
  const bool is_there = std::filesystem::exists(plan.database_path) &&
                        StoreReader(plan.database_path).has_table(plan.name);
  std::vector<std::string> sql;
  if (!is_there) sql = table_sql(plan);
  // Nothing is judged here, but where something will be, the statement says so.
  const auto judge = [](const Cell&, const Cell&) { return std::optional<bool>(); };
  const Meeting meeting(plan.newest_by ? Meeting::Judge(judge) : Meeting::Judge());
  sql.push_back(write_sql("INSERT OR FAIL", plan, BatchTable(plan.columns.size()), meeting,
                          RowWriter::all_rows));
  if (plan.write_mode == WriteMode::upsert) sql.push_back(delete_sql(plan, RowWriter::all_rows));
  return sql;
}

}  // namespace sluice
