#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/pattern.h"
#include "prepare/rules/operand.h"
#include "types/cell_order.h"

namespace sluice {

// Whether a rule's condition holds for a record. Two-valued: NULL equals nothing, stands in no list
// and no range and matches no pattern, and a condition with NOT is the opposite of the one without.
class Condition {
 public:
  // Both must outlive it.
  Condition(const PlannedCondition& plan, const Moments& moments);

  bool holds(std::span<const Cell> record) const {
    return plan_->test == RuleTest::all || test(record) != plan_->is_negated;
  }

 private:
  // A value that the tested one is compared with.
  class Other {
   public:
    Other(const RuleOperand& plan, const Moments& moments) : operand_(plan, moments) {
      if (const Cell* cell = operand_.constant()) constant_.emplace(*cell);
    }
    // How `value` stands to it.
    std::partial_ordering order_of(const Cell& value, std::span<const Cell> record) const {
      return constant_ ? constant_->order_of(value) : compare_cells(value, operand_.in(record));
    }

   private:
    Operand operand_;
    std::optional<Comparand> constant_;
  };

  bool test(std::span<const Cell> record) const;
  bool equals_one(const Cell& value, std::span<const Cell> record) const;
  bool is_between(const Cell& value, std::span<const Cell> record) const;
  bool all_hold(std::span<const Cell> record) const;
  bool one_holds(std::span<const Cell> record) const;
  bool matches(const Cell& value) const;

  const PlannedCondition* plan_;
  Operand tested_;
  std::vector<Other> values_;
  std::vector<Condition> parts_;
  std::optional<Pattern> pattern_;
};

}  // namespace sluice
