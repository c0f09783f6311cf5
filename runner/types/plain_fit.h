#pragma once

#include "base/short_decimal.h"
#include "data/cell.h"
#include "types/column_spec.h"

namespace sluice {

// What fit_to_type() says of nearly all values, for a fraction of its price: a number or a text as
// a document has it, in a column of that type without bounds. False, and `fitted` holds anything,
// where fit_to_type() has to be asked.
inline bool fits_plainly(const Cell& cell, ColumnType type, Cell& fitted) {
  ShortDecimal number;
  switch (type) {
    case ColumnType::integer:
      if (cell.kind != Cell::Kind::number || !read_short_decimal(cell.view(), number) ||
          number.scale != 0) {
        return false;
      }
      fitted = Cell::of_integer(number.digits);
      return true;
    case ColumnType::real: {
      double nearest = 0;
      if (cell.kind != Cell::Kind::number || !read_short_decimal(cell.view(), number) ||
          !nearest_to(number, nearest)) {
        return false;
      }
      fitted = Cell::of_real(nearest);
      return true;
    }
    case ColumnType::text:
      fitted = cell;
      return cell.kind == Cell::Kind::text;
    default:
      return false;
  }
}

}  // namespace sluice
