#include "action/rule_checks.h"

#include <fmt/format.h>

#include "base/json_number.h"
#include "base/number.h"
#include "base/pattern.h"
#include "base/time_format.h"

namespace sluice {
namespace {

const std::string* text_of(const RuleValue& value) {
  return std::get_if<std::string>(&value.value);
}

bool is_null(const RuleValue& value) { return std::holds_alternative<std::monostate>(value.value); }

bool report(const RuleValue& value, std::string message, Problems& problems) {
  problems.add(value.place, std::move(message));
  return false;
}

// A value that is no name: a pattern, a format.
const std::string* wanted_text(const RuleValue& value, std::string_view what, Problems& problems) {
  const std::string* text = text_of(value);
  if (text != nullptr && !text->empty()) return text;
  report(value, fmt::format("{} must be a text that is not empty, not {}", what, value.text),
         problems);
  return nullptr;
}

bool check_pattern(const RuleValue& value, Problems& problems) {
  const std::string* text = wanted_text(value, "a regular expression", problems);
  if (text == nullptr) return false;
  const std::string problem = Pattern(*text).problem();
  return problem.empty() ||
         report(value, fmt::format("{} is no regular expression: {}", value.text, problem),
                problems);
}

bool check_input_format(const RuleValue& value, Problems& problems) {
  const std::string* text = wanted_text(value, "a format of times", problems);
  if (text == nullptr) return false;
  const std::string problem = check_time_format(rule_time_directives(*text)).problem;
  return problem.empty() ||
         report(value, fmt::format("the format {} {}", value.text, problem), problems);
}

bool check_output_format(const RuleValue& value, Problems& problems) {
  const std::string* text = wanted_text(value, "a format of times", problems);
  if (text == nullptr) return false;
  const std::string problem = output_format_problem(rule_time_directives(*text));
  return problem.empty() ||
         report(value, fmt::format("the format {} {}", value.text, problem), problems);
}

bool check_no_null(const std::vector<RuleValue>& values, std::string_view word,
                   std::string_view way_out, Problems& problems) {
  bool good = true;
  for (const RuleValue& value : values) {
    if (!is_null(value)) continue;
    good = report(value, fmt::format("\"{}\" does nothing with null{}", word, way_out), problems);
  }
  return good;
}

bool check_regexp_replace(const Rule& rule, Problems& problems) {
  if (!check_pattern(rule.values[0], problems)) return false;
  const std::string* replacement = text_of(rule.values[1]);
  if (replacement == nullptr) {
    return report(
        rule.values[1],
        fmt::format("what a match is replaced by must be a text, not {}", rule.values[1].text),
        problems);
  }
  const std::string problem = Pattern(*text_of(rule.values[0])).replacement_problem(*replacement);
  return problem.empty() ||
         report(rule.values[1],
                fmt::format("{} cannot stand for a match: {}", rule.values[1].text, problem),
                problems);
}

// A number, or a text: the name of an attribute, or a number as well.
bool check_numbers(const Rule& rule, Problems& problems) {
  bool good = true;
  for (const RuleValue& value : rule.values) {
    const std::string* text = text_of(value);
    const bool is_number = std::holds_alternative<JsonNumber>(value.value);
    if (is_number || (text != nullptr && !text->empty())) continue;
    good = report(value,
                  fmt::format("\"{}\" wants numbers and names of attributes, not {}",
                              rule.action_word, value.text),
                  problems);
  }
  return good;
}

std::string_view digits_of(const RuleValue& value) {
  const std::string* text = text_of(value);
  return text != nullptr ? std::string_view(*text) : std::string_view(value.text);
}

bool check_substring(const Rule& rule, Problems& problems) {
  bool good = check_numbers(rule, problems);
  for (const RuleValue& value : rule.values) {
    const std::string_view digits = digits_of(value);
    if (!is_json_number(digits)) continue;
    const auto whole = exact_integer(digits);
    const bool is_length = &value != &rule.values.front();
    if (whole && (!is_length || *whole >= 0)) continue;
    good = report(value,
                  is_length ? fmt::format("a length is a whole number from 0, not {}", value.text)
                            : fmt::format("a position is a whole number: from 0 for the first "
                                          "character, -N for the last N, not {}",
                                          value.text),
                  problems);
  }
  return good;
}

bool check_divisors(const Rule& rule, Problems& problems) {
  bool good = check_numbers(rule, problems);
  for (const RuleValue& value : rule.values) {
    if (exact_integer(digits_of(value)) != 0) continue;
    good = report(value, fmt::format("\"{}\" by 0 has no result", rule.action_word), problems);
  }
  return good;
}

bool check_replace(const Rule& rule, Problems& problems) {
  const std::string* search = text_of(rule.values[0]);
  if (search == nullptr || !search->empty()) return true;
  return report(rule.values[0], "what is to be replaced must not be empty", problems);
}

}  // namespace

std::string rule_time_directives(std::string_view written) {
  std::string directives(written);
  for (std::size_t at = 0; at + 1 < directives.size(); ++at) {
    if (directives[at] != '%') continue;
    if (directives[at + 1] == 'i') directives[at + 1] = 'M';
    ++at;
  }
  return directives;
}

bool check_condition(std::string_view word, const RuleCondition& condition, Problems& problems) {
  if (condition.test == RuleTest::regexp) return check_pattern(condition.values[0], problems);
  if (condition.test == RuleTest::is_date) {
    return condition.values.empty() || check_input_format(condition.values[0], problems);
  }
  return check_no_null(condition.values, word, ": write \"IS NULL\"", problems);
}

bool check_action(const Rule& rule, Problems& problems) {
  if (rule.action == RuleAction::set) return true;
  if (!check_no_null(rule.values, rule.action_word, "", problems)) return false;
  switch (rule.action) {
    case RuleAction::replace:
      return check_replace(rule, problems);
    case RuleAction::regexp_replace:
      return check_regexp_replace(rule, problems);
    case RuleAction::substring:
      return check_substring(rule, problems);
    case RuleAction::date_replace: {
      const bool good = check_input_format(rule.values[0], problems);
      return check_output_format(rule.values[1], problems) && good;
    }
    case RuleAction::add:
    case RuleAction::subtract:
    case RuleAction::multiply:
      return check_numbers(rule, problems);
    case RuleAction::divide:
    case RuleAction::modulo:
      return check_divisors(rule, problems);
    case RuleAction::split:
      return wanted_text(rule.values[0], "a separator", problems) != nullptr;
    default:
      return true;
  }
}

}  // namespace sluice
