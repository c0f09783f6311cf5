#pragma once

#include "data/cell.h"
#include "plan/plan.h"

namespace sluice {

// The cell as the column stores it, or a missing one where the value does not fit. `cell` is
// neither null nor missing. Pure; views go through unchanged.
Cell fit_to_type(const Cell& cell, ColumnType type);

// Why fit_to_type() refused it: "\"abc\" is not an integer". Safe to print.
std::string misfit_reason(const Cell& cell, ColumnType type);

}  // namespace sluice
