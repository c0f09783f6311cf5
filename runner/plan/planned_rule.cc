#include "plan/planned_rule.h"

namespace sluice {

Cell constant_of(const RuleOperand& operand) {
  if (operand.kind == Cell::Kind::null) return Cell::null();
  if (operand.kind == Cell::Kind::boolean) return Cell::of_boolean(operand.truth);
  return Cell::of_bytes(operand.kind, operand.text);
}

}  // namespace sluice
