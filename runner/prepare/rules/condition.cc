#include "prepare/rules/condition.h"

#include <algorithm>

#include "base/exact_decimal.h"
#include "base/json_number.h"
#include "base/number.h"
#include "base/utf8.h"
#include "types/fit.h"
#include "types/scalar_text.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

// 1 as well as "true"; all that is not clearly true is not.
bool says_true(const Cell& cell) {
  return compare_cells(cell, Cell::of_boolean(true)) == std::partial_ordering::equivalent;
}

bool is_integer(const Cell& cell) { return exact_integer(ScalarText(cell).view()).has_value(); }

bool is_decimal(const Cell& cell) { return exact_decimal(ScalarText(cell).view()).has_value(); }

bool is_number(const Cell& cell) {
  return cell.kind == Kind::number || is_json_number(ScalarText(cell).view());
}

bool is_date(const Cell& cell, const std::optional<TimeFormat>& format) {
  const ScalarText text(cell);
  if (text.view().data() == nullptr) return false;
  if (format) return parse_time(text.view(), *format).has_value();
  return cell.kind == Kind::text && parse_iso8601_moment(text.view()).has_value();
}

}  // namespace

Condition::Condition(const PlannedCondition& plan, const Moments& moments)
    : plan_(&plan), tested_(plan.tested, moments) {
  for (const RuleOperand& value : plan.values) values_.emplace_back(value, moments);
  for (const PlannedCondition& part : plan.parts) parts_.emplace_back(part, moments);
  if (plan.test == RuleTest::regexp) pattern_.emplace(plan.pattern);
}

bool Condition::test(std::span<const Cell> record) const {
  const Cell& value = tested_.in(record);
  const auto order = [&] { return values_[0].order_of(value, record); };
  switch (plan_->test) {
    case RuleTest::all:
      return true;
    case RuleTest::equal:
    case RuleTest::in:
      return equals_one(value, record);
    case RuleTest::less:
      return order() < 0;
    case RuleTest::less_or_equal:
      return order() <= 0;
    case RuleTest::greater:
      return order() > 0;
    case RuleTest::greater_or_equal:
      return order() >= 0;
    case RuleTest::regexp:
      return matches(value);
    case RuleTest::between:
      return is_between(value, record);
    case RuleTest::and_:
      return all_hold(record);
    case RuleTest::or_:
      return one_holds(record);
    case RuleTest::is_null:
      return value.is_null_or_missing();
    case RuleTest::is_integer:
      return is_integer(value);
    case RuleTest::is_date:
      return is_date(value, plan_->format);
    case RuleTest::is_decimal:
      return is_decimal(value);
    case RuleTest::is_number:
      return is_number(value);
    case RuleTest::is_true:
      return says_true(value);
  }
  return false;
}

bool Condition::equals_one(const Cell& value, std::span<const Cell> record) const {
  return std::ranges::any_of(values_, [&](const Other& other) {
    return other.order_of(value, record) == std::partial_ordering::equivalent;
  });
}

bool Condition::is_between(const Cell& value, std::span<const Cell> record) const {
  return values_[0].order_of(value, record) >= 0 && values_[1].order_of(value, record) <= 0;
}

bool Condition::all_hold(std::span<const Cell> record) const {
  return std::ranges::all_of(parts_, [&](const Condition& part) { return part.holds(record); });
}

bool Condition::one_holds(std::span<const Cell> record) const {
  return std::ranges::any_of(parts_, [&](const Condition& part) { return part.holds(record); });
}

bool Condition::matches(const Cell& value) const {
  if (value.is_null_or_missing()) return false;
  if (value.kind == Kind::boolean) return pattern_->is_found_in(value.integer ? "true" : "false");
  if (value.kind == Kind::json) return pattern_->is_found_in(value.view());
  if (value.kind == Kind::blob) return is_utf8(value.view()) && pattern_->is_found_in(value.view());
  return pattern_->is_found_in(ScalarText(value).view());
}

}  // namespace sluice
