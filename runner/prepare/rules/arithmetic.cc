#include <fmt/format.h>

#include <cstring>

#include "base/exact_decimal.h"
#include "base/json_number.h"
#include "prepare/rules/change.h"
#include "prepare/rules/rule_text.h"
#include "types/scalar_text.h"

namespace sluice {
namespace {

constexpr const char* too_many_digits = "has more than 38 digits, or more than 38 after the point";

// The number that a value says, or why it says none.
std::optional<ExactDecimal> number_of(const Cell& cell, Reason& fault) {
  const ScalarText text(cell);
  const auto number = exact_decimal(text.view());
  if (!number) {
    fault = Reason::of_value(shown(cell),
                             is_json_number(text.view()) ? too_many_digits : "is no number");
  }
  return number;
}

Cell number_cell(const ExactDecimal& number, Arena& arena) {
  char text[longest_decimal];
  const std::size_t size = write_decimal(number.digits, number.scale, text);
  return Cell::of_bytes(Cell::Kind::number, arena.copy({text, size}));
}

// add, sub, mul, div, mod: one value after the other.
class Arithmetic final : public Change {
 public:
  Arithmetic(const PlannedRule& rule, const Moments& moments)
      : action_(rule.action), word_(rule.action_word) {
    for (const RuleOperand& value : rule.values) operands_.emplace_back(value, moments);
  }

  Cell made_of(const Cell& value, std::span<const Cell> record, Arena& arena,
               Reason& fault) const override {
    if (value.is_null_or_missing()) return value;
    auto result = number_of(value, fault);
    for (const Operand& operand : operands_) {
      const Cell& other = operand.in(record);
      if (other.is_null_or_missing()) return Cell::null();
      const auto number = result ? number_of(other, fault) : std::nullopt;
      if (!number) return Cell();
      if (is_division() && number->digits == 0) {
        const auto words = [this](std::string_view number_shown) {
          return fmt::format("\"{}\" of {} by 0 has no result", word_, number_shown);
        };
        fault = Reason::with_values(words, shown(value));
        return Cell();
      }
      result = reckon(*result, *number);
      if (!result) {
        const auto words = [this](std::string_view one, std::string_view by) {
          return fmt::format("the result of \"{}\" of {} and {} {}", word_, one, by,
                             too_many_digits);
        };
        fault = Reason::with_values(words, shown(value), shown(other));
      }
    }
    return result ? number_cell(*result, arena) : Cell();
  }

 private:
  bool is_division() const {
    return action_ == RuleAction::divide || action_ == RuleAction::modulo;
  }

  std::optional<ExactDecimal> reckon(const ExactDecimal& a, const ExactDecimal& b) const {
    switch (action_) {
      case RuleAction::add:
        return sum(a, b);
      case RuleAction::subtract:
        return difference(a, b);
      case RuleAction::multiply:
        return product(a, b);
      case RuleAction::divide:
        return quotient(a, b);
      default:
        return remainder(a, b);
    }
  }

  RuleAction action_;
  std::string word_;
  std::vector<Operand> operands_;
};

class Rounding final : public Change {
 public:
  explicit Rounding(bool up) : up_(up) {}

  Cell made_of(const Cell& value, std::span<const Cell>, Arena& arena,
               Reason& fault) const override {
    if (value.is_null_or_missing()) return value;
    const auto number = number_of(value, fault);
    if (!number) return Cell();
    return number_cell(up_ ? ceiling(*number) : floor_of(*number), arena);
  }

 private:
  bool up_;
};

}  // namespace

std::unique_ptr<Change> make_arithmetic(const PlannedRule& rule, const Moments& moments) {
  if (rule.action == RuleAction::ceil) return std::make_unique<Rounding>(true);
  if (rule.action == RuleAction::floor) return std::make_unique<Rounding>(false);
  return std::make_unique<Arithmetic>(rule, moments);
}

}  // namespace sluice
