#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/timestamp.h"
#include "data/arena.h"
#include "data/cell.h"
#include "plan/planned_rule.h"

namespace sluice {

// $today, $now and $yesterday for the records at hand.
class Moments {
 public:
  // The texts are written into the arena of the batch that gets them.
  void set(EpochMs now_ms, Arena& arena);
  const Cell& of(RuleMoment moment) const { return cells_[static_cast<std::size_t>(moment)]; }

 private:
  std::array<Cell, 3> cells_;
};

// A value that a rule works with, found for one record after another.
class Operand {
 public:
  // Both must outlive it: constants are views into the plan.
  Operand(const RuleOperand& plan, const Moments& moments)
      : constant_(constant_of(plan)),
        moment_(plan.moment ? &moments.of(*plan.moment) : nullptr),
        cell_(plan.cell),
        or_constant_(plan.or_constant) {}

  // The value, where it is the same for all records; else null.
  const Cell* constant() const { return cell_ || moment_ != nullptr ? nullptr : &constant_; }

  const Cell& in(std::span<const Cell> record) const {
    if (cell_) {
      const Cell& found = record[*cell_];
      return or_constant_ && found.kind == Cell::Kind::missing ? constant_ : found;
    }
    return moment_ != nullptr ? *moment_ : constant_;
  }

 private:
  Cell constant_;
  const Cell* moment_;
  std::optional<std::size_t> cell_;
  bool or_constant_;
};

}  // namespace sluice
