#pragma once

#include <optional>
#include <string>
#include <vector>

#include "action/scalar.h"
#include "base/problem.h"

namespace sluice {

// A preparation rule as a person wrote it: what is tested, and what is done where it holds.

// The conditions; NOT stands beside them.
enum class RuleTest {
  all,  // holds always
  equal,
  in,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  regexp,
  between,
  and_,  // all of its parts hold
  or_,   // one of its parts does
  is_null,
  is_integer,
  is_date,
  is_decimal,
  is_number,
  is_true,  // not written: what a value says that stands in AND or OR in place of a condition
};

enum class RuleAction {
  keep,
  skip,
  set,  // `default`, and `replace` with one value
  replace,
  regexp_replace,
  substring,
  date_replace,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  concat,
  ceil,
  floor,
  split,
  fail,  // `action_error`
  stop,  // `stop_workflow`
};

// A value as it is written: the name of an attribute, or itself. Which one is the plan's question.
struct RuleValue {
  Scalar value;
  std::string text;  // as written in JSON
  Place place;
};

struct RuleCondition {
  RuleTest test = RuleTest::all;
  bool is_negated = false;
  // What is tested: another attribute than the rule's; only parts of AND and OR may have one.
  std::optional<Located<std::string>> attribute;
  std::vector<RuleValue> values;
  std::vector<RuleCondition> parts;
  Place place;
};

struct Rule {
  std::string name;  // "params.rules[2]"
  Located<std::string> attribute;
  RuleCondition condition;
  RuleAction action = RuleAction::keep;
  std::string action_word;  // as people are told: "regexp_replace"
  std::vector<RuleValue> values;
  std::optional<RuleValue> else_value;  // where the condition does not hold
  Place place;                          // of the action
};

}  // namespace sluice
