#include "types/fit.h"

#include <cmath>

#include "base/base64.h"
#include "base/json_check.h"
#include "base/number.h"
#include "base/utf8.h"
#include "types/scalar_text.h"
#include "types/time_value.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

bool within(const ColumnSpec& spec, const Measure& measure) {
  if (!spec.bounds) return true;
  const Bounds& bounds = *spec.bounds;
  return spec.type == ColumnType::real
             ? measure.real >= bounds.min.real && measure.real <= bounds.max.real
             : measure.whole >= bounds.min.whole && measure.whole <= bounds.max.whole;
}

bool is_written(const Cell& cell) { return cell.kind == Kind::number || cell.kind == Kind::text; }

// A double holds these two exactly, and every double below the second is an integer of 64 bits.
constexpr double least_integer = -9223372036854775808.0;
constexpr double beyond_integers = 9223372036854775808.0;

std::optional<std::int64_t> whole_number(double real) {
  const bool is_whole = real >= least_integer && real < beyond_integers && std::trunc(real) == real;
  return is_whole ? std::optional(static_cast<std::int64_t>(real)) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Cell& cell) {
  if (is_written(cell)) return exact_integer(cell.view());
  if (cell.kind == Kind::integer) return cell.integer;
  return cell.kind == Kind::real ? whole_number(cell.real) : std::nullopt;
}

std::optional<double> real_of(const Cell& cell) {
  if (is_written(cell)) return nearest_real(cell.view());
  if (cell.kind == Kind::real && std::isfinite(cell.real)) return cell.real;
  if (cell.kind != Kind::integer) return {};
  const auto real = static_cast<double>(cell.integer);
  return whole_number(real) == cell.integer ? std::optional(real) : std::nullopt;
}

std::optional<Int128> decimal_of(const Cell& cell, const ColumnSpec& spec) {
  const ScalarText number(cell);
  const std::optional<Int128> scaled = scaled_decimal(number.view(), spec.scale);
  const Int128 limit = power_of_ten(spec.precision);
  return scaled && *scaled<limit&& * scaled> - limit ? scaled : std::nullopt;
}

Cell to_integer(const Cell& cell, const ColumnSpec& spec) {
  const auto value = integer_of(cell);
  return value && within(spec, {*value, 0}) ? Cell::of_integer(*value) : Cell::missing();
}

Cell to_real(const Cell& cell, const ColumnSpec& spec) {
  const auto value = real_of(cell);
  return value && within(spec, {0, *value}) ? Cell::of_real(*value) : Cell::missing();
}

Cell as_text(std::string_view text, Arena& arena) {
  return Cell::of_bytes(Kind::text, arena.copy(text));
}

Cell to_decimal(const Cell& cell, const ColumnSpec& spec, Arena& arena) {
  const auto scaled = decimal_of(cell, spec);
  if (!scaled || !within(spec, {*scaled, 0})) return Cell::missing();
  if (spec.storage == DecimalStorage::integer) {
    return Cell::of_integer(static_cast<std::int64_t>(*scaled));
  }
  char text[longest_decimal];
  const std::string_view decimal(text, write_decimal(*scaled, spec.scale, text));
  if (spec.storage == DecimalStorage::text) return as_text(decimal, arena);
  const auto real = nearest_real(decimal);
  return real ? Cell::of_real(*real) : Cell::missing();
}

Cell to_boolean(const Cell& cell) {
  if (cell.kind == Kind::boolean) return Cell::of_integer(cell.integer);
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
  switch (cell.kind) {
    case Kind::boolean:
      return Cell::of_bytes(Kind::text, cell.integer != 0 ? "true" : "false");
    case Kind::integer:
    case Kind::real: {
      const ScalarText number(cell);
      return number.view().empty() ? Cell::missing() : as_text(number.view(), arena);
    }
    case Kind::blob:
      return is_utf8(cell.view()) ? Cell::of_bytes(Kind::text, cell.view()) : Cell::missing();
    default:
      return Cell::of_bytes(Kind::text, cell.view());
  }
}

Cell to_json(const Cell& cell, Arena& arena) {
  if (cell.kind == Kind::blob) return Cell::missing();
  if (cell.kind == Kind::text && !is_json(cell.view())) return Cell::missing();
  return to_text(cell, arena);
}

Cell to_time(const Cell& cell, const ColumnSpec& spec, Arena& arena) {
  const TimeValue time = read_time(cell, spec);
  if (time.fault != TimeFault::none) return Cell::missing();
  if (spec.bounds && !within(spec, measure_of(time.moment, spec))) return Cell::missing();
  char text[longest_iso8601];
  return as_text({text, write_time(time.moment, spec, text)}, arena);
}

Cell to_blob(const Cell& cell, Arena& arena) {
  if (cell.kind == Kind::blob) return cell;
  if (cell.kind != Kind::text) return Cell::missing();
  char* bytes = arena.allocate(most_base64_bytes(cell.size));
  const auto size = decode_base64(cell.view(), bytes);
  return size ? Cell::of_bytes(Kind::blob, {bytes, *size}) : Cell::missing();
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
