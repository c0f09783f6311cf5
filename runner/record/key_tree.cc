#include "record/key_tree.h"

#include <algorithm>

namespace sluice {
namespace {

KeyNode& child(std::vector<KeyNode>& nodes, const std::string& key) {
  const auto found = std::ranges::find(nodes, key, &KeyNode::key);
  if (found != nodes.end()) return *found;
  nodes.push_back(
      {.key = key, .quoted = key + '"', .value = {}, .text = {}, .below = {}, .cells_below = {}});
  return nodes.back();
}

std::vector<std::size_t> collect_cells(std::vector<KeyNode>& nodes) {
  std::vector<std::size_t> cells;
  for (KeyNode& node : nodes) {
    node.cells_below = collect_cells(node.below);
    cells.insert(cells.end(), node.cells_below.begin(), node.cells_below.end());
    if (node.value) cells.push_back(*node.value);
    if (node.text) cells.push_back(*node.text);
  }
  return cells;
}

}  // namespace

std::vector<KeyNode> make_key_tree(std::span<const PlannedAttribute> attributes) {
  KeyNode root;
  for (std::size_t cell = 0; cell < attributes.size(); ++cell) {
    KeyNode* node = &root;
    for (const std::string& key : attributes[cell].path) node = &child(node->below, key);
    (attributes[cell].as_written ? node->text : node->value) = cell;
  }
  collect_cells(root.below);
  return std::move(root.below);
}

}  // namespace sluice
