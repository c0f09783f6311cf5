#pragma once

#include <string_view>

namespace sluice {

// simdjson's tokens reach up to the next one.
inline std::string_view without_trailing_space(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace sluice
