#pragma once

#include <optional>
#include <string>
#include <vector>

#include "action/action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/attribute_names.h"
#include "plan/plan.h"

namespace sluice {

// Decides what fills each column. Everything that is wrong becomes a problem at the mapping's
// place, and the column is left out.
//
// Refers to its arguments; lives only while a plan is made.
class ColumnMapper {
 public:
  ColumnMapper(AttributeNames& names, LoadPlan& plan, Problems& problems)
      : names_(names), plan_(plan), problems_(problems) {}

  std::optional<PlannedColumn> map(const Column& column, const Mapping& mapping);

  // As {"type": "default", "attribute": <the column's name>}, but a column that is nullable or
  // has a default may be one that the topic does not declare: it stays NULL, or has its default.
  // So may be one that something else fills.
  std::optional<PlannedColumn> map_by_name(const Column& column, const Place& place,
                                           bool is_filled = false);

 private:
  using From = decltype(PlannedColumn::from);

  std::optional<From> take(const Column& column, const Mapping::Take& take, bool may_be_undeclared);
  std::optional<From> take_field(const Column& column, BrokerField field, const Place& place);
  std::optional<From> take_constant(const Column& column, const Mapping::Constant& constant);
  std::optional<From> take_expression(const Column& column, const Mapping::Expression& expression);

  AttributeNames& names_;
  LoadPlan& plan_;
  Problems& problems_;
};

}  // namespace sluice
