#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

// One step through text that may be broken: a character of valid UTF-8, or a single byte that
// belongs to none.
struct Utf8Step {
  std::size_t size = 1;  // bytes
  char32_t code = 0;     // the code point; the byte's value where it is not valid
  bool valid = false;
};

// The step at `at`, which must lie inside the text. RFC 3629: no surrogates, no overlong forms.
Utf8Step utf8_step(std::string_view text, std::size_t at);

// How many steps the text takes: its width in characters, as editors count.
std::size_t utf8_length(std::string_view text);

// Size of the valid character that the text begins with; 0 where it begins with none.
std::size_t utf8_sequence_length(std::string_view text);

// Whether all of it is valid.
bool is_utf8(std::string_view text);

}  // namespace sluice
