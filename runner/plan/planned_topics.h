#pragma once

#include <vector>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// What params.load_from names: fills `plan.sources` and `plan.topics`, and answers the catalog's
// topics beside the latter (they belong to the catalog). Entries that are wrong become problems and
// are left out.
std::vector<const Topic*> plan_topics(const Action& action, const Catalog& catalog, LoadPlan& plan,
                                      Problems& problems);

}  // namespace sluice
