#pragma once

#include <optional>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// Action + Catalog -> LoadPlan. Pure: reads nothing, so it cannot tell whether a topic exists on
// the broker or a table in the database. Unknown sources, topics, datasets, tables and columns,
// columns that nothing fills although they may not be null, constants that do not fit their
// column and twice-read topics become problems at their place in the action, with the nearest
// name. Nothing is returned when `problems` holds any error.
//
// A column that the schema leaves out: with no schema at all every column takes the attribute of
// its own name; with one, it is NULL and must be nullable. A bare `timestamp`, `date`, `offset`,
// `partition`, `topic`, `key` or `headers` written as an attribute means the broker field unless
// the topic declares an attribute of this name.
std::optional<LoadPlan> make_plan(const Action& action, const Catalog& catalog, Problems& problems);

}  // namespace sluice
