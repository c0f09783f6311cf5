#include <doctest/doctest.h>

#include "action/parse_action.h"

namespace sluice {
namespace {

constexpr const char* base = R"({
  "params": {
    "load_from": [{"source": "dwh/game/sample"}],
    "load_to": {"source": "dwh/prim/t"},
    "max_rejects": "many"
  }
})";

struct Result {
  std::optional<Action> action;
  std::string errors;
};

Result parse(const char* text, const std::vector<Override>& overrides) {
  Problems problems;
  Result result;
  result.action = parse_action(std::make_shared<const SourceText>(SourceText{"x.json", text}),
                               overrides, problems);
  CHECK((result.action && !result.action->is_partial) == !problems.any());
  if (problems.any()) result.action.reset();
  result.errors = problems.text();
  return result;
}

// With the document's own mistake put right first.
Result with(std::vector<Override> overrides) {
  overrides.insert(overrides.begin(), Override{"params.max_rejects", "0"});
  return parse(base, overrides);
}

TEST_CASE("an override replaces a value before it is checked") {
  CHECK_FALSE(parse(base, {}).action.has_value());
  const Result result = parse(base, {{"params.max_rejects", "5"}});
  CHECK(result.errors == "");
  REQUIRE(result.action.has_value());
  CHECK(result.action->max_rejects == 5);
}

TEST_CASE("an override that is not JSON is a text") {
  const Result result = with({{"until", "end"}, {"timeout", "10s"}, {"name", "007"}});
  CHECK(result.errors == "");
  REQUIRE(result.action.has_value());
  CHECK(result.action->until == Until::end);
  CHECK(result.action->timeout == std::chrono::seconds(10));
  CHECK(result.action->name == "007");
}

TEST_CASE("an override may be any JSON and make the objects it needs") {
  const Result result = with({{"segmentation.active", "true"},
                              {"params.schema.city", R"({"type":"default","path":["a","b"]})"},
                              {"name", "\"quoted\""}});
  CHECK(result.errors == "");
  REQUIRE(result.action.has_value());
  CHECK(result.action->segmentation_active);
  CHECK(result.action->schema->front().column == "city");
  CHECK(result.action->name == "quoted");
}

TEST_CASE("an override reaches into load_from, whether it is an object or an array") {
  for (const char* key : {"params.load_from.0.offset_number", "params.load_from.offset_number"}) {
    CAPTURE(key);
    const Result result = with({{key, "-3"}});
    CHECK(result.errors == "");
    REQUIRE(result.action.has_value());
    CHECK(std::get<Offset>(result.action->load_from[0].offset_number->value) == -3);
  }
}

TEST_CASE("the last of several overrides of a key counts") {
  CHECK(with({{"name", "a"}, {"name", "b"}}).action->name == "b");
}

TEST_CASE("a problem of an override shows the override") {
  CHECK(parse(base, {{"params.max_rejects", "-5"}}).errors ==
        "--set params.max_rejects:1:20: \"max_rejects\" must be a whole number from 0 to "
        "9223372036854775807, not -5\n"
        "  params.max_rejects=-5\n"
        "                     ^\n");
  CHECK(with({{"params.max_reject", "5"}}).errors ==
        "--set params.max_reject:1:8: unknown key \"max_reject\" (did you mean \"max_rejects\"?)\n"
        "  params.max_reject=5\n"
        "         ^\n");
  CHECK(with({{"nonsense.deep", "5"}}).errors ==
        "--set nonsense.deep:1:1: unknown key \"nonsense\"\n"
        "  nonsense.deep=5\n"
        "  ^\n");
  CHECK(with({{"params.explode", "[1]"}}).errors ==
        "--set params.explode:1:8: unknown key \"explode\" (it belongs in \"load_from\")\n"
        "  params.explode=[1]\n"
        "         ^\n");
  CHECK(with({{"params.newest_by", "at"}}).errors ==
        "--set params.newest_by:1:8: \"newest_by\" says which row of a key is kept, "
        "which needs \"write_mode\": \"upsert\"\n"
        "  params.newest_by=at\n"
        "         ^\n");
  CHECK(with({{"segmentation", R"({"active": true, "active": true})"}}).errors ==
        "--set segmentation:1:31: \"active\" is written twice, first at line 1, column 15\n"
        "  segmentation={\"active\": true, \"active\": true}\n"
        "                                ^\n");
}

TEST_CASE("a path that leads nowhere is a problem") {
  const auto first_line = [](const Result& result) {
    CHECK_FALSE(result.action.has_value());
    return result.errors.substr(0, result.errors.find('\n'));
  };
  CHECK(first_line(with({{"params..x", "1"}})) ==
        "--set params..x:1:8: a key is missing between the dots");
  CHECK(first_line(with({{"until", "nonsense", "--until"}})) ==
        "--until:1:1: \"until\" must be \"timeout\" or \"end\", not \"nonsense\"");
  CHECK(first_line(with({{"", "1"}})) == "--set :1:1: a key is missing between the dots");
  CHECK(first_line(with({{"params.max_rejects.x", "1"}})) ==
        "--set params.max_rejects.x:1:20: what stands before this key is not an object");
  CHECK(first_line(with({{"params.load_from.1.source", "1"}})) ==
        "--set params.load_from.1.source:1:18: this array has 1 element: write 0 here");
}

TEST_CASE("an override with null is a null") {
  const Result result = with({{"execution_mode", "always-up"}, {"timeout", "null"}});
  REQUIRE(result.action.has_value());
  CHECK_FALSE(result.action->timeout.has_value());
  CHECK_FALSE(with({{"timeout", "null"}}).action.has_value());
}

}  // namespace
}  // namespace sluice
