#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// What a load into the table would have SQLite do, for people: CREATE TABLE and its indexes where
// the database lacks the table, and the statements that put rows of a batch into it, or take rows
// out. Only looks. Throws what StoreReader throws for a file that is no database.
std::vector<std::string> load_sql(const PlannedTable& plan);

}  // namespace sluice
