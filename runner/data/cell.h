#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

// One value on its way from a message to a table: 16 bytes, trivially copied. Text is a view into
// the arena of the batch that holds the cell.
//
// A decoder makes missing, null, boolean, number, text and json; numbers stay as they were
// written, because only the column decides whether "1.50" is a text, a real or a reject. Fitting
// to columns makes null, integer, real, text and blob: what a store can write as it is.
struct Cell {
  enum class Kind : std::uint8_t {
    missing,  // the message has no such attribute
    null,
    boolean,  // integer is 0 or 1
    number,   // text holds it as written; a valid JSON number
    text,     // unescaped, valid UTF-8, may hold NUL
    json,     // an object or array as written
    integer,
    real,
    blob,
  };

  Kind kind = Kind::missing;
  std::uint32_t size = 0;
  union {
    std::int64_t integer;
    double real;
    const char* bytes;
  };

  Cell() : integer(0) {}
  static Cell missing() { return Cell(); }
  static Cell null() { return Cell(Kind::null); }
  static Cell of_boolean(bool value) { return of(Kind::boolean, value ? 1 : 0); }
  static Cell of_integer(std::int64_t value) { return of(Kind::integer, value); }
  static Cell of_real(double value) {
    Cell cell(Kind::real);
    cell.real = value;
    return cell;
  }
  static Cell of_bytes(Kind kind, std::string_view view) {
    Cell cell(kind);
    cell.size = static_cast<std::uint32_t>(view.size());
    cell.bytes = view.data();
    return cell;
  }

  // Of number, text, json and blob only.
  std::string_view view() const { return {bytes, size}; }
  bool is_null_or_missing() const { return kind == Kind::missing || kind == Kind::null; }

 private:
  explicit Cell(Kind k) : kind(k), integer(0) {}
  static Cell of(Kind kind, std::int64_t value) {
    Cell cell(kind);
    cell.integer = value;
    return cell;
  }
};
static_assert(sizeof(Cell) == 16);

}  // namespace sluice
