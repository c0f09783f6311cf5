#pragma once

#include <charconv>
#include <cmath>
#include <string_view>

#include "data/cell.h"

namespace sluice {

// What a cell says as text: a number or text as it was written, an integer or real in its shortest
// decimal form. Null (a view without data) for all others, and for a real that is no number. The
// view is into the cell's bytes or into this object.
class ScalarText {
 public:
  explicit ScalarText(const Cell& cell) {
    if (cell.kind == Cell::Kind::number || cell.kind == Cell::Kind::text) {
      view_ = cell.view();
    } else if (cell.kind == Cell::Kind::integer) {
      end_at(std::to_chars(digits_, digits_ + sizeof digits_, cell.integer).ptr);
    } else if (cell.kind == Cell::Kind::real && std::isfinite(cell.real)) {
      end_at(std::to_chars(digits_, digits_ + sizeof digits_, cell.real).ptr);
    }
  }
  ScalarText(const ScalarText&) = delete;
  ScalarText& operator=(const ScalarText&) = delete;

  std::string_view view() const { return view_; }

 private:
  void end_at(const char* end) { view_ = {digits_, static_cast<std::size_t>(end - digits_)}; }

  char digits_[32];
  std::string_view view_;
};

}  // namespace sluice
