#include "sqlite/cell_value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/excerpt.h"
#include "base/number.h"
#include "sqlite/expression.h"

namespace sluice {
namespace {

// A null pointer would be NULL, and an empty text is none.
const char* address_of(std::string_view bytes) { return bytes.empty() ? "" : bytes.data(); }

void answer_number(sqlite3_context* context, std::string_view written) {
  const char* const end = written.data() + written.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(written.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return sqlite3_result_int64(context, integer);
  const auto real = nearest_real(written);
  if (real) return sqlite3_result_double(context, *real);
  // Neither of SQL's numbers is this one, and another one would be reckoned with in silence.
  const std::string told = fmt::format("{}{}", excerpt(written, 60), no_sql_number);
  sqlite3_result_error(context, told.data(), static_cast<int>(told.size()));
}

}  // namespace

void answer_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, address_of(text), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void answer_stored(sqlite3_context* context, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::missing:
    case Cell::Kind::null:
      return sqlite3_result_null(context);
    case Cell::Kind::boolean:
    case Cell::Kind::integer:
      return sqlite3_result_int64(context, cell.integer);
    case Cell::Kind::real:
      return sqlite3_result_double(context, cell.real);
    case Cell::Kind::number:
    case Cell::Kind::text:
    case Cell::Kind::json:
      return answer_text(context, cell.view());
    case Cell::Kind::blob:
      return sqlite3_result_blob64(context, address_of(cell.view()), cell.size, SQLITE_STATIC);
  }
}

void answer_reckoned(sqlite3_context* context, const Cell& cell) {
  if (cell.kind != Cell::Kind::number) return answer_stored(context, cell);
  answer_number(context, cell.view());
}

Cell cell_of(sqlite3_value* value) {
  const auto bytes = [value](const void* data) {
    return std::string_view(static_cast<const char*>(data),
                            static_cast<std::size_t>(sqlite3_value_bytes(value)));
  };
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Cell::of_integer(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
      return Cell::of_real(sqlite3_value_double(value));
    case SQLITE_TEXT:
      return Cell::of_bytes(Cell::Kind::text, bytes(sqlite3_value_text(value)));
    case SQLITE_BLOB:
      return Cell::of_bytes(Cell::Kind::blob, bytes(sqlite3_value_blob(value)));
    default:
      return Cell::null();
  }
}

void answer_decimal(sqlite3_context* context, const Cell& cell, int scale) {
  if (cell.kind == Cell::Kind::text) return answer_number(context, cell.view());
  if (cell.kind != Cell::Kind::integer || scale == 0) return answer_stored(context, cell);
  sqlite3_result_double(context, static_cast<double>(cell.integer) / std::pow(10, scale));
}

}  // namespace sluice
