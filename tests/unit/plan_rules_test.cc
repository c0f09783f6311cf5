// What sluice check finds in rules beside the document: attributes, columns, values.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "action/parse_action.h"
#include "plan/make_plan.h"
#include "support/capture.h"

namespace sluice {
namespace {

// "LINE:COLUMN message" of each problem.
std::string texts_of(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) {
    lines += (lines.empty() ? "" : "\n") +
             fmt::format("{}:{} {}", problem.place.line, problem.place.column, problem.message);
  }
  return lines;
}

// Rules of an action that loads game/guesses, whose attributes may be declared, into db/guesses (id
// integer, price decimal, day date, name text; the last two nullable).
struct RuledAction {
  std::string source_rules;
  std::string rules;
  std::string load_from;  // more members of load_from, each with a comma in front
  std::vector<std::string> attributes;
  std::string schema = {};  // a member of params with a comma behind

  std::optional<Action> action(Problems& problems) const {
    const std::string text = fmt::format(
        R"({{"params": {{"load_from": {{"source": "dwh/game/guesses"{}, "source_rules":
[{}]}}, "load_to": {{"source": "dwh/db/guesses"}}, {}"rules":
[{}]}}}})",
        load_from, source_rules, schema, rules);
    return parse_action(std::make_shared<const SourceText>(SourceText{"x.json", text}), {},
                        problems);
  }

  Catalog catalog() const {
    Catalog catalog;
    SourceEntry game;
    game.name = "game";
    Topic topic;
    topic.name = "guesses";
    topic.attributes = attributes;
    game.topics = {{"guesses", topic}};
    catalog.sources = {{"game", game}};
    Table table;
    table.name = "guesses";
    const auto add = [&table](std::string name, ColumnType type, bool nullable) {
      Column column;
      column.name = std::move(name);
      column.spec = type;
      column.nullable = nullable;
      table.columns.push_back(std::move(column));
    };
    add("id", ColumnType::integer, false);
    add("price", ColumnType::decimal, false);
    add("day", ColumnType::date, true);
    add("name", ColumnType::text, true);
    Dataset dataset;
    dataset.name = "db";
    dataset.tables = {{"guesses", table}};
    catalog.datasets = {{"db", dataset}};
    return catalog;
  }

  std::optional<LoadPlan> plan(Problems& problems) const {
    const auto read = action(problems);
    REQUIRE_MESSAGE(!problems.any(), problems.text());
    return make_plan(*read, catalog(), problems);
  }

  std::string told() const {
    Problems problems;
    plan(problems);
    return texts_of(problems.errors());
  }
};

std::string on_columns(const std::string& rule) {
  return RuledAction{.source_rules = "", .rules = rule, .load_from = "", .attributes = {}}.told();
}

}  // namespace

TEST_CASE("a rule names what is there, or learns the nearest name") {
  const RuledAction setting{.source_rules = R"({"attribute_name": "nmae", "action": "skip"})",
                            .rules = R"({"attribute_name": "prise", "action": "skip"})",
                            .load_from = "",
                            .attributes = {"id", "price", "day", "name"}};
  CHECK(setting.told() ==
        "2:21 topic \"guesses\" declares no attribute \"nmae\" (did you mean \"name\"?)\n"
        "3:21 table \"guesses\" has no column \"prise\" (did you mean \"price\"?)");
}

TEST_CASE("parts of a condition name what is there, too") {
  CHECK(on_columns(R"({"attribute_name": "id", "condition": "OR", "condition_values": [)"
                   R"({"attribute_name": "ids", "condition": "IS NULL"}]})") ==
        "3:86 table \"guesses\" has no column \"ids\" (did you mean \"id\"?)");
}

TEST_CASE("what cannot be reckoned with, compared or kept is found before a message is") {
  struct Case {
    const char* rule;
    const char* problem;
  };
  for (const auto& [rule, problem] : {
           Case{R"({"attribute_name": "id", "condition": "BETWEEN", "condition_values": [5, 1]})",
                "3:75 nothing is between 5 and 1: the lower one stands first"},
           {R"({"attribute_name": "name", "condition": "BETWEEN", "condition_values": [1, "b"]})",
            ""},  // "b" may be the name of an attribute: the topic declares none
           {R"({"attribute_name": "id", "condition": "LT", "condition_value": true})",
            "3:65 true is no number, and column \"id\" is of type integer"},
           {R"({"attribute_name": "day", "condition": "GT", "condition_value": 20260101})",
            "3:66 20260101 is no time of ISO 8601, and column \"day\" is of type date"},
           {R"({"attribute_name": "id", "action": "default", "action_value": 1.5})",
            "3:64 1.5 does not fit column \"id\" of type integer: 1.5 is not an integer of 64 "
            "bits"},
           {R"({"attribute_name": "id", "action": "default", "action_value": null})",
            "3:64 null does not fit column \"id\", which is not nullable"},
           {R"({"attribute_name": "id", "condition": "IS NUM", "else_value": 0.5})",
            "3:64 0.5 does not fit column \"id\" of type integer: 0.5 is not an integer of 64 "
            "bits"},
           {R"({"attribute_name": "id", "action": "default", "action_value": 1.5},
               {"attribute_name": "id", "action": "floor"})",
            ""},
           {R"({"attribute_name": "name", "action": "default", "action_value": "$tody"})",
            "3:66 unknown value \"$tody\" (did you mean \"$today\"?)"},
           {R"({"attribute_name": "name", "action": "default", "action_value": "$5"})", ""},
           {R"({"attribute_name": "name", "action": "split", "action_value": ","},)"
            R"( {"attribute_name": "id", "action": "disaggregate", "action_value": ";"})",
            "3:105 an action splits once only, and params.rules[0] does already"},
       }) {
    CAPTURE_BINDING(rule);
    CHECK(on_columns(rule) == std::string(problem));
  }
}

TEST_CASE("where a topic declares its attributes, a text is the name of one or itself") {
  RuledAction setting{
      .source_rules = R"({"attribute_name": "id", "action": "add", "action_value": "prize"})",
      .rules = "",
      .load_from = "",
      .attributes = {"id", "price", "day", "name"}};
  CHECK(
      setting.told() ==
      "2:60 \"add\" wants a number or the name of an attribute, and \"prize\" is neither (did you "
      "mean \"price\"?)");
  setting.source_rules =
      R"({"attribute_name": "id", "action": "concat", "action_values": ["price", "prize", "7"]})";
  Problems problems;
  const auto plan = setting.plan(problems);
  REQUIRE(plan);
  const auto& values = plan->rules[0].values;
  CHECK((values[0].cell.has_value() && !values[0].or_constant));
  CHECK((values[1].is_constant() && values[1].text == "prize"));
  CHECK((values[2].is_constant() && values[2].text == "7"));
}

TEST_CASE("where it does not, the message decides") {
  RuledAction setting{.source_rules = R"({"attribute_name": "id", "action": "concat",)"
                                      R"( "action_values": ["price", "7"]})",
                      .rules = "",
                      .load_from = "",
                      .attributes = {}};
  Problems problems;
  const auto plan = setting.plan(problems);
  REQUIRE(plan);
  CHECK(plan->rules[0].values[0].or_constant);
  CHECK(plan->rules[0].values[1].is_constant());
}

TEST_CASE("the broker's fields and an exploded array cannot be changed as attributes") {
  RuledAction setting{.source_rules =
                          R"({"attribute_name": "$offset", "action": "add", "action_value": 1},)"
                          R"({"attribute_name": "tags", "action": "split", "action_value": ","},)"
                          R"({"attribute_name": "$offset", "condition": "LT",)"
                          R"( "condition_value": 5, "action": "skip"})",
                      .rules = "",
                      .load_from = R"(, "explode": "tags")",
                      .attributes = {}};
  CHECK(
      setting.told() ==
      "2:21 $offset is the broker's and cannot be changed here; change its column, with \"rules\" "
      "of \"params\"\n"
      "2:87 \"tags\" is what \"explode\" takes apart before any rule; name \"$element\" to change "
      "its elements");
}

TEST_CASE("a text that looks like a name with $ is told of where it is none") {
  const auto warned = [](const char* value) {
    const RuledAction setting{
        .source_rules = "",
        .rules = fmt::format(
            R"({{"attribute_name": "name", "action": "default", "action_value": "{}"}})", value),
        .load_from = "",
        .attributes = {}};
    Problems problems;
    REQUIRE(setting.plan(problems));
    return texts_of(problems.warnings());
  };
  const std::string none =
      " is none of the values that rules know ($today, $now, $yesterday, and "
      "the broker's fields), so it is the text itself";
  CHECK(warned("$tomorrow") == "3:66 \"$tomorrow\"" + none);
  CHECK(warned("$last_week") == "3:66 \"$last_week\"" + none);
  for (const char* text :
       {"$", "$5", "$5m", "$ 5", "$$", "$a b", "US$", "$today", "$now", "$key"}) {
    CAPTURE(text);
    CHECK(warned(text) == "");
  }
}

TEST_CASE("a rule on an attribute says so where a column takes what lies within it") {
  RuledAction setting{
      .source_rules = R"({"attribute_name": "origin", "action": "default", "action_value": null})",
      .rules = "",
      .load_from = "",
      .attributes = {}};
  const std::string path = R"("name": {"type": "default", "path": ["origin", "city"]})";
  setting.schema = R"("schema": {"id": {"type": "replace", "value": 1},
"price": {"type": "replace", "value": 1}, )" +
                   path + "}, ";
  const std::string told =
      "2:21 column \"name\" takes a value out of \"origin\" as the message has it, which this rule "
      "does not change; a rule of \"params.rules\" on the column does";
  const auto warned = [](const RuledAction& by) {
    Problems problems;
    CHECK(by.plan(problems));
    return texts_of(problems.warnings());
  };
  CHECK(warned(setting) == told);

  // What it leaves may be what another rule looks for.
  RuledAction read = setting;
  read.source_rules +=
      R"(, {"attribute_name": "origin", "condition": "IS NULL", "action": "skip"})";
  CHECK(warned(read) == told);

  // What changes nothing, or something else, is as good as ever.
  for (const char* rule :
       {R"({"attribute_name": "origin", "condition": "IS NULL", "action": "skip"})",
        R"({"attribute_name": "origins", "action": "default", "action_value": null})"}) {
    CAPTURE(rule);
    RuledAction other = setting;
    other.source_rules = rule;
    CHECK(warned(other) == "");
  }

  setting.load_from = R"(, "explode": "items")";
  setting.source_rules =
      R"({"attribute_name": "$element", "action": "default", "action_value": 1})";
  setting.schema = R"("schema": {"id": {"type": "default", "path": ["$element", "id"]},
"price": {"type": "replace", "value": 1}}, )";
  CHECK(
      warned(setting) ==
      "2:21 column \"id\" takes a value out of \"$element\" as the message has it, which this rule "
      "does not change; a rule of \"params.rules\" on the column does");
}

TEST_CASE("a column that a rule fills need not come from anywhere else") {
  const RuledAction setting{
      .source_rules = "",
      .rules = R"({"attribute_name": "price", "action": "default", "action_value": 1})",
      .load_from = "",
      .attributes = {"id"}};
  CHECK(setting.told() == "");
}

}  // namespace sluice
