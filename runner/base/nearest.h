#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice {

// The candidate that a person most likely meant by `word`: fewest edits (insert, delete, replace,
// swap of neighbours; case counts half), at most a third of the word's length, or the same word in
// another case. Empty where none is near. The first of several equally near ones.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

// ` (did you mean "timeout"?)`, or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace sluice
