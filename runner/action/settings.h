#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "action/known_keys.h"
#include "action/parse_action.h"

namespace sluice {

// How a load is told to go, and by whom: every key of an action that is no name, mapping or table.
struct Setting {
  std::string key;     // "timeout", "params.max_rejects", "load_from.0.format"
  std::string value;   // as written, texts without quotes
  std::string origin;  // "default", "actions/x.json:12:5", "--set", "--until"
};

// All settings of an action that parse_action() takes with the same arguments.
std::vector<Setting> settings_of(std::shared_ptr<const SourceText> document,
                                 std::span<const Override> overrides);

// What a key means where it is not written: "none" where it then means nothing.
std::string_view default_of(std::string_view key);

}  // namespace sluice
