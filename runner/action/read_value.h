#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "action/json_tree.h"
#include "base/problem.h"
#include "data/path.h"

namespace sluice {

// Typed reading of one value. Each function adds a problem at the value's place and returns
// nothing where the value is not what the key wants; the message says what would be right.
//
// An optional key that holds null is as good as absent: `present` finds the others.
const JsonMember* present(const JsonNode& object, std::string_view key);

// `"timeout" must be WANTED, not "soon"`, at the value.
void report_wrong(const JsonMember& member, std::string_view wanted, Problems& problems);

// `"until" must be "timeout" or "end", not "ned" (did you mean "end"?)`.
void report_not_a_word(const JsonMember& member, std::span<const std::string> words,
                       Problems& problems);

// The number as 64 bits, nothing where it is not a whole number written without exponent, or too
// large.
std::optional<std::int64_t> as_integer(const JsonNode& node);

// A text with at least one character.
std::optional<std::string> read_text(const JsonMember& member, Problems& problems);

std::optional<bool> read_boolean(const JsonMember& member, Problems& problems);

// A whole number from `least` to the largest of 64 bits.
std::optional<std::int64_t> read_count(const JsonMember& member, std::int64_t least,
                                       Problems& problems);

// A number of seconds or a duration's text.
enum class Zero { allowed, refused };
std::optional<std::chrono::milliseconds> read_duration(const JsonMember& member, Zero zero,
                                                       Problems& problems);

// A number of bytes or a size's text.
std::optional<std::int64_t> read_byte_size(const JsonMember& member, Problems& problems);

// One of some words, by its position.
std::optional<std::size_t> read_word(const JsonMember& member, std::span<const std::string> words,
                                     Problems& problems);

// A path: an array of keys and indexes from the root down.
std::optional<Path> read_path(const JsonMember& member, Problems& problems);

// Whether the member holds an object (or array); a problem where not.
bool is_object(const JsonMember& member, Problems& problems);

}  // namespace sluice
