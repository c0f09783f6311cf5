// The first rows as a job would store them, and nothing moved.
#include "job/preview.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/scenario.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string value_text(const StoredValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "NULL";
}

// "orders/0@0: 1 NULL"
std::string previewed(const Preview& found) {
  std::string text;
  for (const Preview::Row& row : found.rows) {
    text += row.address + (row.element ? fmt::format("[{}]", *row.element) : "") + ":";
    for (const StoredValue& value : row.values) text += " " + value_text(value);
    text += "\n";
  }
  return text;
}

Preview preview_of(Scenario& scenario, std::size_t most,
                   const std::vector<std::string>& changes = {}) {
  return preview(scenario.plan(changes), scenario.world(), most);
}

}  // namespace

TEST_CASE("a preview shows so many rows, rejects with their reason, and makes nothing") {
  Scenario scenario;
  scenario.produce_text(0, R"({"id":1,"note":"a"})");
  scenario.produce_text(0, R"({"id":"one"})");
  scenario.produce_text(0, R"({"id":3})");
  scenario.produce_text(0, R"({"id":4})");
  const Preview found = preview_of(scenario, 2);
  CHECK(previewed(found) == "orders/0@0: 1 a\norders/0@2: 3 NULL\n");
  REQUIRE(found.rejects.size() == 1);
  CHECK(found.rejects[0].address == "orders/0@1");
  CHECK(found.rejects[0].column == "id");
  CHECK(found.rejects[0].reason == "\"one\" is not an integer of 64 bits");
  CHECK(found.messages == 3);
  CHECK_FALSE(found.is_at_end);
  CHECK_FALSE(std::filesystem::exists(scenario.database()));
}

TEST_CASE("a preview fetches little at once, whatever memory and workers its job has") {
  Scenario scenario;
  scenario.produce(0, {1});
  scenario.produce(1, {2});
  World world = scenario.world();
  const auto open_source = world.open_source;
  std::vector<std::size_t> memory_of_each;
  world.open_source = [&](const SourceEntry& entry, const LoadPlan& plan) {
    memory_of_each.push_back(plan.memory_bytes / plan.workers);
    return open_source(entry, plan);
  };
  const std::vector<std::string> two = {"segmentation.active=true", "instances=2"};
  CHECK(preview(scenario.plan(two), world, 1).rows.size() == 1);
  auto little = two;
  little.emplace_back("memory_limit=\"16MB\"");
  CHECK(preview(scenario.plan(little), world, 1).rows.size() == 1);
  CHECK(memory_of_each == std::vector<std::size_t>{32 << 20, 16 << 20});
}

TEST_CASE("rejects of decoding, rules and fitting stand in the order of their messages") {
  Scenario scenario;
  scenario.produce_text(0, R"({"id":"one"})");
  scenario.produce_text(0, "nonsense");
  scenario.produce_text(0, R"({"id":3,"note":"end"})");
  scenario.produce_text(0, "nonsense");
  scenario.produce_text(0, R"({"id":5})");
  const Preview all = preview_of(scenario, 10);
  REQUIRE(all.rejects.size() == 3);
  CHECK(all.rejects[0].address == "orders/0@0");
  CHECK(all.rejects[1].address == "orders/0@1");
  CHECK(all.rejects[2].address == "orders/0@3");
  CHECK(previewed(all) == "orders/0@2: 3 end\norders/0@4: 5 NULL\n");

  const Preview ended = preview_of(
      scenario, 10,
      {R"(params.rules=[{"attribute_name": "note", "condition": "EQUAL", "condition_value": "end",
                         "action": "action_error"}])"});
  REQUIRE(ended.rejects.size() == 3);
  CHECK(ended.rejects[2].address == "orders/0@2");
  CHECK(ended.rejects[2].ends_job);
  CHECK(ended.rows.empty());
}

TEST_CASE("a preview begins where the next job would, and that job is not changed by it") {
  Scenario scenario;
  scenario.produce(0, {1, 2});
  scenario.run();
  scenario.produce(0, {3});
  const std::string before = scenario.positions();
  const Preview found = preview_of(scenario, 10);
  CHECK(previewed(found) == "orders/0@2: 3 NULL\n");
  CHECK(found.is_at_end);
  CHECK(scenario.positions() == before);
  CHECK(scenario.run().counts.inserted == 1);
  CHECK(preview_of(scenario, 10).messages == 0);
}

TEST_CASE("filter and expressions are applied, what they leave out is counted") {
  Scenario scenario;
  scenario.produce(0, {1, 2, 3, 4});
  const Preview found = preview_of(
      scenario, 10,
      {"params.filter=id % 2 = 0", R"(params.schema={"id":{"type":"default","attribute":"id"},)"
                                   R"("note":{"type":"sql","sql":"'n' || id"}})"});
  CHECK(previewed(found) == "orders/0@1: 2 n2\norders/0@3: 4 n4\n");
  CHECK(found.filtered == 2);
}

TEST_CASE("rejects alone end a preview, too") {
  Scenario scenario;
  for (int i = 0; i < 50; ++i) scenario.produce_text(0, "nonsense");
  const Preview found = preview_of(scenario, 3);
  CHECK(found.rejects.size() == 3);
  CHECK(found.messages == 3);
}

TEST_CASE("an element of an array is a row with its number") {
  Scenario scenario;
  scenario.produce_text(0, R"({"lines":[{"id":1},{"id":2}]})");
  const Preview found =
      preview_of(scenario, 10,
                 {R"(params.load_from.explode="lines")",
                  R"(params.schema={"id":{"type":"default","path":["$element","id"]}})"});
  CHECK(previewed(found) == "orders/0@0[0]: 1\norders/0@0[1]: 2\n");
}

TEST_CASE("of a topic that was created anew a preview shows what the action says to do") {
  Scenario scenario;
  scenario.produce(0, {1, 2, 3});
  scenario.run();
  scenario.log(0) = ScriptedLog();
  scenario.produce(0, {101, 102, 103, 104});  // past the position: only its message tells
  CHECK_THROWS_AS(preview_of(scenario, 10), Error);
  const Preview found = preview_of(scenario, 2, {"params.on_topic_changed=restart"});
  CHECK(previewed(found) == "orders/0@0: 101 NULL\norders/0@1: 102 NULL\n");
}

TEST_CASE("rules are applied, and where one ends the job the preview ends, too") {
  Scenario scenario;
  scenario.produce(0, {1, 2, 3});
  const auto with_rule = [&](const std::string& rule) {
    return preview_of(scenario, 10, {fmt::format("params.rules=[{}]", rule)});
  };
  const Preview skipped = with_rule(
      R"({"attribute_name":"id","condition":"EQUAL","condition_value":2,"action":"skip"})");
  CHECK(previewed(skipped) == "orders/0@0: 1 NULL\norders/0@2: 3 NULL\n");
  CHECK(skipped.filtered == 1);

  const Preview failed = with_rule(
      R"({"attribute_name":"id","condition":"EQUAL","condition_value":2,"action":"action_error"})");
  CHECK(previewed(failed) == "orders/0@0: 1 NULL\n");
  REQUIRE(failed.rejects.size() == 1);
  CHECK(failed.rejects[0].ends_job);
  CHECK(failed.messages == 2);

  const Preview stopped = with_rule(
      R"({"attribute_name":"id","condition":"EQUAL","condition_value":2,"action":"stop_workflow"})");
  CHECK(stopped.is_stopped_by_rule);
}
