#include "cli/definitions.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/error.h"
#include "base/problem.h"
#include "catalog/load_catalog.h"
#include "plan/make_plan.h"
#include "source/kafka/check_source.h"

namespace sluice {
namespace {

Wanted wanted_by(const Action& action) {
  Wanted wanted;
  for (const LoadFrom& from : action.load_from) wanted.sources.push_back(from.source.container);
  std::ranges::sort(wanted.sources);
  const auto repeated = std::unique(wanted.sources.begin(), wanted.sources.end());
  wanted.sources.erase(repeated, wanted.sources.end());
  if (!action.load_to.container.empty()) wanted.datasets.push_back(action.load_to.container);
  return wanted;
}

std::optional<Definition> load_definition(const std::string& path, const DefinitionOptions& options,
                                          Problems& problems) {
  std::optional<Action> action = parse_action(read_document(path), options.overrides, problems);
  if (!action) return std::nullopt;
  Catalog catalog = load_catalog(options.project, wanted_by(*action), problems);
  for (const auto& [name, source] : catalog.sources) check_with_library(source, problems);
  std::optional<LoadPlan> plan = make_plan(*action, catalog, problems);
  if (!plan) return std::nullopt;
  return Definition{path, std::move(*action), std::move(catalog), std::move(*plan)};
}

// The log ends each entry with a newline of its own.
std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

void print_warnings(const Problems& problems) {
  for (const Problem& warning : problems.warnings()) {
    spdlog::warn("{}", without_newline(warning.text()));
  }
}

std::optional<std::vector<Definition>> load_definitions(const DefinitionOptions& options,
                                                        int& exit_code) {
  std::vector<Definition> definitions;
  exit_code = 0;
  for (const std::string& path : options.actions) {
    Problems problems;
    try {
      auto definition = load_definition(path, options, problems);
      if (definition) definitions.push_back(std::move(*definition));
    } catch (const Error& error) {
      spdlog::error("{}", error.what());
      exit_code = std::max(exit_code, static_cast<int>(error.code()));
    }
    print_warnings(problems);
    if (problems.any()) {
      spdlog::error("{}", without_newline(problems.text()));
      exit_code = static_cast<int>(ExitCode::definition);
    }
  }
  if (exit_code != 0) return std::nullopt;
  return definitions;
}

int for_each_definition(const std::vector<Definition>& definitions,
                        const std::function<void(const Definition&)>& step) {
  int worst = 0;
  for (const Definition& definition : definitions) {
    try {
      step(definition);
    } catch (const Error& error) {
      if (error.is_interruption()) throw;
      const std::string which = definitions.size() > 1 ? definition.path + ": " : "";
      spdlog::error("{}{}", which, error.what());
      worst = std::max(worst, static_cast<int>(error.code()));
    }
  }
  return worst;
}

}  // namespace sluice
