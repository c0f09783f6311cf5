#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"

namespace sluice {

// A JSON document as a tree in which everything knows where it was written. For definitions: small
// documents that deserve exact messages, not for messages.

// A byte of a document; the line is only counted when somebody asks.
struct Spot {
  std::shared_ptr<const SourceText> document;
  std::size_t offset = 0;

  Place place() const { return Place::at(document, offset); }
};

struct JsonMember;

struct JsonNode {
  enum class Kind { null, boolean, number, text, array, object };

  Kind kind = Kind::null;
  Spot spot;            // of the value's first byte
  std::string written;  // null, boolean, number, text: as in the document, quotes included
  std::string text;     // text: unescaped, valid UTF-8
  std::vector<JsonNode> items;
  std::vector<JsonMember> members;  // in the document's order, each key once

  Place place() const { return spot.place(); }
  bool is(Kind wanted) const { return kind == wanted; }

  // The member with this key, or null.
  const JsonMember* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  Spot spot;  // of the key's first byte
  JsonNode value;

  Place place() const { return spot.place(); }
};

// For messages: `"many"`, `12`, `true`, `an object`; long ones are cut.
std::string describe(const JsonNode& node);

// The deepest nesting that is read.
inline constexpr int max_json_depth = 64;

// Reads a whole document, RFC 8259 with a byte-order mark tolerated. A syntax error is one problem
// (what follows it cannot be understood), and nothing is returned. A key that is written twice in
// one object is a problem naming both places; the first is kept and the tree is returned.
std::optional<JsonNode> parse_json(std::shared_ptr<const SourceText> document, Problems& problems);

// Reads the JSON value of any kind that fills the document from `begin` to its end.
std::optional<JsonNode> parse_json_value(std::shared_ptr<const SourceText> document,
                                         std::size_t begin, Problems& problems);

}  // namespace sluice
