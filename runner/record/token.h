#pragma once

#include <string_view>

namespace sluice {

// simdjson's tokens reach up to the next one. Mostly there is no space: not find_last_not_of(),
// which calls a search for each character.
inline std::string_view without_trailing_space(std::string_view token) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
  return token;
}

}  // namespace sluice
