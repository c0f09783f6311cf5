#include "support/scenario.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "action/parse_action.h"
#include "catalog/load_catalog.h"
#include "plan/make_plan.h"
#include "sqlite/database.h"
#include "store/sqlite_store.h"
#include "support/orders_dataset.h"

namespace sluice::test {

Scenario::Scenario() {
  action = R"({
    "name": "load-orders", "type": "load", "until": "end",
    "params": {
      "load_from": [ { "source": "dwh/shop/orders" } ],
      "load_to": { "source": "dwh/db/orders" }
    }
  })";
  source_yaml = "connector: kafka\nservers: localhost:1\ntopics:\n  orders: {}\n";
  dataset_yaml = orders_dataset();
}

ScriptedLog& Scenario::log(int partition) {
  auto& partitions = cluster.topics["orders"];
  if (partitions.size() <= static_cast<std::size_t>(partition)) {
    partitions.resize(static_cast<std::size_t>(partition) + 1);
  }
  return partitions[static_cast<std::size_t>(partition)];
}

void Scenario::produce(int partition, const std::vector<int>& ids) {
  log(partition);
  for (const int id : ids) produce_text(partition, fmt::format(R"({{"id":{}}})", id));
}

void Scenario::produce_text(int partition, std::string value) {
  log(partition).append(std::move(value));
}

LoadPlan Scenario::plan(const std::vector<std::string>& changes) const {
  const std::string all =
      fmt::format("{}\n{}\n{}\n{}", action, source_yaml, dataset_yaml, fmt::join(changes, "\n"));
  const auto known = plans_.find(all);
  return known != plans_.end() ? known->second : plans_.emplace(all, make(changes)).first->second;
}

LoadPlan Scenario::make(const std::vector<std::string>& changes) const {
  dir.write("schemas/sources/shop.yaml", source_yaml);
  dir.write("schemas/datasets/db.yaml", dataset_yaml);
  std::vector<Override> overrides;
  for (const std::string& change : changes) {
    const std::size_t equals = change.find('=');
    overrides.push_back({change.substr(0, equals), change.substr(equals + 1)});
  }
  Problems problems;
  auto document = std::make_shared<SourceText>(SourceText{"orders.json", action});
  const auto parsed = parse_action(document, overrides, problems);
  std::optional<LoadPlan> plan;
  if (parsed) {
    Wanted wanted{.sources = {}, .datasets = {"db"}};
    for (const LoadFrom& from : parsed->load_from) wanted.sources.push_back(from.source.container);
    const Catalog catalog = load_catalog(dir.path().string(), wanted, problems);
    plan = make_plan(*parsed, catalog, problems);
  }
  if (!plan) throw std::runtime_error("the scenario's definitions are wrong:\n" + problems.text());
  return *plan;
}

Report Scenario::run(const std::vector<std::string>& changes) { return run_plan(plan(changes)); }

Report Scenario::run_plan(const LoadPlan& plan) { return run_job(plan, world()); }

Report Scenario::replay(const std::vector<std::string>& changes, std::optional<std::int64_t> most) {
  return run_replay(plan(changes), world(), {.most = most});
}

Report Scenario::replay_as_told(const std::vector<std::string>& changes,
                                std::optional<std::int64_t> most) {
  plan(changes);  // writes the definitions
  const std::string before = files();
  const Report dry = rehearse(changes, most);
  CHECK((files() == before));
  Report real = replay(changes, most);
  CHECK(told(dry) == told(real));
  CHECK(dry.exit_code == real.exit_code);
  CHECK(dry.stop_reason == real.stop_reason);
  return real;
}

std::string Scenario::files() const {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    std::ostringstream content;
    content << entry.path() << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files.push_back(content.str());
  }
  std::ranges::sort(files);
  return fmt::format("{}", fmt::join(files, "\n"));
}

std::string told(const Report& report) {
  const Counts& counts = report.counts;
  return fmt::format("{}: {} {} {} {}, {} {}", counts.messages, counts.inserted, counts.updated,
                     counts.deleted, counts.unchanged, counts.tombstones, counts.rejected);
}

Report Scenario::rehearse(const std::vector<std::string>& changes,
                          std::optional<std::int64_t> most) {
  return run_replay(plan(changes), world(), {.most = most, .is_dry_run = true});
}

World Scenario::world() {
  return {
      .clock = clock,
      .stop = stop,
      .open_source = [this](const SourceEntry&, const LoadPlan&) -> std::unique_ptr<Source> {
        std::unique_ptr<Source> source = std::make_unique<ScriptedSource>(cluster, clock);
        return wrap_source ? wrap_source(std::move(source)) : std::move(source);
      },
      .open_store = [this](const LoadPlan& of, Clock::Instant deadline) -> std::unique_ptr<Store> {
        return std::make_unique<SqliteStore>(
            of.table, of.lock_timeout, [deadline] { return std::optional(deadline); }, stop, clock);
      },
      .open_rejects =
          [this](const LoadPlan& of, Clock::Instant deadline) {
            return std::make_unique<RejectStore>(
                of.table, of.lock_timeout, [deadline] { return std::optional(deadline); }, stop,
                clock);
          },
      .open_publisher = open_publisher,
      .on_commit = on_commit,
      .on_pulse = on_pulse};
}

std::vector<std::string> Scenario::column(const std::string& sql) const {
  Database database_file(database(), Database::Mode::look, {});
  Statement statement = database_file.prepare(sql);
  std::vector<std::string> values;
  while (statement.step()) values.emplace_back(statement.text(0));
  return values;
}

std::string Scenario::rows() const {
  return fmt::format("{}", fmt::join(column("SELECT id FROM orders ORDER BY rowid"), " "));
}

std::string Scenario::positions() const {
  const auto positions = column(
      "SELECT topic || '/' || partition || '@' || next_offset FROM orders__metadata "
      "ORDER BY topic, partition");
  return fmt::format("{}", fmt::join(positions, " "));
}

std::string Scenario::ask(const std::string& sql) const {
  const auto values = column(sql);
  return values.empty() ? "-" : values.front();
}

void Scenario::execute(const std::string& sql) const {
  Database(database(), Database::Mode::create, {}).execute(sql);
}

}  // namespace sluice::test
