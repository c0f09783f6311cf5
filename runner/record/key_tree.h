#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// What a decoder looks for, as a tree: what stands below "origin" are the keys of the object found
// there, and the elements of the array.
struct KeyNode {
  std::string key = {};
  // The key and its closing quote, as a document has it; empty where it may have it in several
  // ways.
  std::string quoted = {};
  std::uint32_t index = 0;                    // of an element
  std::optional<std::size_t> value = {};      // cell of the value
  std::optional<std::size_t> text = {};       // cell of the value's JSON text as written
  std::vector<KeyNode> below = {};            // by key
  std::vector<KeyNode> elements = {};         // by index
  std::vector<std::size_t> cells_below = {};  // all cells of the nodes below

  bool is_wanted_whole() const { return text.has_value() || value.has_value(); }
};

// The node of the root: of the message, or of an element of the array that is exploded.
enum class RootOf { message, element };
KeyNode make_key_tree(std::span<const PlannedAttribute> attributes, RootOf root);

// A node for a key of an object; it has no cells yet.
KeyNode make_key_node(std::string key);

// Finds the node of a key among its siblings.
inline const KeyNode* find_key(std::span<const KeyNode> nodes, std::string_view key) {
  for (const KeyNode& node : nodes) {
    if (node.key == key) return &node;
  }
  return nullptr;
}

inline const KeyNode* find_element(std::span<const KeyNode> nodes, std::uint32_t index) {
  for (const KeyNode& node : nodes) {
    if (node.index == index) return &node;
  }
  return nullptr;
}

}  // namespace sluice
