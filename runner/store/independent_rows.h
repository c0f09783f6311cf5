#pragma once

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

// Whether rows of the plan that fit their columns cannot be refused, nor tied to one another by
// anything but the primary key: then the order of rows with different keys does not matter, and of
// the rows of one key the last is enough.
bool rows_are_independent(const ExistingTable& existing, const PlannedTable& plan);

}  // namespace sluice
