#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// Whether the topic declares its attributes, this one among them.
bool declares(const Topic& topic, const std::string& name);

// The cell of an attribute; what is wanted twice has one cell.
std::size_t cell_of(const PlannedAttribute& wanted, LoadPlan& plan);

// What the names of attributes mean in mappings and expressions, and which cells of a record they
// have. What is wrong becomes a problem at
// the place where the name is used.
//
// A bare `timestamp` (or another broker field's name) is the broker's, unless a topic declares an
// attribute of that name.
//
// Refers to its arguments; lives only while a plan is made.
class AttributeNames {
 public:
  // `topics` stand beside plan.topics.
  AttributeNames(const Action& action, const std::vector<const Topic*>& topics, LoadPlan& plan,
                 Problems& problems);

  // What a mapping takes: an attribute of the message, or a broker field.
  using Meaning = std::variant<PlannedAttribute, BrokerField>;
  std::optional<Meaning> meaning(const Mapping::Take& take, bool may_be_undeclared);

  // The names that an expression uses, with their cells; those of `row` first, where it is given.
  // Nothing where the expression cannot be used. `what` is how a problem calls it.
  std::optional<std::vector<NamedCell>> names_of(std::string_view sql, const Place& place,
                                                 std::string_view what,
                                                 const PlannedTable* row = nullptr);

 private:
  std::optional<Meaning> element(const Mapping::Take& take);
  std::optional<NamedCell> named(const std::string& name, const Place& place,
                                 const PlannedTable* row);
  std::optional<NamedCell> column_cell(const std::string& name, const Place& place,
                                       const PlannedTable& row);
  std::optional<bool> means_broker_field(const Mapping::Take& take);
  bool check_declared(const std::string& name, const Place& place);

  const std::vector<const Topic*>& topics_;
  LoadPlan& plan_;
  Problems& problems_;
  std::vector<std::string> mapped_;  // attributes that a column takes by name or path
};

}  // namespace sluice
