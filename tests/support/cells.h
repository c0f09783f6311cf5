#pragma once

#include <span>
#include <string>

#include "data/cell.h"

namespace sluice::test {

// Cells as one line: 1.50 'text' {"k":1} true null, and - for a missing one; an integer that a
// column made of it is #1, a real is ~1.5.
std::string line_of(std::span<const Cell> cells);

}  // namespace sluice::test
