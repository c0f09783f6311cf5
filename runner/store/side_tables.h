#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace sluice {

class Database;

// What stands beside a table; the columns are those of the README, and no other file spells them.

inline constexpr int layout_version = 1;

// The statements that make what is missing: tables, columns of tables that an earlier program has
// made, the layout's version. Reads only.
std::vector<std::string> side_table_sql(Database& database, const PlannedTable& plan);

}  // namespace sluice
