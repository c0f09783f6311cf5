#include "prepare/rules/change.h"

namespace sluice {
namespace {

class Set final : public Change {
 public:
  Set(const RuleOperand& value, const Moments& moments) : value_(value, moments) {}

  Cell made_of(const Cell&, std::span<const Cell> record, Arena&, Reason&) const override {
    return value_.in(record);
  }

 private:
  Operand value_;
};

}  // namespace

std::unique_ptr<Change> make_change(const PlannedRule& rule, const Moments& moments) {
  switch (rule.action) {
    case RuleAction::keep:
    case RuleAction::skip:
    case RuleAction::split:
    case RuleAction::fail:
    case RuleAction::stop:
      return nullptr;
    case RuleAction::set:
      return std::make_unique<Set>(rule.values[0], moments);
    case RuleAction::add:
    case RuleAction::subtract:
    case RuleAction::multiply:
    case RuleAction::divide:
    case RuleAction::modulo:
    case RuleAction::ceil:
    case RuleAction::floor:
      return make_arithmetic(rule, moments);
    default:
      return make_text_change(rule, moments);
  }
}

}  // namespace sluice
