#include "plan/rule_operands.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "base/json_number.h"
#include "base/nearest.h"
#include "catalog/wording.h"
#include "plan/broker_field.h"

namespace sluice {
namespace {

RuleOperand of_cell(std::size_t cell, bool or_constant = false, const std::string& text = {}) {
  RuleOperand operand;
  operand.cell = cell;
  operand.or_constant = or_constant;
  operand.kind = or_constant ? Cell::Kind::text : Cell::Kind::null;
  operand.text = text;
  return operand;
}

RuleOperand of_moment(RuleMoment moment) {
  RuleOperand operand;
  operand.moment = moment;
  return operand;
}

// "$tomorrow", but not "$5" or "$ 5".
bool looks_like_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return text.size() > 1 && is_letter(text[1]) && std::ranges::all_of(text.substr(2), [&](char c) {
           return is_letter(c) || c == '_' || (c >= '0' && c <= '9');
         });
}

std::vector<std::string> special_names() {
  std::vector<std::string> names = broker_field_names();
  names.insert(names.end(), {"$today", "$now", "$yesterday", "$element"});
  return names;
}

}  // namespace

RuleOperand RuleOperands::constant(const RuleValue& value) {
  RuleOperand operand;
  if (std::holds_alternative<std::monostate>(value.value)) return operand;
  if (const auto* truth = std::get_if<bool>(&value.value)) {
    operand.kind = Cell::Kind::boolean;
    operand.truth = *truth;
  } else if (const auto* text = std::get_if<std::string>(&value.value)) {
    operand.kind = Cell::Kind::text;
    operand.text = *text;
  } else {
    operand.kind = Cell::Kind::number;
    operand.text = value.text;
  }
  return operand;
}

std::optional<RuleOperand> RuleOperands::value(const RuleValue& value) {
  const auto* text = std::get_if<std::string>(&value.value);
  if (text == nullptr || text->empty()) return constant(value);
  const std::size_t problems_before = problems_.errors().size();
  auto found = named(*text, value.place);
  if (found || problems_.errors().size() > problems_before) return found;
  return constant(value);
}

std::optional<RuleOperand> RuleOperands::number(const RuleValue& written, std::string_view word) {
  auto operand = value(written);
  if (!operand || !operand->is_constant()) {
    if (operand) operand->or_constant = false;  // a text that is no attribute is no number either
    return operand;
  }
  operand->kind = Cell::Kind::number;
  if (is_json_number(operand->text)) return operand;
  std::vector<std::string> known;
  for (const Topic* topic : topics_) {
    known.insert(known.end(), topic->attributes.begin(), topic->attributes.end());
  }
  problems_.add(
      written.place,
      fmt::format("\"{}\" wants a number or the name of an attribute, and {} is neither{}", word,
                  written.text, suggestion(operand->text, known)));
  return {};
}

std::size_t RuleOperands::cell_of_column(PlannedColumn& column) {
  if (!column.rules_cell) {
    column.rules_cell = plan_.attributes.size();
    plan_.attributes.push_back({});
  }
  return *column.rules_cell;
}

std::optional<RuleOperand> RuleOperands::named(const std::string& name, const Place& place) {
  if (name.starts_with('$')) return special(name, place);
  if (on_columns_) {
    for (PlannedColumn& column : plan_.table.columns) {
      if (is_same_name(column.name, name)) return of_cell(cell_of_column(column));
    }
  }
  return own(name);
}

std::optional<RuleOperand> RuleOperands::special(const std::string& name, const Place& place) {
  if (name == "$today") return of_moment(RuleMoment::today);
  if (name == "$now") return of_moment(RuleMoment::now);
  if (name == "$yesterday") return of_moment(RuleMoment::yesterday);
  if (name == "$element" || broker_field(std::string_view(name).substr(1))) {
    const auto meaning = names_.meaning({{name}, true, place}, false);
    if (!meaning) return {};
    const auto* field = std::get_if<BrokerField>(&*meaning);
    return of_cell(cell_of(
        field != nullptr ? PlannedAttribute{.field = *field} : std::get<PlannedAttribute>(*meaning),
        plan_));
  }
  const std::string hint = did_you_mean(name, special_names());
  if (!hint.empty()) {
    problems_.add(place, fmt::format("unknown value {}{}", in_quotes(name), hint));
  } else if (looks_like_name(name)) {
    problems_.warn(place,
                   fmt::format("{} is none of the values that rules know ($today, $now, "
                               "$yesterday, and the broker's fields), so it is the text itself",
                               in_quotes(name)));
  }
  return {};
}

// An attribute of the message itself. A number in quotes is nobody's name, unless it is declared.
std::optional<RuleOperand> RuleOperands::own(const std::string& name) {
  const auto declared = [&](const Topic* topic) { return declares(*topic, name); };
  if (std::ranges::any_of(topics_, declared)) return of_cell(cell_of({.path = {name}}, plan_));
  if (all_declare_attributes() || is_json_number(name)) return {};
  return of_cell(cell_of({.path = {name}}, plan_), true, name);
}

bool RuleOperands::all_declare_attributes() const {
  return std::ranges::all_of(topics_,
                             [](const Topic* topic) { return !topic->attributes.empty(); });
}

}  // namespace sluice
