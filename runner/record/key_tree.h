#pragma once

#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// The keys that a decoder looks for, as a tree: what stands below "origin" are the keys of the
// object found there. Immutable after it was built.
struct KeyNode {
  std::string key;
  std::string quoted;                // the key and its closing quote, as a document has it
  std::optional<std::size_t> value;  // cell of the value
  std::optional<std::size_t> text;   // cell of the value's JSON text as written
  std::vector<KeyNode> below;
  std::vector<std::size_t> cells_below;  // all cells of the nodes below

  bool is_wanted_whole() const { return text.has_value() || value.has_value(); }
};

std::vector<KeyNode> make_key_tree(std::span<const PlannedAttribute> attributes);

// Finds the node of a key among its siblings. `expected` is the place where it would stand if the
// document had the order of the message before (a hint only).
inline const KeyNode* find_key(std::span<const KeyNode> nodes, std::string_view key) {
  for (const KeyNode& node : nodes) {
    if (node.key == key) return &node;
  }
  return nullptr;
}

}  // namespace sluice
