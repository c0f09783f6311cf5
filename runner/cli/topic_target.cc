#include "cli/topic_target.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "catalog/load_catalog.h"
#include "cli/definitions.h"
#include "source/kafka/check_source.h"

namespace sluice {

TopicTarget topic_target(const std::string& target, const std::string& project) {
  const std::size_t slash = target.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == target.size()) {
    throw Error(ExitCode::usage,
                fmt::format("\"{}\": write SOURCE/TOPIC, for example game/guesses", target));
  }
  const std::string name = target.substr(0, slash);
  Problems problems;
  Catalog catalog = load_catalog(project, {{name}, {}}, problems);
  for (const auto& [_, source] : catalog.sources) check_with_library(source, problems);
  print_warnings(problems);
  if (problems.any()) {
    std::string text = problems.text();
    text.pop_back();  // the log ends the line
    throw Error(ExitCode::definition, text);
  }
  const auto found = catalog.sources.find(name);
  if (found == catalog.sources.end()) {
    throw Error(ExitCode::definition,
                fmt::format("there is no source \"{}\" in {}/schemas/sources{}", name, project,
                            did_you_mean(name, source_names(project))));
  }
  return {std::move(found->second), target.substr(slash + 1)};
}

}  // namespace sluice
