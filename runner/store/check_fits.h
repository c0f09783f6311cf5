#pragma once

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

class Database;

// Whether rows of the plan can go in: the table is what its dataset declares (difference.h), the
// columns that are filled can be filled, and what no row fills fills itself. Else Error{definition}
// that names all that is wrong, each with the statement that would mend it. Where the table is only
// stricter, rows go in, and what it refuses is a reject. Reads only.
void check_fits(Database& database, const ExistingTable& existing, const PlannedTable& plan);

}  // namespace sluice
