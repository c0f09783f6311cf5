#include "sqlite/cell_value.h"

#include <charconv>
#include <limits>

namespace sluice {
namespace {

// A null pointer would be NULL, and an empty text is none.
const char* address_of(std::string_view bytes) { return bytes.empty() ? "" : bytes.data(); }

void answer_number(sqlite3_context* context, std::string_view written) {
  const char* const end = written.data() + written.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(written.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return sqlite3_result_int64(context, integer);
  double real = 0;
  const auto result = std::from_chars(written.data(), end, real);
  if (result.ec == std::errc::result_out_of_range) {
    const bool is_tiny = written.find("e-") != written.npos || written.find("E-") != written.npos;
    real = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
    if (written.starts_with('-')) real = -real;
  }
  sqlite3_result_double(context, real);
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

}  // namespace sluice
