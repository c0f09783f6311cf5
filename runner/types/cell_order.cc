#include "types/cell_order.h"

#include <optional>

#include "base/json_number.h"
#include "base/number_order.h"
#include "base/timestamp.h"
#include "types/scalar_text.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

bool is_numeric(const Cell& cell) {
  return cell.kind == Kind::number || cell.kind == Kind::integer || cell.kind == Kind::real;
}

// A view into the cell's bytes: text, JSON, or bytes as they are.
bool has_characters(const Cell& cell) {
  return cell.kind == Kind::text || cell.kind == Kind::json || cell.kind == Kind::blob;
}

std::optional<bool> truth(const Cell& cell) {
  if (cell.kind == Kind::boolean) return cell.integer != 0;
  const ScalarText text(cell);
  if (text.view() == "1" || (cell.kind == Kind::text && text.view() == "true")) return true;
  if (text.view() == "0" || (cell.kind == Kind::text && text.view() == "false")) return false;
  return {};
}

std::partial_ordering compare_truths(const Cell& a, const Cell& b) {
  const auto truth_a = truth(a);
  const auto truth_b = truth(b);
  if (!truth_a || !truth_b) return std::partial_ordering::unordered;
  return *truth_a <=> *truth_b;
}

// What the decoder found to be a number needs no second look.
bool says_number(const Cell& cell, const ScalarText& text) {
  return cell.kind == Kind::number || is_json_number(text.view());
}

std::partial_ordering compare_as_numbers(const Cell& a, const Cell& b) {
  if (a.kind == Kind::integer && b.kind == Kind::integer) return a.integer <=> b.integer;
  const ScalarText text_a(a);
  const ScalarText text_b(b);
  if (!says_number(a, text_a) || !says_number(b, text_b)) return std::partial_ordering::unordered;
  return compare_numbers(text_a.view(), text_b.view());
}

bool looks_like_a_time(std::string_view text) {
  return text.size() >= 10 && text[4] == '-' && text[7] == '-';
}

std::optional<Moment> moment_of(std::string_view text) {
  return looks_like_a_time(text) ? parse_iso8601_moment(text) : std::nullopt;
}

std::partial_ordering compare_texts(std::string_view a, std::string_view b) {
  if (a == b) return std::partial_ordering::equivalent;
  if (looks_like_a_time(a) && looks_like_a_time(b)) {
    const auto moment_a = moment_of(a);
    const auto moment_b = moment_a ? moment_of(b) : std::nullopt;
    if (moment_b) return *moment_a <=> *moment_b;
  }
  return a <=> b;
}

}  // namespace

std::partial_ordering compare_cells(const Cell& a, const Cell& b) {
  if (a.is_null_or_missing() || b.is_null_or_missing()) return std::partial_ordering::unordered;
  if (a.kind == Kind::boolean || b.kind == Kind::boolean) return compare_truths(a, b);
  if (is_numeric(a) || is_numeric(b)) return compare_as_numbers(a, b);
  if (has_characters(a) && has_characters(b)) return compare_texts(a.view(), b.view());
  return std::partial_ordering::unordered;
}

Comparand::Comparand(const Cell& cell) : cell_(cell) {
  if (cell.kind == Kind::number || cell.kind == Kind::integer) {
    ShortDecimal number;
    if (read_short_decimal(ScalarText(cell).view(), number)) number_ = number;
  } else if (cell.kind == Kind::text) {
    moment_ = moment_of(cell.view());
  }
}

std::partial_ordering Comparand::order_of_time(const Cell& other) const {
  if (has_characters(other) && other.view() != cell_.view()) {
    if (const auto moment = moment_of(other.view())) return *moment <=> *moment_;
  }
  return compare_cells(other, cell_);
}

}  // namespace sluice
