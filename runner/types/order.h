#pragma once

#include <compare>
#include <optional>

#include "data/cell.h"
#include "types/column_spec.h"

namespace sluice {

// Whether one value of this type can be greater than another: numbers and times. A text has an
// order too, but nobody knows which one is meant.
bool has_order(ColumnType type);

// How two values compare as what they are, not as the text they are kept as: "9.00" is less than
// "10.00", and "-2.00" than "-1.00". Both are cells as a table keeps them; NULL is less than all
// else and equal to itself. Nothing where one is no value of the column, which a table that
// somebody else writes too may hold. Allocates nothing.
std::optional<std::weak_ordering> compare_kept(const Cell& one, const Cell& other,
                                               const ColumnSpec& spec);

}  // namespace sluice
