#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "action/action.h"
#include "action/parse_action.h"
#include "base/problem.h"
#include "catalog/catalog.h"
#include "plan/plan.h"

namespace sluice {

// Where definitions come from and what the command line changes in them.
struct DefinitionOptions {
  std::vector<std::string> actions;  // paths as typed
  std::string project = ".";         // holds schemas/; relative paths in the catalog start there
  std::vector<Override> overrides;   // in the order of the command line; later ones win
};

// Everything that one action needs, checked.
struct Definition {
  std::string path;
  Action action;
  Catalog catalog;
  LoadPlan plan;
};

// Reads and checks every action with its part of the catalog. Prints all problems and warnings of
// all documents on standard error; returns nothing where there is any problem, then `exit_code`
// says which: a file that is missing is 66, anything else 78.
std::optional<std::vector<Definition>> load_definitions(const DefinitionOptions& options,
                                                        int& exit_code);

// Takes the step for one after another, whatever fails: what it throws is printed on standard
// error. Returns the highest exit code. A step that is asked to stop ends it: Error::interrupted().
int for_each_definition(const std::vector<Definition>& definitions,
                        const std::function<void(const Definition&)>& step);

// Prints warnings on standard error, one entry of the log each.
void print_warnings(const Problems& problems);

}  // namespace sluice
