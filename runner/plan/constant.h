#pragma once

#include <optional>
#include <string>

#include "action/action.h"
#include "plan/plan.h"

namespace sluice {

// A constant of the schema (`replace`) as its column keeps it, by the rules that messages follow:
// "42" and 42.0 fit an integer column, 42.5 does not. null is NULL for every type; whether the
// column takes it is the caller's question.
struct FittedConstant {
  std::optional<PlannedConstant> value;  // nothing where it does not fit
  std::string misfit;                    // why
};
FittedConstant fit_constant(const Mapping::Constant& constant, const ColumnSpec& spec);

}  // namespace sluice
