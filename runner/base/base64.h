#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice {

// How many bytes a base64 text of this size may decode to, at most.
constexpr std::size_t most_base64_bytes(std::size_t text_size) { return text_size / 4 * 3; }

// Decodes RFC 4648 section 4 strictly: the standard alphabet, padded, nothing else in between, and
// no bits that belong to no byte: each sequence of bytes has exactly one text. Writes to `bytes`,
// which has room for most_base64_bytes(text.size()), and returns how many they are; nothing where
// the text is something else. Strict and without an allocation, which no library of Debian 12 is
// at once.
std::optional<std::size_t> decode_base64(std::string_view text, char* bytes);

}  // namespace sluice
