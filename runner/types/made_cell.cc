#include "types/made_cell.h"

#include "base/base64.h"
#include "base/number.h"
#include "base/utf8.h"
#include "types/scalar_text.h"
#include "types/time_value.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

Cell as_text(std::string_view text, Arena& arena) {
  return Cell::of_bytes(Kind::text, arena.copy(text));
}

}  // namespace

bool is_inside(const ColumnSpec& spec, const Measure& measure) {
  const Bounds& bounds = *spec.bounds;
  return spec.type == ColumnType::real
             ? measure.real >= bounds.min.real && measure.real <= bounds.max.real
             : measure.whole >= bounds.min.whole && measure.whole <= bounds.max.whole;
}

std::optional<Int128> decimal_of(const Cell& cell, const ColumnSpec& spec) {
  const ScalarText number(cell);
  const std::optional<Int128> scaled = scaled_decimal(number.view(), spec.scale);
  const Int128 limit = power_of_ten(spec.precision);
  return scaled && *scaled<limit&& * scaled> - limit ? scaled : std::nullopt;
}

Cell to_decimal(const Cell& cell, const ColumnSpec& spec, Arena& arena) {
  const auto scaled = decimal_of(cell, spec);
  if (!scaled || (spec.bounds && !is_inside(spec, {*scaled, 0}))) return Cell::missing();
  if (spec.storage == DecimalStorage::integer) {
    return Cell::of_integer(static_cast<std::int64_t>(*scaled));
  }
  char text[longest_decimal];
  const std::string_view decimal(text, write_decimal(*scaled, spec.scale, text));
  if (spec.storage == DecimalStorage::text) return as_text(decimal, arena);
  const auto real = nearest_real(decimal);
  return real ? Cell::of_real(*real) : Cell::missing();
}

Cell made_text(const Cell& cell, Arena& arena) {
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
      return Cell::missing();
  }
}

Cell to_time(const Cell& cell, const ColumnSpec& spec, Arena& arena) {
  const TimeValue time = read_time(cell, spec);
  if (time.fault != TimeFault::none) return Cell::missing();
  if (spec.bounds && !is_inside(spec, measure_of(time.moment, spec))) return Cell::missing();
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

}  // namespace sluice
