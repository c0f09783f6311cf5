#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice {

// `"orders"`: a name that a person chose, safe to print.
std::string in_quotes(std::string_view name);

// What to say behind `unknown topic "oders"`: ` (did you mean "orders"?)`, else `; known: a, b`
// where there are few, else nothing.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace sluice
