// What rules cost: 30 of them over ten columns against the insert of the same rows, in turn, CPU
// time, medians. Ends with 1 where the rules cost more than the insert: that is the aim.
//
//   cmake --preset release -DSLUICE_TESTS=ON &&
//   cmake --build build/release --target sluice_bench_rules &&
//   build/release/tests/sluice_bench_rules
//
// Only the release says anything: without optimization our code is slower than the library beside.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "action/parse_action.h"
#include "plan/make_plan.h"
#include "prepare/fit.h"
#include "prepare/rules/rules.h"
#include "record/json_decoder.h"
#include "unit/store_fixture.h"

using namespace sluice;
using namespace sluice::store_test;

namespace {

constexpr std::int64_t messages = 20'000;
constexpr int rounds = 5;

// Ten columns of a trade with 30 rules, three a column: what people write to clean their values.
std::string rules() {
  std::string list;
  const auto add = [&list](std::string_view column, std::string_view members) {
    list += fmt::format(R"({}{{"attribute_name": "{}", {}}})", list.empty() ? "" : ",", column,
                        members);
  };
  for (const char* column : {"id", "amount", "quantity", "fee"}) {
    add(column, R"("condition": "IS NOT NUM", "action": "default", "action_value": 0)");
    add(column, R"("condition": "LT", "condition_value": -1000, "action": "skip")");
    add(column, R"("condition": "BETWEEN", "condition_values": [0, 100], "action": "add",
                   "action_value": 1)");
  }
  for (const char* column : {"name", "city", "status", "code"}) {
    add(column, R"("condition": "IS NULL", "action": "default", "action_value": 7)");
    add(column, R"("condition": "IN", "condition_values": [1, 2], "action": "skip")");
    add(column, R"("action": "substring", "action_values": [0, 20])");
  }
  for (const char* column : {"day", "sent"}) {
    add(column, R"("condition": "IS NOT DATE", "action": "default", "action_value": "$now")");
    add(column, R"("condition": "LT", "condition_value": "2000-01-01", "action": "skip")");
    add(column, R"("condition": "IS NOT NULL", "else_value": "$today")");
  }
  return list;
}

Catalog catalog_into(const std::string& path) {
  Catalog catalog;
  Topic topic;
  topic.name = "trades";
  SourceEntry game;
  game.name = "game";
  Table table;
  table.name = "trades";
  const auto add = [&](std::string name, ColumnSpec spec) {
    topic.attributes.push_back(name);
    table.columns.push_back({std::move(name), std::move(spec), false, {}});
  };
  ColumnSpec money = ColumnType::decimal;
  money.scale = 2;
  add("id", ColumnType::integer);
  add("amount", money);
  add("quantity", ColumnType::integer);
  add("fee", ColumnType::real);
  for (const char* name : {"name", "city", "status", "code"}) add(name, ColumnType::text);
  add("day", ColumnType::text);
  add("sent", ColumnType::datetime);
  game.topics = {{"trades", topic}};
  catalog.sources = {{"game", game}};
  Dataset dataset;
  dataset.name = "db";
  dataset.path = path;
  dataset.tables = {{"trades", table}};
  catalog.datasets = {{"db", dataset}};
  return catalog;
}

LoadPlan plan_into(const std::string& path) {
  const std::string text = fmt::format(
      R"({{"params": {{"load_from": {{"source": "dwh/game/trades"}},
                      "load_to": {{"source": "dwh/db/trades"}}, "rules": [{}]}}}})",
      rules());
  Problems problems;
  const auto document = std::make_shared<const SourceText>(SourceText{"x.json", text});
  const auto action = parse_action(document, {}, problems);
  std::optional<LoadPlan> plan;
  if (action) plan = make_plan(*action, catalog_into(path), problems);
  if (!plan) throw std::runtime_error(problems.text());
  return std::move(*plan);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main() {
  StoreWorld world;
  const LoadPlan plan = plan_into(world.path);
  world.table = plan.table;
  const std::vector<PlannedPartition> partitions{partition("trades", 0)};
  const auto store = world.begin("job-1", partitions);
  JsonDecoder decoder(plan.attributes);
  Rules rules(plan, partitions, world.system_clock);
  Fitter fitter(plan, partitions);
  Batch batch(plan.attributes.size(), plan.table.columns.size(), 1);
  std::vector<double> of_rules;
  std::vector<double> of_insert;
  Offset next = 0;
  for (int round = 0; round <= rounds; ++round) {
    batch.clear();
    for (std::int64_t i = 0; i < messages; ++i) {
      const std::string value = fmt::format(
          R"({{"id":{},"amount":{}.25,"quantity":{},"fee":0.5,"name":"Trader number {}",)"
          R"("city":"Reykjavik","status":"settled","code":"AB-{}","day":"2026-11-23",)"
          R"("sent":"2026-11-23T04:05:06.789Z"}})",
          next, i % 5000, i % 300, i % 97, i);
      if (decoder.decode(batch, batch.take({.offset = next++, .value = value}))) return 1;
    }
    const double begin = cpu_seconds();
    rules.prepare_attributes(batch, 0);
    rules.prepare_columns(batch, 0);
    const double ruled = cpu_seconds();
    fitter.fit(batch, 0);
    if (batch.row_count() != messages) throw std::runtime_error("not every message gave a row");
    const double fitted = cpu_seconds();
    store->write(batch, 0, {});
    const double inserted = cpu_seconds();
    if (round == 0) continue;  // everything grows to its size
    of_rules.push_back(ruled - begin);
    of_insert.push_back(inserted - fitted);
  }
  const double ratio = median(of_rules) / median(of_insert);
  fmt::print("{} rules: {:.0f} ns a row, insert: {:.0f} ns a row, ratio {:.2f}\n",
             plan.rules.size(), median(of_rules) * 1e9 / messages,
             median(of_insert) * 1e9 / messages, ratio);
  return ratio < 1 ? 0 : 1;
}
