#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace sluice {

// A key and its closing quote, as a document has it. Whether it stands somewhere is asked for each
// key of each message, and most are short: a call of memcmp costs more than what it compares.
class QuotedKey {
 public:
  // Of text that may be read for so long from where it is asked, whatever stands there.
  static constexpr std::size_t readable = 16;

  QuotedKey() = default;
  explicit QuotedKey(const std::string& key);

  bool empty() const { return text_.empty(); }

  bool stands_at(const char* text, const char* end) const {
    if (static_cast<std::size_t>(end - text) < text_.size()) return false;
    std::array<std::uint64_t, 2> found;
    static_assert(sizeof found == readable);
    std::memcpy(found.data(), text, readable);
    if (((found[0] ^ head_[0]) & mask_[0]) != 0 || ((found[1] ^ head_[1]) & mask_[1]) != 0) {
      return false;
    }
    return text_.size() <= readable || std::memcmp(text + readable, text_.data() + readable,
                                                   text_.size() - readable) == 0;
  }

 private:
  std::string text_;
  std::array<std::uint64_t, 2> head_{};  // its first bytes
  std::array<std::uint64_t, 2> mask_{};  // ones where it has any
};

// What a decoder looks for, as a tree: what stands below "origin" are the keys of the object found
// there, and the elements of the array.
struct KeyNode {
  std::string key = {};
  QuotedKey quoted = {};                      // empty where a document may have it in several ways
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
