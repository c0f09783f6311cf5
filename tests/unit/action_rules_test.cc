#include <doctest/doctest.h>
#include <fmt/format.h>

#include "action/parse_action.h"
#include "support/capture.h"

namespace sluice {
namespace {

// An action whose rules stand in a line of their own, so that columns tell where in them.
std::optional<Action> parsed(const std::string& rules, Problems& problems) {
  const std::string text =
      "{\"params\": {\"load_from\": {\"source\": \"dwh/a/b\"}, \"load_to\": {\"source\": "
      "\"dwh/a/b\"}, \"rules\":\n" +
      rules + "\n}}";
  return parse_action(std::make_shared<const SourceText>(SourceText{"x.json", text}), {}, problems);
}

Rule rule(const std::string& members) {
  Problems problems;
  const auto action = parsed("[{\"attribute_name\": \"a\", " + members + "}]", problems);
  REQUIRE(problems.text() == "");
  REQUIRE(action->rules.size() == 1);
  return action->rules[0];
}

// "COLUMN message" of each problem.
std::string told(const std::string& rules) {
  CAPTURE(rules);
  Problems problems;
  parsed(rules, problems);
  std::string lines;
  for (const Problem& problem : problems.errors()) {
    CHECK(problem.place.line == 2);
    lines +=
        (lines.empty() ? "" : "\n") + fmt::format("{} {}", problem.place.column, problem.message);
  }
  return lines;
}

// Of one rule, without the places.
std::string complaint(const std::string& members) {
  Problems problems;
  parsed("[{\"attribute_name\": \"a\", " + members + "}]", problems);
  std::string lines;
  for (const Problem& problem : problems.errors()) {
    lines += (lines.empty() ? "" : "\n") + problem.message;
  }
  return lines;
}

}  // namespace

TEST_CASE("what a rule leaves out: beside a condition it keeps, without one it sets a value") {
  CHECK(rule(R"("condition": "IS NULL")").action == RuleAction::keep);
  CHECK(rule(R"("condition": null, "action_value": 5)").action == RuleAction::set);
  CHECK(rule(R"("action_value": 5)").condition.test == RuleTest::all);
  CHECK(rule(R"("action": "skip")").condition.test == RuleTest::all);
}

TEST_CASE("words of rules may be spelt as the original's documents do") {
  CHECK(rule(R"("action": "Stop_workflow")").action == RuleAction::stop);
  CHECK(rule(R"("action": "ACTION ERROR")").action == RuleAction::fail);
  CHECK(rule(R"("action": "disaggregate", "action_value": ",")").action == RuleAction::split);
  const Rule negated = rule(R"("condition": "is_not_null")");
  CHECK(negated.condition.test == RuleTest::is_null);
  CHECK(negated.condition.is_negated);
}

TEST_CASE("values stand in either key, alone or as a list, and null is as good as none") {
  CHECK(rule(R"("condition": "IN", "condition_value": [1, 2])").condition.values.size() == 2);
  CHECK(rule(R"("condition": "EQUAL", "condition_values": [1])").condition.values.size() == 1);
  CHECK(rule(R"("condition": "EQUAL", "condition_values": 1, "condition_value": null)")
            .condition.values.size() == 1);
  CHECK(rule(R"("condition": "IS NULL", "condition_value": null, "else_value": null)")
            .else_value.has_value() == false);
  const Rule to_null = rule(R"("action": "default", "action_value": null)");
  REQUIRE(to_null.values.size() == 1);
  CHECK(to_null.values[0].text == "null");
  CHECK(rule(R"("action": "replace", "action_value": 5)").action == RuleAction::set);
}

TEST_CASE("parts of AND and OR are conditions or values") {
  const Rule both = rule(R"("condition": "AND", "condition_values": [
      {"condition": "GT", "condition_value": 1},
      {"attribute_name": "b", "condition": "OR", "condition_values": ["c", true]}])");
  REQUIRE(both.condition.parts.size() == 2);
  CHECK_FALSE(both.condition.parts[0].attribute);
  REQUIRE(both.condition.parts[1].attribute);
  CHECK(both.condition.parts[1].attribute->value == "b");
  CHECK(both.condition.parts[1].parts.size() == 3);  // the attribute's own truth as well
}

TEST_CASE("every problem of every rule is told at its place") {
  CHECK(told(R"([{"attribute_name": "a", "condition": "EQUALS", "condition_value": 1}, 5,)"
             R"( {"action": "skip"}, {"attribute_name": "a", "action": "skp"}])") ==
        "39 unknown condition \"EQUALS\" (did you mean \"EQUAL\"?)\n"
        "72 a rule is an object such as {\"attribute_name\": \"points\", \"condition\": \"LT\", "
        "\"condition_value\": 0, \"action\": \"skip\"}, not 5\n"
        "75 a rule needs an \"attribute_name\"\n"
        "129 unknown action \"skp\" (did you mean \"skip\"?)");
  CHECK(told(R"({"attribute_name": "a"})") == "1 \"rules\" must be a list of rules, not an object");
  CHECK(
      told(
          R"([{"attribute_name": "a", "action": "regexp_replace", "action_values": ["(", "x"]}])") ==
      "72 \"(\" is no regular expression: missing ): (");
}

TEST_CASE("a rule has the values that its words take") {
  struct Case {
    const char* members;
    const char* complaint;
  };
  for (const auto& [members, expected] : {
           Case{R"("action": 5)", "unknown action 5"},
           {R"("condtion": "ALL", "action": "skip")",
            "unknown key \"condtion\" (did you mean \"condition\"?)"},
           {R"("condition": "EQUAL")",
            "\"EQUAL\" takes one value in \"condition_value\", and here are 0"},
           {R"("condition": "EQUAL", "condition_values": [1, 2])",
            "\"EQUAL\" takes one value in \"condition_value\", and here are 2"},
           {R"("condition": "BETWEEN", "condition_value": 1)",
            "\"BETWEEN\" takes 2 values in \"condition_values\", and here is 1"},
           {R"("condition": "IN", "condition_values": [])",
            "\"IN\" takes at least one value in \"condition_values\", and here are 0"},
           {R"("condition": "IS NULL", "condition_value": 1)", "\"IS NULL\" takes no value"},
           {R"("condition": "EQUAL", "condition_value": 1, "condition_values": [1])",
            "\"condition_value\" and \"condition_values\" exclude each other: keep one"},
           {R"("condition": "EQUAL", "condition_value": {"a": 1})",
            "\"condition_value\" must hold texts, numbers, true or false, not an object"},
           {R"("condition": "IN", "condition_values": [1, null])",
            "\"IN\" does nothing with null: write \"IS NULL\""},
           {R"("condition": "REGEXP", "condition_value": 5)",
            "a regular expression must be a text that is not empty, not 5"},
           {R"("condition": "REGEXP", "condition_value": "a{2,1}")",
            "\"a{2,1}\" is no regular expression: invalid repetition size: {2,1}"},
           {R"("condition": "IS DATE", "condition_value": "%H:%M")",
            "the format \"%H:%M\" does not tell year, month and day, as %Y-%m-%d does"},
           {R"("condition": "AND", "condition_values": [{"condition": "XOR"}])",
            "unknown condition \"XOR\" (did you mean \"OR\"?)"},
           {R"("condition": "AND", "condition_values": [{"action": "skip"}])",
            "unknown key \"action\""},
           {R"("action": "default")",
            "\"default\" takes one value in \"action_value\", and here are 0"},
           {R"("condition": "ALL", "action": "keep", "else_value": 1)",
            "\"else_value\" is for where the condition does not hold, and this rule has none"},
           {R"("action": "skip", "action_value": 1)", "\"skip\" takes no value"},
           {R"("action": "replace", "action_values": ["", "x"])",
            "what is to be replaced must not be empty"},
           {R"("action": "regexp_replace", "action_values": ["a", "\\1"])",
            "\"\\\\1\" cannot stand for a match: Rewrite schema requests 1 matches, but the regexp "
            "only has 0 parenthesized subexpressions."},
           {R"("action": "substring", "action_values": [0.5, -1])",
            "a position is a whole number: from 0 for the first character, -N for the last N, not "
            "0.5\na length is a whole number from 0, not -1"},
           {R"("action": "date_replace", "action_values": ["%d.%m", "%Q"])",
            "the format \"%d.%m\" does not tell year, month and day, as %Y-%m-%d does\n"
            "the format \"%Q\" has the unknown directive %Q"},
           {R"("action": "add", "action_values": [1, true])",
            "\"add\" wants numbers and names of attributes, not true"},
           {R"("action": "div", "action_value": 0.0)", "\"div\" by 0 has no result"},
           {R"("action": "concat", "action_values": ["a", null])",
            "\"concat\" does nothing with null"},
           {R"("action": "split", "action_value": "")",
            "a separator must be a text that is not empty, not \"\""},
       }) {
    CAPTURE_BINDING(members);
    CHECK(complaint(members) == expected);
  }
}

}  // namespace sluice
