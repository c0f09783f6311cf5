#pragma once

#include <optional>

#include "action/action.h"
#include "plan/plan.h"

namespace sluice {

// A constant of the schema (`replace`) as its column stores it, by the rules that messages follow:
// "42" and 42.0 fit an integer column, 42.5 does not; nothing where it does not fit. null is NULL
// for every type; whether the column takes it is the caller's question.
std::optional<PlannedConstant> fit_constant(const Mapping::Constant& constant, ColumnType type);

}  // namespace sluice
