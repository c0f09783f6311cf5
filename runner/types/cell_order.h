#pragma once

#include <compare>

#include "data/cell.h"

namespace sluice {

// How two values of messages stand to each other, whatever their columns are.
//
// Numbers are compared as numbers, exactly and of any size; a text that is a number goes for one
// beside a number ("10" and 9), but two texts are texts. Texts that both are times of ISO 8601 are
// compared as times, others by their characters. Beside true or false, 1 and "true" mean true.
// An object or array is its JSON text. Null and missing stand to nothing, not even to each other;
// neither do values that have nothing in common ("abc" and 5).
std::partial_ordering compare_cells(const Cell& a, const Cell& b);

}  // namespace sluice
