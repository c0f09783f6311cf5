#include "types/fit.h"

#include <cmath>
#include <type_traits>

#include "base/json_check.h"
#include "base/number.h"
#include "types/made_cell.h"
#include "types/time_value.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

// Most columns have no bounds, and then nothing is compared.
template <class Value>
bool within(const ColumnSpec& spec, const Value& value) {
  if (!spec.bounds) return true;
  if constexpr (std::is_same_v<Value, double>) {
    return is_inside(spec, {0, value});
  } else {
    return is_inside(spec, {value, 0});
  }
}

bool is_written(const Cell& cell) { return cell.kind == Kind::number || cell.kind == Kind::text; }

// A double holds these two exactly, and every double below the second is an integer of 64 bits.
constexpr double least_integer = -9223372036854775808.0;
constexpr double beyond_integers = 9223372036854775808.0;

std::optional<std::int64_t> whole_number(double real) {
  const bool is_whole = real >= least_integer && real < beyond_integers && std::trunc(real) == real;
  return is_whole ? std::optional(static_cast<std::int64_t>(real)) : std::nullopt;
}

// A truth value counts as 1 or 0, the only form in which SQLite can hold one.
std::optional<std::int64_t> computed_integer(const Cell& cell) {
  if (cell.kind == Kind::integer || cell.kind == Kind::boolean) return cell.integer;
  return cell.kind == Kind::real ? whole_number(cell.real) : std::nullopt;
}

std::optional<double> computed_real(const Cell& cell) {
  if (cell.kind == Kind::real && std::isfinite(cell.real)) return cell.real;
  if (cell.kind != Kind::integer) return {};
  const auto real = static_cast<double>(cell.integer);
  return whole_number(real) == cell.integer ? std::optional(real) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Cell& cell) {
  return is_written(cell) ? exact_integer(cell.view()) : computed_integer(cell);
}

std::optional<double> real_of(const Cell& cell) {
  return is_written(cell) ? nearest_real(cell.view()) : computed_real(cell);
}

Cell kept(const std::optional<std::int64_t>& value, const ColumnSpec& spec) {
  return value && within(spec, *value) ? Cell::of_integer(*value) : Cell::missing();
}

Cell kept(const std::optional<double>& value, const ColumnSpec& spec) {
  return value && within(spec, *value) ? Cell::of_real(*value) : Cell::missing();
}

// Not kept(integer_of(cell), spec): where two optionals become one, GCC 12 copies it over the stack
// in pieces of another size, and the processor waits for that. Measured: 10 ns a value.
Cell to_integer(const Cell& cell, const ColumnSpec& spec) {
  if (is_written(cell)) return kept(exact_integer(cell.view()), spec);
  return kept(computed_integer(cell), spec);
}

Cell to_real(const Cell& cell, const ColumnSpec& spec) {
  if (is_written(cell)) return kept(nearest_real(cell.view()), spec);
  return kept(computed_real(cell), spec);
}

Cell to_boolean(const Cell& cell) {
  if (cell.kind == Kind::text) {
    if (cell.view() == "true") return Cell::of_integer(1);
    if (cell.view() == "false") return Cell::of_integer(0);
    return Cell::missing();
  }
  const auto value = integer_of(cell);
  return value && (*value == 0 || *value == 1) ? Cell::of_integer(*value) : Cell::missing();
}

// Text takes anything as it was written.
Cell to_text(const Cell& cell, Arena& arena) {
  if (!is_written(cell) && cell.kind != Kind::json) return made_text(cell, arena);
  return Cell::of_bytes(Kind::text, cell.view());
}

Cell to_json(const Cell& cell, Arena& arena) {
  if (cell.kind == Kind::blob) return Cell::missing();
  if (cell.kind == Kind::text && !is_json(cell.view())) return Cell::missing();
  return to_text(cell, arena);
}

}  // namespace

Cell fit_to_type(const Cell& cell, const ColumnSpec& spec, Arena& arena) {
  switch (spec.type) {
    case ColumnType::integer:
      return to_integer(cell, spec);
    case ColumnType::real:
      return to_real(cell, spec);
    case ColumnType::decimal:
      return to_decimal(cell, spec, arena);
    case ColumnType::text:
      return to_text(cell, arena);
    case ColumnType::boolean:
      return to_boolean(cell);
    case ColumnType::date:
    case ColumnType::datetime:
      return to_time(cell, spec, arena);
    case ColumnType::json:
      return to_json(cell, arena);
    case ColumnType::blob:
      return to_blob(cell, arena);
  }
  return Cell::missing();
}

std::optional<Measure> measure_of(const Cell& cell, const ColumnSpec& spec) {
  const auto whole = [](const auto& value) {
    return value ? std::optional(Measure{*value, 0}) : std::nullopt;
  };
  switch (spec.type) {
    case ColumnType::integer:
      return whole(integer_of(cell));
    case ColumnType::decimal:
      return whole(decimal_of(cell, spec));
    case ColumnType::real: {
      const auto value = real_of(cell);
      return value ? std::optional(Measure{0, *value}) : std::nullopt;
    }
    case ColumnType::date:
    case ColumnType::datetime: {
      const TimeValue time = read_time(cell, spec);
      if (time.fault != TimeFault::none) return {};
      return measure_of(time.moment, spec);
    }
    default:
      return {};
  }
}

}  // namespace sluice
