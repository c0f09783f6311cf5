#include "record/key_tree.h"

#include <algorithm>

namespace sluice {
namespace {

KeyNode& child(KeyNode& parent, const PathStep& step) {
  std::vector<KeyNode>& nodes = step.index ? parent.elements : parent.below;
  const auto found = std::ranges::find_if(nodes, [&](const KeyNode& node) {
    return step.index ? node.index == *step.index : node.key == step.key;
  });
  if (found != nodes.end()) return *found;
  nodes.push_back(make_key_node(step.key));
  nodes.back().index = step.index.value_or(0);
  return nodes.back();
}

void collect_cells(KeyNode& parent) {
  for (std::vector<KeyNode>* nodes : {&parent.below, &parent.elements}) {
    for (KeyNode& node : *nodes) {
      collect_cells(node);
      std::vector<std::size_t>& cells = parent.cells_below;
      cells.insert(cells.end(), node.cells_below.begin(), node.cells_below.end());
      if (node.value) cells.push_back(*node.value);
      if (node.text) cells.push_back(*node.text);
    }
  }
}

}  // namespace

QuotedKey::QuotedKey(const std::string& key) : text_(key + '"') {
  const std::size_t size = std::min(text_.size(), readable);
  std::memcpy(head_.data(), text_.data(), size);
  std::memset(mask_.data(), 0xFF, size);
}

KeyNode make_key_node(std::string key) {
  KeyNode node{.key = std::move(key)};
  const bool is_plain = node.key.find_first_of("\"\\") == std::string::npos;
  if (is_plain) node.quoted = QuotedKey(node.key);
  return node;
}

KeyNode make_key_tree(std::span<const PlannedAttribute> attributes, RootOf root_of) {
  KeyNode root;
  for (std::size_t cell = 0; cell < attributes.size(); ++cell) {
    const PlannedAttribute& attribute = attributes[cell];
    const bool is_ours =
        attribute.is_of_message() && attribute.of_element == (root_of == RootOf::element);
    if (!is_ours) continue;
    KeyNode* node = &root;
    for (const PathStep& step : attribute.path) node = &child(*node, step);
    (attribute.as_written ? node->text : node->value) = cell;
  }
  collect_cells(root);
  return root;
}

}  // namespace sluice
