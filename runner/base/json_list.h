#pragma once

#include <string>
#include <string_view>

#include "base/json_text.h"

namespace sluice {

// A JSON array of what `write` answers for each item, on one line.
template <class Items, class Write>
std::string json_list(const Items& items, const Write& write) {
  std::string json = "[";
  for (const auto& item : items) json += (json.size() > 1 ? "," : "") + write(item);
  return json + "]";
}

// The JSON string of a text.
inline std::string json_string(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

}  // namespace sluice
