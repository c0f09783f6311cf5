#pragma once

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"

namespace sluice {

// What can be told of params.expect without the database: SQL that is no expression, functions that
// are not there, columns that the tables of the dataset do not have. What names a table that the
// dataset does not declare is left to the database.
void check_expectations(const Action& action, const Catalog& catalog, Problems& problems);

}  // namespace sluice
