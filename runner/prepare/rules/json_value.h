#pragma once

#include "data/arena.h"
#include "data/cell.h"

namespace sluice {

// A json column keeps a scalar as JSON writes it ("Ann" with its quotes); rules work with the value
// itself, the same that they would find in a column of another type.

// The value that a cell of JSON stands for; an object or an array is its own. Any other cell as it
// is. What is unescaped goes into the arena.
Cell value_of_json(const Cell& cell, Arena& arena);

// The value as JSON writes it; NULL and JSON as they are.
Cell json_of_value(const Cell& value, Arena& arena);

// What a json column gets where it came as `came` and rules have left `value`: what came, to the
// letter, unless they changed it. What was made of an object or an array, and still is one, stays
// so.
Cell json_after_rules(const Cell& came, const Cell& value, Arena& arena);

}  // namespace sluice
