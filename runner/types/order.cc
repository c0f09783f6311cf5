#include "types/order.h"

#include "base/timestamp.h"
#include "types/made_cell.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;
using Ordering = std::optional<std::weak_ordering>;

template <class Value>
Ordering compare(const std::optional<Value>& one, const std::optional<Value>& other) {
  if (!one || !other) return {};
  return *one <=> *other;
}

bool is_number(const Cell& cell) { return cell.kind == Kind::integer || cell.kind == Kind::real; }

double as_real(const Cell& cell) {
  return cell.kind == Kind::real ? cell.real : static_cast<double>(cell.integer);
}

Ordering compare_numbers(const Cell& one, const Cell& other) {
  if (!is_number(one) || !is_number(other)) return {};
  if (one.kind == Kind::integer && other.kind == Kind::integer) {
    return one.integer <=> other.integer;
  }
  const double a = as_real(one);
  const double b = as_real(other);
  if (a < b) return std::weak_ordering::less;
  return a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

Ordering compare_decimals(const Cell& one, const Cell& other, const ColumnSpec& spec) {
  if (spec.storage != DecimalStorage::text) return compare_numbers(one, other);
  return compare(decimal_of(one, spec), decimal_of(other, spec));
}

// "2026-11-23" or "2026-11-23T…Z".
bool is_as_we_write(std::string_view time) {
  constexpr std::size_t date_size = 10;
  return time.size() == date_size ||
         (time.size() > date_size && time[date_size] == 'T' && time.back() == 'Z');
}

Ordering compare_times(const Cell& one, const Cell& other) {
  if (one.kind != Kind::text || other.kind != Kind::text) return {};
  const std::string_view a = one.view();
  const std::string_view b = other.view();
  // The order of texts is the order of times where both have the same digits.
  if (a.size() == b.size() && is_as_we_write(a) && is_as_we_write(b)) return a <=> b;
  return compare(parse_iso8601_moment(a), parse_iso8601_moment(b));
}

}  // namespace

bool has_order(ColumnType type) {
  return type == ColumnType::integer || type == ColumnType::real || type == ColumnType::decimal ||
         type == ColumnType::date || type == ColumnType::datetime;
}

std::optional<std::weak_ordering> compare_kept(const Cell& one, const Cell& other,
                                               const ColumnSpec& spec) {
  if (one.is_null_or_missing() || other.is_null_or_missing()) {
    return !one.is_null_or_missing() <=> !other.is_null_or_missing();
  }
  switch (spec.type) {
    case ColumnType::decimal:
      return compare_decimals(one, other, spec);
    case ColumnType::date:
    case ColumnType::datetime:
      return compare_times(one, other);
    default:
      return compare_numbers(one, other);
  }
}

}  // namespace sluice
