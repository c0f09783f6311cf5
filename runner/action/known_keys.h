#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "action/json_tree.h"
#include "base/problem.h"

namespace sluice {

// Every key that an action may hold, by the object it stands in. The JSON Schema
// (schemas/action-v1.schema.json) lists the same; a test compares them.

enum class Level {
  document,
  params,
  load_from,
  mapping,
  load_to,
  segmentation,
  alert,
  expect,
  rule,
  condition
};

enum class Standing {
  supported,
  original,  // of the original format, without a meaning here: a warning
};

struct KnownKey {
  std::string name;
  Standing standing = Standing::supported;
};

std::span<const KnownKey> known_keys(Level level);

// What the parts of parse_action find, each on its way through the tree.
struct Findings {
  Problems& problems;
  std::vector<const JsonMember*> ignored;  // keys of the original format, as they were met
};

// Reports the members of an object that the level does not know, and collects those of the original
// format.
void check_keys(const JsonNode& object, Level level, Findings& findings);

// One warning for all ignored keys of the document.
void warn_of_ignored(const Findings& findings);

}  // namespace sluice
