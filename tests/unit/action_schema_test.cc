#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "action/json_tree.h"
#include "action/known_keys.h"
#include "action/parse_action.h"

namespace sluice {
namespace {

// The JSON Schema helps in editors; the parser decides. These keep them in step.

struct Home {
  Level level;
  const char* definition;  // in $defs; empty: the document itself
  const char* path;        // for an override
};
constexpr Home homes[] = {{Level::document, "", ""},
                          {Level::params, "params", "params."},
                          {Level::load_from, "load_from", "params.load_from."},
                          {Level::mapping, "mapping", "params.schema.a."},
                          {Level::load_to, "load_to", "params.load_to."},
                          {Level::segmentation, "segmentation", "segmentation."},
                          {Level::alert, "alert", "params.alerts.0."},
                          {Level::expect, "expect", "params.expect."},
                          {Level::rule, "rule", "params.rules.0."},
                          {Level::condition, "condition", "params.rules.0.condition_values.0."}};

const JsonNode& schema() {
  static const JsonNode root = [] {
    Problems problems;
    auto tree =
        parse_json(read_document(SLUICE_PROJECT_DIR "/schemas/action-v1.schema.json"), problems);
    REQUIRE_MESSAGE(tree.has_value(), problems.text());
    return std::move(*tree);
  }();
  return root;
}

const JsonNode& properties(const Home& home) {
  const std::string definition = home.definition;
  const JsonNode& object =
      definition.empty() ? schema() : schema().find("$defs")->value.find(definition)->value;
  return object.find("properties")->value;
}

std::string description(const JsonMember& property) {
  const JsonMember* text = property.value.find("description");
  return text == nullptr ? "" : text->value.text;
}

TEST_CASE("schema and parser know the same keys") {
  for (const Home& home : homes) {
    CAPTURE(home.definition);
    std::set<std::string> in_schema;
    for (const JsonMember& property : properties(home).members) in_schema.insert(property.key);
    std::set<std::string> in_parser;
    for (const KnownKey& key : known_keys(home.level)) in_parser.insert(key.name);
    CHECK(in_schema == in_parser);
  }
}

TEST_CASE("the schema says what is ignored") {
  for (const Home& home : homes) {
    for (const KnownKey& key : known_keys(home.level)) {
      CAPTURE(key.name);
      const JsonMember* property = properties(home).find(key.name);
      REQUIRE(property != nullptr);
      const std::string text = description(*property);
      const bool is_original = key.standing == Standing::original;
      CHECK((text.find("ignored") != std::string::npos) == is_original);
      CHECK((property->value.find("deprecated") != nullptr) == is_original);
      CHECK(text.find("ot supported yet") == std::string::npos);
    }
  }
}

TEST_CASE("every example and every default of the schema is accepted by the parser") {
  const auto document = std::make_shared<const SourceText>(SourceText{
      "x.json",
      R"({"params": {"load_from": {"source": "dwh/a/b"}, "load_to": {"source": "dwh/a/b"}}})"});
  std::size_t tried = 0;
  const auto check = [&](const std::string& path, const JsonNode& value) {
    const std::vector<Override> overrides = {{path, value.written}};
    Problems problems;
    const auto action = parse_action(document, overrides, problems);
    CHECK_MESSAGE(action.has_value(), problems.text());
    ++tried;
  };
  for (const Home& home : homes) {
    for (const JsonMember& property : properties(home).members) {
      const std::string path = home.path + property.key;
      if (const auto* examples = property.value.find("examples")) {
        for (const JsonNode& example : examples->value.items) check(path, example);
      }
      if (const auto* by_default = property.value.find("default")) check(path, by_default->value);
    }
  }
  CHECK(tried > 40);
}

TEST_CASE("a supported value of the document's own words is in the schema") {
  const auto enum_of = [](const char* key) {
    std::vector<std::string> words;
    for (const JsonNode& word : properties(homes[0]).find(key)->value.find("enum")->value.items) {
      words.push_back(word.text);
    }
    return words;
  };
  CHECK(enum_of("execution_mode") == std::vector<std::string>{"serverless", "always-up"});
  CHECK(enum_of("until") == std::vector<std::string>{"timeout", "end"});
  CHECK(enum_of("if_running") == std::vector<std::string>{"fail", "skip", "wait"});
}

}  // namespace
}  // namespace sluice
