#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

// The messages that the benchmark loads. Message `index` of a shape is the same on every machine
// and with every compiler; JSON with blanks, as most producers write it.
//
// guess   flat, 3 fields, 51 bytes on average
// flight  nested, 12 leaves, 305 bytes
// wide    flat, 30 fields, 760 bytes: c00-c09 integers, c10-c14 reals, c15-c17 booleans, c18-c29
//         text
class Shape {
 public:
  static std::vector<std::string> names();

  // Throws std::invalid_argument for a name that is none of names().
  explicit Shape(std::string_view name);

  // On one line; lives until the next call.
  std::string_view message(std::uint64_t index);

 private:
  using Write = void(std::string& text, std::uint64_t index);

  Write* write_;
  std::string text_;
};

}  // namespace sluice::bench
