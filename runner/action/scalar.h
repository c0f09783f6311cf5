#pragma once

#include <string>
#include <variant>

namespace sluice {

// A JSON scalar of a definition; monostate is null. What a number is, only its column decides, by
// its digits as they were written.
struct JsonNumber {
  bool operator==(const JsonNumber&) const = default;
};
using Scalar = std::variant<std::monostate, bool, JsonNumber, std::string>;

}  // namespace sluice
