#include <fmt/format.h>

#include <algorithm>

#include "action/parts.h"
#include "action/read_value.h"
#include "action/rule_checks.h"
#include "action/rule_words.h"
#include "base/excerpt.h"
#include "base/nearest.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

// The values of a condition or an action, in one of two keys, one of them or a list in either.
struct Written {
  const JsonMember* member = nullptr;  // null where there is none
  std::vector<const JsonNode*> values;
};

// `null_is_value`: where a person may mean it.
Written written_values(const JsonNode& object, const std::string& of, bool null_is_value,
                       Problems& problems) {
  const std::string one_key = of + "_value";
  const JsonMember* one = null_is_value ? object.find(one_key) : present(object, one_key);
  const JsonMember* many = present(object, of + "_values");
  if (one != nullptr && many != nullptr && !one->value.is(Kind::null)) {
    problems.add(many->place(),
                 fmt::format("\"{0}_value\" and \"{0}_values\" exclude each other: keep one", of));
  }
  Written written{many != nullptr ? many : one, {}};
  if (written.member == nullptr) return written;
  const JsonNode& node = written.member->value;
  if (!node.is(Kind::array)) written.values.push_back(&node);
  for (const JsonNode& item : node.items) written.values.push_back(&item);
  return written;
}

std::string counted(ValueCount count) {
  const auto text = [](std::size_t number) {
    return number == 1 ? std::string("one value") : fmt::format("{} values", number);
  };
  if (count.most == 0) return "no value";
  if (count.most == ValueCount::any) return "at least " + text(count.least);
  if (count.least == count.most) return text(count.most);
  return fmt::format("{} or {} values", count.least, count.most);
}

bool check_count(std::string_view word, const Written& written, ValueCount count,
                 const JsonNode& object, const std::string& of, Problems& problems) {
  const std::size_t found = written.values.size();
  if (found >= count.least && found <= count.most) return true;
  const Place place = written.member != nullptr ? written.member->place() : object.place();
  const std::string key = count.most > 1 ? of + "_values" : of + "_value";
  problems.add(place, count.most == 0
                          ? fmt::format("\"{}\" takes no value", word)
                          : fmt::format("\"{}\" takes {} in \"{}\", and here {} {}", word,
                                        counted(count), key, found == 1 ? "is" : "are", found));
  return false;
}

std::optional<RuleValue> rule_value(const JsonNode& node, std::string_view key,
                                    Problems& problems) {
  if (!node.is(Kind::object) && !node.is(Kind::array)) {
    return RuleValue{scalar_of(node), node.written, node.place()};
  }
  problems.add(node.place(), fmt::format("\"{}\" must hold texts, numbers, true or false, not {}",
                                         key, describe(node)));
  return std::nullopt;
}

// Nothing where one of them is wrong.
std::optional<std::vector<RuleValue>> rule_values(const Written& written, Problems& problems) {
  std::vector<RuleValue> values;
  for (const JsonNode* node : written.values) {
    if (auto value = rule_value(*node, written.member->key, problems)) {
      values.push_back(std::move(*value));
    }
  }
  if (values.size() < written.values.size()) return std::nullopt;
  return values;
}

template <class Word>
std::string hint_for(std::string_view written, std::span<const Word> words) {
  std::vector<std::string> names;
  for (const Word& word : words) names.emplace_back(word.word);
  return did_you_mean(written, names);
}

// The word of `key`: null where it is left out, and `good` false where it is wrong.
template <class Word>
const Word* read_rule_word(const JsonNode& object, std::string_view key,
                           const Word* (*find)(std::string_view), std::span<const Word> words,
                           bool& good, Problems& problems) {
  const JsonMember* member = present(object, key);
  if (member == nullptr) return nullptr;
  const Word* word = member->value.is(Kind::text) ? find(member->value.text) : nullptr;
  if (word != nullptr) return word;
  good = false;
  const std::string hint =
      member->value.is(Kind::text) ? hint_for(member->value.text, words) : std::string();
  problems.add(member->value.place(),
               fmt::format("unknown {} {}{}", key, describe(member->value), hint));
  return nullptr;
}

std::optional<Located<std::string>> read_attribute(const JsonNode& object, Problems& problems) {
  const JsonMember* member = present(object, "attribute_name");
  if (member == nullptr) return std::nullopt;
  auto name = read_text(*member, problems);
  if (!name) return std::nullopt;
  return Located<std::string>{std::move(*name), member->value.place()};
}

std::optional<RuleCondition> parse_condition(const JsonNode& object, Findings& findings);

// A part of AND or OR: a condition of its own, or a value that says true or false.
std::optional<RuleCondition> parse_part(const JsonNode& node, std::string_view key,
                                        Findings& findings) {
  Problems& problems = findings.problems;
  if (!node.is(Kind::object)) {
    auto value = rule_value(node, key, problems);
    if (!value) return std::nullopt;
    RuleCondition condition{.test = RuleTest::is_true,
                            .attribute = {},
                            .values = {},
                            .parts = {},
                            .place = node.place()};
    condition.values.push_back(std::move(*value));
    return condition;
  }
  check_keys(node, Level::condition, findings);
  auto condition = parse_condition(node, findings);
  if (condition) condition->attribute = read_attribute(node, problems);
  return condition;
}

// Where values stand among the parts, the rule's own attribute has to say true as well.
void add_own_truth(RuleCondition& condition) {
  const bool has_values =
      std::ranges::count(condition.parts, RuleTest::is_true, &RuleCondition::test) > 0;
  if (!has_values) return;
  RuleCondition own{.test = RuleTest::is_true,
                    .attribute = {},
                    .values = {},
                    .parts = {},
                    .place = condition.place};
  condition.parts.insert(condition.parts.begin(), std::move(own));
}

bool parse_parts(const Written& written, RuleCondition& condition, Findings& findings) {
  for (const JsonNode* node : written.values) {
    auto part = parse_part(*node, written.member->key, findings);
    if (part) condition.parts.push_back(std::move(*part));
  }
  if (condition.parts.size() < written.values.size()) return false;
  add_own_truth(condition);
  return true;
}

std::optional<RuleCondition> parse_condition(const JsonNode& object, Findings& findings) {
  Problems& problems = findings.problems;
  bool good = true;
  const TestWord* word =
      read_rule_word(object, "condition", &find_test, test_words(), good, problems);
  if (!good) return std::nullopt;
  if (word == nullptr) word = find_test("ALL");
  const JsonMember* member = present(object, "condition");
  RuleCondition condition{.test = word->test,
                          .is_negated = word->is_negated,
                          .attribute = {},
                          .values = {},
                          .parts = {},
                          .place = member != nullptr ? member->value.place() : object.place()};
  const Written written = written_values(object, "condition", false, problems);
  if (!check_count(word->word, written, word->values, object, "condition", problems)) {
    return std::nullopt;
  }
  if (condition.test == RuleTest::and_ || condition.test == RuleTest::or_) {
    return parse_parts(written, condition, findings) ? std::optional(condition) : std::nullopt;
  }
  auto values = rule_values(written, problems);
  if (!values) return std::nullopt;
  condition.values = std::move(*values);
  return check_condition(word->word, condition, problems) ? std::optional(condition) : std::nullopt;
}

// Left out beside a condition it is `keep`, and without one `default`.
const ActionWord* read_action(const JsonNode& object, bool& good, Problems& problems) {
  const ActionWord* word =
      read_rule_word(object, "action", &find_action, action_words(), good, problems);
  if (word != nullptr || !good) return word;
  return find_action(present(object, "condition") != nullptr ? "keep" : "default");
}

bool parse_values(const JsonNode& object, const ActionWord& word, Rule& rule, Problems& problems) {
  const Written written =
      written_values(object, "action", word.action == RuleAction::set, problems);
  if (!check_count(word.word, written, word.values, object, "action", problems)) return false;
  auto values = rule_values(written, problems);
  if (!values) return false;
  rule.values = std::move(*values);
  if (rule.action == RuleAction::replace && rule.values.size() == 1) rule.action = RuleAction::set;
  return check_action(rule, problems);
}

bool parse_else(const JsonNode& object, Rule& rule, Problems& problems) {
  const JsonMember* member = present(object, "else_value");
  if (member == nullptr) return true;
  rule.else_value = rule_value(member->value, member->key, problems);
  if (rule.condition.test != RuleTest::all) return rule.else_value.has_value();
  problems.add(member->place(),
               "\"else_value\" is for where the condition does not hold, and this rule has none");
  return false;
}

std::optional<Rule> parse_rule(const JsonNode& object, std::string name, Findings& findings) {
  Problems& problems = findings.problems;
  check_keys(object, Level::rule, findings);
  Rule rule;
  rule.name = std::move(name);
  auto attribute = read_attribute(object, problems);
  if (!attribute && present(object, "attribute_name") == nullptr) {
    problems.add(object.place(), "a rule needs an \"attribute_name\"");
  }
  auto condition = parse_condition(object, findings);
  bool good = true;
  const ActionWord* word = read_action(object, good, problems);
  if (!good) return std::nullopt;
  const JsonMember* action = present(object, "action");
  rule.place = action != nullptr ? action->value.place() : object.place();
  rule.action = word->action;
  rule.action_word = word->word;
  good = parse_values(object, *word, rule, problems);
  if (!attribute || !condition || !good) return std::nullopt;
  rule.attribute = std::move(*attribute);
  rule.condition = std::move(*condition);
  if (!parse_else(object, rule, problems)) return std::nullopt;
  return rule;
}

}  // namespace

std::vector<Rule> parse_rules(const JsonMember& member, const std::string& name,
                              Findings& findings) {
  std::vector<Rule> rules;
  if (!member.value.is(Kind::array)) {
    report_wrong(member, "a list of rules", findings.problems);
    return rules;
  }
  for (std::size_t i = 0; i < member.value.items.size(); ++i) {
    const JsonNode& item = member.value.items[i];
    if (!item.is(Kind::object)) {
      findings.problems.add(
          item.place(), fmt::format("a rule is an object such as {{\"attribute_name\": \"points\", "
                                    "\"condition\": \"LT\", \"condition_value\": 0, \"action\": "
                                    "\"skip\"}}, not {}",
                                    describe(item)));
      continue;
    }
    auto rule = parse_rule(item, fmt::format("{}[{}]", name, i), findings);
    if (rule) rules.push_back(std::move(*rule));
  }
  return rules;
}

}  // namespace sluice
