#pragma once

#include <vector>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// A table as its dataset declares it; nothing fills its columns yet.
PlannedTable table_of(const Dataset& dataset, const Table& table);

// What params.load_to names and params.schema fills: `plan.table` and `plan.attributes`. `topics`
// are those that the job reads; what they declare decides what a bare `timestamp` means.
void plan_table(const Action& action, const Catalog& catalog,
                const std::vector<const Topic*>& topics, LoadPlan& plan, Problems& problems);

}  // namespace sluice
