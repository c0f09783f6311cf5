#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

class Database;

// What the database of a load looks like; the columns are those of the README, and no other file
// spells them in a CREATE.

// CREATE TABLE and CREATE INDEX of the user's table, as the dataset declares it.
std::vector<std::string> table_sql(const PlannedTable& plan);

// CREATE of what stands beside it, each only where it is missing.
std::vector<std::string> side_table_sql(const PlannedTable& plan);

// What is there is right for this plan, or Error{definition}: the table fits (check_fits), the
// layout is not of a later program, and the positions of a table are not there without the table.
// Returns the table where it exists. Reads only.
std::optional<ExistingTable> check_layout(Database& database, const PlannedTable& plan);

// Makes what is missing, after check_layout(). Inside the caller's transaction.
void make_layout(Database& database, const PlannedTable& plan);

}  // namespace sluice
