#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice {

// Whether the text is one JSON value as RFC 8259 has it, blanks around it allowed: valid UTF-8, no
// lone surrogate, numbers of any size, at most 1,024 levels of objects and arrays. For texts that
// are JSON by their place only (a key, a default, what SQL computed), of which nobody wants a part;
// messages pass through a decoder, which checks the same as it reads.
//
// Own code since simdjson's parsers refuse numbers beyond a double, or look only at what is read.
bool is_json(std::string_view text);

// Where it stops being one, in bytes: the first character that cannot stand there, or the end where
// something is missing; nothing where it is JSON.
std::optional<std::size_t> json_fault(std::string_view text);

}  // namespace sluice
