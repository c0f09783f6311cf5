#include "data/topic_name.h"

#include <algorithm>

#include "base/ascii_case.h"

namespace sluice {
namespace {

bool is_topic_character(char c) {
  const char lower = folded(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

bool is_topic_name(std::string_view name) {
  constexpr std::size_t longest = 249;
  if (name.empty() || name.size() > longest || name == "." || name == "..") return false;
  return std::ranges::all_of(name, is_topic_character);
}

}  // namespace sluice
