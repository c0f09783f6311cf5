#include "types/fit.h"

namespace sluice {

Cell cell_of(const StoredValue& value) {
  struct Visitor {
    Cell operator()(std::monostate) const { return Cell::null(); }
    Cell operator()(std::int64_t integer) const { return Cell::of_integer(integer); }
    Cell operator()(double real) const { return Cell::of_real(real); }
    Cell operator()(const std::string& text) const {
      return Cell::of_bytes(Cell::Kind::text, text);
    }
    Cell operator()(const StoredBlob& blob) const {
      return Cell::of_bytes(Cell::Kind::blob, blob.bytes);
    }
  };
  return std::visit(Visitor(), value);
}

StoredValue stored_value(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::integer:
      return StoredValue(std::in_place_type<std::int64_t>, cell.integer);
    case Cell::Kind::real:
      return StoredValue(std::in_place_type<double>, cell.real);
    case Cell::Kind::text:
      return StoredValue(std::in_place_type<std::string>, cell.view());
    case Cell::Kind::blob:
      return StoredBlob{std::string(cell.view())};
    default:
      return {};
  }
}

}  // namespace sluice
