#pragma once

#include <string>
#include <string_view>

#include "action/rule.h"

namespace sluice {

// What the values of a rule must be for it to work, as far as the document alone tells: patterns,
// formats of times, numbers. Each function adds its problems, at the values, and says whether there
// were none.
bool check_condition(std::string_view word, const RuleCondition& condition, Problems& problems);
bool check_action(const Rule& rule, Problems& problems);

// The directives of a time as the library knows them: documents of the original also write minutes
// as %i.
std::string rule_time_directives(std::string_view written);

}  // namespace sluice
