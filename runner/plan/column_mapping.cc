#include "plan/column_mapping.h"

#include <fmt/format.h>

#include "base/excerpt.h"
#include "catalog/wording.h"
#include "plan/broker_field.h"
#include "plan/constant.h"

namespace sluice {
namespace {

std::optional<PlannedColumn> planned(const Column& column,
                                     std::optional<decltype(PlannedColumn::from)> from) {
  if (!from) return {};
  return PlannedColumn{column.name, column.spec, column.nullable, std::move(*from)};
}

}  // namespace

std::optional<PlannedColumn> ColumnMapper::map(const Column& column, const Mapping& mapping) {
  if (const auto* constant = std::get_if<Mapping::Constant>(&mapping.from)) {
    return planned(column, take_constant(column, *constant));
  }
  if (const auto* expression = std::get_if<Mapping::Expression>(&mapping.from)) {
    return planned(column, take_expression(column, *expression));
  }
  return planned(column, take(column, std::get<Mapping::Take>(mapping.from), false));
}

std::optional<PlannedColumn> ColumnMapper::map_by_name(const Column& column, const Place& place,
                                                       bool is_filled) {
  const bool may_be_missing = column.nullable || column.spec.default_value || is_filled;
  return planned(column, take(column, {Path{column.name}, true, place}, may_be_missing));
}

std::optional<ColumnMapper::From> ColumnMapper::take_constant(const Column& column,
                                                              const Mapping::Constant& constant) {
  auto [fitted, misfit] = fit_constant(constant, column.spec);
  if (!fitted) {
    problems_.add(constant.place, fmt::format("{} does not fit column {} of type {}: {}",
                                              excerpt(constant.text, 60), in_quotes(column.name),
                                              name_of(column.spec.type), misfit));
    return {};
  }
  if (std::holds_alternative<std::monostate>(*fitted) && !column.nullable) {
    problems_.add(constant.place, fmt::format("null does not fit column {}, which is not nullable",
                                              in_quotes(column.name)));
    return {};
  }
  return std::move(*fitted);
}

std::optional<ColumnMapper::From> ColumnMapper::take(const Column& column,
                                                     const Mapping::Take& take,
                                                     bool may_be_undeclared) {
  auto meaning = names_.meaning(take, may_be_undeclared);
  if (!meaning) return {};
  if (const auto* field = std::get_if<BrokerField>(&*meaning)) {
    return take_field(column, *field, take.place);
  }
  auto& attribute = std::get<PlannedAttribute>(*meaning);
  attribute.as_written = column.spec.type == ColumnType::json;
  return cell_of(attribute, plan_);
}

std::optional<ColumnMapper::From> ColumnMapper::take_field(const Column& column, BrokerField field,
                                                           const Place& place) {
  const std::string unfit = why_unfit(field, column.spec.type);
  if (unfit.empty()) return field;
  problems_.add(place, fmt::format("{} (column {})", unfit, in_quotes(column.name)));
  return {};
}

std::optional<ColumnMapper::From> ColumnMapper::take_expression(
    const Column& column, const Mapping::Expression& expression) {
  auto names = names_.names_of(expression.sql, expression.place, "\"sql\"");
  if (!names) return {};
  const std::size_t cell = plan_.attributes.size();
  plan_.attributes.push_back({});
  plan_.expressions.push_back({.column = column.name,
                               .sql = expression.sql,
                               .names = std::move(*names),
                               .cell = cell,
                               .is_json = column.spec.type == ColumnType::json});
  return cell;
}

}  // namespace sluice
