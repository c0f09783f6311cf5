#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "action/rule.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/attribute_names.h"
#include "plan/plan.h"

namespace sluice {

// What the values of rules mean: the names of columns (in params.rules) and attributes stand for
// what the message has there, $today, $now and $yesterday for the time, all else for itself. Where
// a topic does not declare its attributes, the message decides whether a text is the name of one.
//
// Refers to its arguments; lives only while a plan is made.
class RuleOperands {
 public:
  // `topics`: those that the messages may be of. `on_columns`: names may be those of columns.
  RuleOperands(const std::vector<const Topic*>& topics, AttributeNames& names, bool on_columns,
               LoadPlan& plan, Problems& problems)
      : topics_(topics), names_(names), on_columns_(on_columns), plan_(plan), problems_(problems) {}

  // Nothing where it is a problem.
  std::optional<RuleOperand> value(const RuleValue& value);

  // A number, or what must be the name of one. `word`: the action that reckons with it.
  std::optional<RuleOperand> number(const RuleValue& value, std::string_view word);

  // The value itself, never a name.
  static RuleOperand constant(const RuleValue& value);

  // The cell in which rules see a column that the load fills.
  std::size_t cell_of_column(PlannedColumn& column);

 private:
  std::optional<RuleOperand> named(const std::string& name, const Place& place);
  std::optional<RuleOperand> special(const std::string& name, const Place& place);
  std::optional<RuleOperand> own(const std::string& name);
  bool all_declare_attributes() const;

  const std::vector<const Topic*>& topics_;
  AttributeNames& names_;
  bool on_columns_;
  LoadPlan& plan_;
  Problems& problems_;
};

}  // namespace sluice
