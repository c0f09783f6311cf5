#pragma once

#include <compare>
#include <optional>

#include "base/short_decimal.h"
#include "base/timestamp.h"
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

// A value that many others are compared with: what compare_cells would read out of it each time is
// read once. The cell's bytes must outlive it.
class Comparand {
 public:
  explicit Comparand(const Cell& cell);

  // How `other` stands to it: the same as compare_cells.
  std::partial_ordering order_of(const Cell& other) const {
    ShortDecimal number;
    if (number_ && other.kind == Cell::Kind::number && read_short_decimal(other.view(), number)) {
      return number <=> *number_;
    }
    return moment_ ? order_of_time(other) : compare_cells(other, cell_);
  }

 private:
  std::partial_ordering order_of_time(const Cell& other) const;

  Cell cell_;
  std::optional<ShortDecimal> number_;  // of a short number
  std::optional<Moment> moment_;        // of a text that is a time
};

}  // namespace sluice
