#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace sluice {

// Names as SQLite compares them: the case of ASCII letters does not matter, all else does.

constexpr char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string folded(std::string_view name) {
  std::string result(name);
  std::ranges::transform(result, result.begin(), [](char c) { return folded(c); });
  return result;
}

inline bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return folded(x) == folded(y); });
}

}  // namespace sluice
