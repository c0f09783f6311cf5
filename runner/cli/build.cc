#include "store/build.h"

#include <fmt/format.h>

#include "base/excerpt.h"
#include "base/json_list.h"
#include "base/json_text.h"
#include "base/nearest.h"
#include "catalog/load_catalog.h"
#include "cli/commands.h"
#include "cli/definitions.h"
#include "cli/world.h"
#include "plan/planned_table.h"

namespace sluice {
namespace {

constexpr std::size_t longest_remark = 4'000;

Dataset dataset_of(const BuildOptions& options) {
  Problems problems;
  Catalog catalog = load_catalog(options.project, {{}, {options.dataset}}, problems);
  print_warnings(problems);
  if (problems.any()) throw Error(ExitCode::definition, problems.text());
  const auto found = catalog.datasets.find(options.dataset);
  if (found != catalog.datasets.end()) return std::move(found->second);
  throw Error(ExitCode::definition,
              fmt::format("there is no dataset \"{}\"{}", options.dataset,
                          did_you_mean(options.dataset, catalog.known_datasets)));
}

std::vector<PlannedTable> tables_of(const Dataset& dataset) {
  std::vector<PlannedTable> tables;
  for (const auto& [name, table] : dataset.tables) tables.push_back(table_of(dataset, table));
  return tables;
}

// In text, what is printed can be given to sqlite3 as it is.
void print(const Dataset& dataset, const TableBuild& build, const BuildOptions& options) {
  if (options.output == Output::json) {
    JsonObject json;
    json.add("dataset", dataset.name);
    json.add("database", dataset.path);
    json.add_raw("dry_run", options.is_dry_run ? "true" : "false");
    json.add_raw("statements", json_list(build.sql, json_string));
    json.add_raw("obstacles", json_list(build.obstacles, json_string));
    json.add_raw("remarks", json_list(build.remarks, json_string));
    fmt::print("{}\n", std::move(json).text());
  } else {
    fmt::print("-- {}\n", dataset.path);
    for (const std::string& sql : build.sql) fmt::print("{};\n", sql);
    for (const std::string& remark : build.remarks) {
      fmt::print("-- {}\n", excerpt(remark, longest_remark));
    }
  }
  std::fflush(stdout);  // before anything is done
}

void check_obstacles(const Dataset& dataset, const TableBuild& build) {
  if (build.obstacles.empty()) return;
  std::string text =
      fmt::format("{}: what dataset \"{}\" declares cannot be made of what is there:", dataset.path,
                  dataset.name);
  for (const std::string& obstacle : build.obstacles) text += "\n  " + obstacle;
  throw Error(ExitCode::definition, text).hint("nothing was changed");
}

void conclude(const BuildOptions& options, const std::string& word) {
  if (options.output == Output::text) fmt::print("-- {}\n", word);
}

}  // namespace

int build_command(const BuildOptions& options) {
  const Dataset dataset = dataset_of(options);
  const std::vector<PlannedTable> tables = tables_of(dataset);
  if (tables.empty()) {
    throw Error(ExitCode::definition, fmt::format("dataset \"{}\" has no tables", dataset.name));
  }
  if (options.is_dry_run) {
    const TableBuild build = preview_build(tables);
    print(dataset, build, options);
    check_obstacles(dataset, build);
    conclude(options, build.sql.empty() ? "nothing to do" : "dry run: nothing was changed");
    return 0;
  }
  const World& world = real_world();
  DatabaseBuilder builder(
      tables,
      {.limit = options.lock_timeout, .deadline = {}, .stop = &world.stop, .clock = &world.clock});
  const TableBuild& build = builder.plan();
  print(dataset, build, options);
  check_obstacles(dataset, build);
  if (!build.sql.empty()) builder.run();
  conclude(options, build.sql.empty() ? "nothing to do" : "done");
  return 0;
}

}  // namespace sluice
