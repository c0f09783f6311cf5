#pragma once

#include <memory>
#include <span>

#include "data/reason.h"
#include "prepare/rules/operand.h"

namespace sluice {

// What an action makes of a value. NULL stays NULL for all but `default` and `concat`.
class Change {
 public:
  virtual ~Change() = default;

  // The new value. New bytes are written into the arena. Where there is none (no number, no date,
  // too many digits), `fault` says why and the result means nothing.
  virtual Cell made_of(const Cell& value, std::span<const Cell> record, Arena& arena,
                       Reason& fault) const = 0;
};

// Null for actions that change nothing by themselves (keep, skip, split, …). The plan and the
// moments must outlive it.
std::unique_ptr<Change> make_change(const PlannedRule& rule, const Moments& moments);

// The parts of it, one file each: numbers, texts and times.
std::unique_ptr<Change> make_arithmetic(const PlannedRule& rule, const Moments& moments);
std::unique_ptr<Change> make_text_change(const PlannedRule& rule, const Moments& moments);

}  // namespace sluice
