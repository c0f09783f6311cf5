#pragma once

#include <optional>

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

class Database;

// What the database of a load looks like: the user's table (table_sql.h) and what stands beside it
// (side_tables.h).

// What stands around the user's table is right, or Error{definition}: names that the program wants
// are not somebody else's, the layout is not of a later program, and the positions of a table are
// not there without the table. Reads only.
void check_surroundings(Database& database, const PlannedTable& plan);

// The same, and the table fits the plan (check_fits). Returns the table where it exists.
std::optional<ExistingTable> check_layout(Database& database, const PlannedTable& plan);

// Makes what is missing, after check_layout(). Inside the caller's transaction.
void make_layout(Database& database, const PlannedTable& plan);

}  // namespace sluice
