#pragma once

#include <string>
#include <vector>

#include "base/problem.h"
#include "catalog/catalog.h"

namespace sluice {

// Which entries are wanted. Files of others are not read: a broken file must not stop a job that
// does not need it. Their names are listed for "did you mean".
struct Wanted {
  std::vector<std::string> sources;   // names
  std::vector<std::string> datasets;  // names
};

// Reads `<project>/schemas/sources/<name>.yaml` and `<project>/schemas/datasets/<name>.yaml` of
// what is wanted. A file that is missing is not a problem here (the plan says it, at the place in
// the action that names it). YAML errors, unknown keys, wrong types, reserved names, `env:` and
// `file:` that lead nowhere become problems with file, line and column. What is known but not
// supported yet says so.
Catalog load_catalog(const std::string& project, const Wanted& wanted, Problems& problems);

// Names of all sources (or datasets) that have a file, sorted, for suggestions.
std::vector<std::string> source_names(const std::string& project);
std::vector<std::string> dataset_names(const std::string& project);

}  // namespace sluice
