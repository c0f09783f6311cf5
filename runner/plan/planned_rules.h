#pragma once

#include <string_view>
#include <vector>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// The rules of an action as they will run: `plan.rules`, those on attributes first, topic by topic.
// Columns that a rule names get a cell of their own to work in (PlannedColumn::rules_cell). What
// cannot work becomes a problem at its place: attributes and columns that are not there, values
// that cannot be compared or do not fit, a second split.
//
// After plan_table() has mapped the columns. `topics` stand beside plan.topics.
void plan_rules(const Action& action, const std::vector<const Topic*>& topics, LoadPlan& plan,
                Problems& problems);

// Whether a rule fills the column, so that nothing else need do it.
bool is_filled_by_rule(const Action& action, std::string_view column);

}  // namespace sluice
