#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Where and why a text is not JSON.
struct JsonTrouble {
  std::size_t offset = 0;
  std::string message;
};

// simdjson says that something is wrong and roughly where; these look at the text around it and
// say it in words that help a person. They do not decide whether a text is JSON.

// The first byte that is not UTF-8.
JsonTrouble explain_utf8(std::string_view text);

// The first string that is not closed on its line.
JsonTrouble explain_string(std::string_view text);

// A string token that cannot be unescaped.
JsonTrouble explain_escape(std::string_view token, std::size_t offset);

// A token that should have been a literal or a number.
JsonTrouble explain_word(std::string_view token, std::size_t offset);

// How far a walk through an object or array has come.
struct JsonStep {
  enum class After { open, key, value };

  char opener = '{';  // what is walked through: '{' or '['
  After after = After::open;
  std::size_t offset = 0;  // behind what was read last
};

// What stands behind this step and does not belong there.
JsonTrouble explain_step(std::string_view text, JsonStep step);

// Brackets that do not match: what is left open, closes nothing, or stands behind the end.
std::optional<JsonTrouble> explain_brackets(std::string_view text);

}  // namespace sluice
