#pragma once

#include "action/action.h"
#include "base/problem.h"
#include "plan/plan.h"

namespace sluice {

// What params.write_mode and params.newest_by make of a table whose columns are planned: its
// write_mode, key_cells, newest_by and tombstones_delete. A table without a primary key, key
// columns that no message fills and a `newest_by` that no row has or that has no order become
// problems at their place in the action.
void plan_upsert(const Action& action, PlannedTable& table, Problems& problems);

}  // namespace sluice
