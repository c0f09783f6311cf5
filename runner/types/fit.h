#pragma once

#include <optional>
#include <string>

#include "data/arena.h"
#include "data/cell.h"
#include "data/reason.h"
#include "types/column_spec.h"

namespace sluice {

// The one place where it is decided what fits which column: for values of messages, keys, results
// of SQL expressions, constants and defaults. A value that does not fit is refused, never rounded.

// The cell as the column keeps it (null, integer, real, text or blob), or a missing one where it
// does not fit. `cell` is neither null nor missing. Bytes that go through unchanged stay where they
// are, others are written into the arena; nothing else is allocated.
//
// A text cell is what a JSON string holds; for a json column it is JSON text. A blob cell is bytes
// as they are. Integer and real cells are what SQL has computed: a real fits an integer column
// where it is a whole number, and a decimal, date or text column by its shortest decimal form.
Cell fit_to_type(const Cell& cell, const ColumnSpec& spec, Arena& arena);

// Why fit_to_type() refused it: "\"abc\" is not an integer of 64 bits". Safe to print.
Reason misfit_reason(const Cell& cell, const ColumnSpec& spec);

// Where the cell stands among the values of the column, whatever the column's bounds are; nothing
// where it does not fit, or the column's type has no order (text, boolean, json, blob).
std::optional<Measure> measure_of(const Cell& cell, const ColumnSpec& spec);

// Cells of values that somebody else keeps, and back. A boolean, number or json cell is no stored
// value: fit it first.
Cell cell_of(const StoredValue& value);
StoredValue stored_value(const Cell& cell);

}  // namespace sluice
