#pragma once

#include <optional>

#include "data/arena.h"
#include "data/cell.h"
#include "types/column_spec.h"

namespace sluice {

// The parts of fit_to_type() that write new bytes, by type. They stand apart so that integers,
// reals and texts, which pass as they are, do not pay for the room on the stack that these need.

Cell to_decimal(const Cell& cell, const ColumnSpec& spec, Arena& arena);
Cell to_time(const Cell& cell, const ColumnSpec& spec, Arena& arena);  // date, datetime
Cell to_blob(const Cell& cell, Arena& arena);

// Text of a cell that is not text already: a boolean, what SQL computed, bytes.
Cell made_text(const Cell& cell, Arena& arena);

// The value times 10^scale, where it has no more digits than the column.
std::optional<Int128> decimal_of(const Cell& cell, const ColumnSpec& spec);

// Whether the value is inside of the bounds that the column has.
bool is_inside(const ColumnSpec& spec, const Measure& measure);

}  // namespace sluice
