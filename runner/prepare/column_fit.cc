#include "prepare/column_fit.h"

#include <fmt/format.h>

#include "base/excerpt.h"
#include "base/number.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

bool holds_number(const Cell& cell) { return cell.kind == Kind::number || cell.kind == Kind::text; }

Cell to_integer(const Cell& cell) {
  if (cell.kind == Kind::integer) return cell;
  if (!holds_number(cell)) return Cell::missing();
  const auto value = exact_integer(cell.view());
  return value ? Cell::of_integer(*value) : Cell::missing();
}

Cell to_real(const Cell& cell) {
  if (cell.kind == Kind::real) return cell;
  if (!holds_number(cell)) return Cell::missing();
  const auto value = nearest_real(cell.view());
  return value ? Cell::of_real(*value) : Cell::missing();
}

Cell to_boolean(const Cell& cell) {
  if (cell.kind == Kind::boolean) return Cell::of_integer(cell.integer);
  if (cell.kind == Kind::text) {
    if (cell.view() == "true") return Cell::of_integer(1);
    if (cell.view() == "false") return Cell::of_integer(0);
    return Cell::missing();
  }
  if (cell.kind != Kind::number) return Cell::missing();
  const auto value = exact_integer(cell.view());
  return value && (*value == 0 || *value == 1) ? Cell::of_integer(*value) : Cell::missing();
}

// Text takes anything as it was written, json takes JSON text.
Cell to_text(const Cell& cell) {
  if (cell.kind == Kind::boolean) {
    return Cell::of_bytes(Kind::text, cell.integer != 0 ? "true" : "false");
  }
  if (cell.kind == Kind::blob) return Cell::missing();  // a key that is not UTF-8
  return Cell::of_bytes(Kind::text, cell.view());
}

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case Kind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case Kind::number:
      return excerpt(cell.view(), 60);
    case Kind::json:
      return excerpt(cell.view(), 60);
    default:
      return fmt::format("\"{}\"", excerpt(cell.view(), 60));
  }
}

}  // namespace

Cell fit_to_type(const Cell& cell, ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return to_integer(cell);
    case ColumnType::real:
      return to_real(cell);
    case ColumnType::boolean:
      return to_boolean(cell);
    case ColumnType::text:
    case ColumnType::json:
      return to_text(cell);
  }
  return Cell::missing();
}

std::string misfit_reason(const Cell& cell, ColumnType type) {
  const std::string value = shown(cell);
  switch (type) {
    case ColumnType::integer:
      return fmt::format("{} is not an integer of 64 bits", value);
    case ColumnType::real:
      return fmt::format("{} is not a number that a double holds", value);
    case ColumnType::boolean:
      return fmt::format("{} is not true, false, 0 or 1", value);
    case ColumnType::text:
    case ColumnType::json:
      return fmt::format("{} is not UTF-8", value);
  }
  return value;
}

}  // namespace sluice
