#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "action/rule.h"
#include "base/time_format.h"
#include "data/cell.h"

namespace sluice {

// A rule as it will run: every name is a cell of the record, every value is known. Plain data.

// $today, $now and $yesterday, which only the clock knows; in UTC.
enum class RuleMoment { today, now, yesterday };

// A value that a rule works with.
struct RuleOperand {
  // What the message has in this cell; with `or_constant` the constant, where it has nothing there.
  std::optional<std::size_t> cell = {};
  bool or_constant = false;
  std::optional<RuleMoment> moment = {};
  // Else: null, boolean, number, text or json; what it is made of stands beside.
  Cell::Kind kind = Cell::Kind::null;
  std::string text = {};
  bool truth = false;

  bool is_constant() const { return !cell && !moment; }
};

// The constant as a cell that views it; it belongs to the operand.
Cell constant_of(const RuleOperand& operand);

struct PlannedCondition {
  RuleTest test = RuleTest::all;
  bool is_negated = false;
  RuleOperand tested;
  std::vector<RuleOperand> values = {};
  std::string pattern = {};               // regexp
  std::optional<TimeFormat> format = {};  // is_date; none: ISO 8601
  std::vector<PlannedCondition> parts = {};
};

struct PlannedRule {
  std::string name;                       // "params.rules[2]"
  std::string column;                     // that it is about; empty for a rule on an attribute
  std::string subject;                    // the column or attribute, as people are told
  std::optional<std::size_t> topic = {};  // the entry of LoadPlan::topics; none: on columns
  std::size_t cell = 0;                   // that it tests and changes
  // The same attribute as its JSON text, where a json column takes it: changes with it.
  std::optional<std::size_t> written_cell = {};
  PlannedCondition condition = {};
  RuleAction action = RuleAction::keep;
  std::string action_word = {};
  std::vector<RuleOperand> values = {};
  std::string first_text = {};   // a pattern, a separator, an input format, as the action wants
  std::string second_text = {};  // the replacement, the output format
  std::optional<RuleOperand> else_value = {};
};

}  // namespace sluice
