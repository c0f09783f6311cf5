#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "action/action.h"
#include "base/problem.h"

namespace sluice {

// A change of a definition from the command line: `--set params.max_rejects=5`, `--timeout 10s`.
struct Override {
  std::string key;    // a dotted path of keys: "params.max_rejects", "timeout"
  std::string value;  // JSON if it parses as JSON, else a string
  // The option that was typed, where it is not --set: problems name it.
  std::string option = {};
};

// Reads a file as it is. Throws Error{no_input} where it cannot be read.
std::shared_ptr<const SourceText> read_document(const std::string& path);

// JSON document -> Action. Collects everything that is wrong into `problems`, each with line and
// column and, for a misspelt name, the nearest known one: JSON syntax, duplicate keys, unknown
// keys, wrong types, values out of range, settings that exclude each other. Keys of the original
// format that have no meaning here are named in one warning. Where there is any error the action is
// marked as partial: load_from then holds the entries whose addresses could be read, and load_to
// may have none. Nothing is returned where no address could be read. A problem of an override has
// the place "--set KEY" (a document of its own holding KEY=VALUE).
std::optional<Action> parse_action(std::shared_ptr<const SourceText> document,
                                   std::span<const Override> overrides, Problems& problems);

}  // namespace sluice
