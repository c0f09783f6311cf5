#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "base/excerpt.h"
#include "base/json_number.h"
#include "types/fit.h"
#include "types/scalar_text.h"
#include "types/time_value.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

constexpr std::size_t most_shown = 60;

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case Kind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case Kind::number:
    case Kind::json:
      return excerpt(cell.view(), most_shown);
    case Kind::integer:
    case Kind::real: {
      const ScalarText number(cell);
      return number.view().empty() ? "infinity" : std::string(number.view());
    }
    default:
      return fmt::format("\"{}\"", excerpt(cell.view(), most_shown));
  }
}

std::string digits(int count) { return fmt::format("{} digit{}", count, count == 1 ? "" : "s"); }

std::string decimal_fault(const Cell& cell, const ColumnSpec& spec) {
  const ScalarText number(cell);
  if (!is_json_number(number.view())) return "is not a decimal number";
  // Only to tell large from fine; the value itself never is a double.
  const double size = std::fabs(std::strtod(std::string(number.view()).c_str(), nullptr));
  const int before_point = spec.precision - spec.scale;
  return size >= std::pow(10.0, before_point)
             ? fmt::format("has more than {} before the point", digits(before_point))
             : fmt::format("has more than {} after the point", digits(spec.scale));
}

std::string time_fault(const Cell& cell, const ColumnSpec& spec) {
  const bool is_date = spec.type == ColumnType::date;
  switch (read_time(cell, spec).fault) {
    case TimeFault::no_unit:
      return "is a number, and the column has no unit";
    case TimeFault::beyond_years:
      return "is not in the years 0000 to 9999";
    case TimeFault::not_whole_day:
      return "is not midnight in UTC, so it is no date";
    case TimeFault::too_fine:
      return is_date ? "is not midnight in UTC, so it is no date"
                     : fmt::format("has more than {} after the second", digits(spec.digits));
    default:
      break;
  }
  if (spec.format) return fmt::format("is not a time as \"{}\"", excerpt(spec.format->written));
  return fmt::format("is not a {}{}{}", is_date ? "date" : "time", " of ISO 8601",
                     spec.unit ? ", nor a number" : "");
}

std::string fault_of(const Cell& cell, const ColumnSpec& spec) {
  switch (spec.type) {
    case ColumnType::integer:
      return "is not an integer of 64 bits";
    case ColumnType::real:
      return "is not a number that a double holds";
    case ColumnType::decimal:
      return decimal_fault(cell, spec);
    case ColumnType::boolean:
      return "is not true, false, 0 or 1";
    case ColumnType::date:
    case ColumnType::datetime:
      return time_fault(cell, spec);
    case ColumnType::text:
      return cell.kind == Kind::blob ? "is not UTF-8" : "is not a number";
    case ColumnType::json:
      return "is not JSON";
    case ColumnType::blob:
      return "is not base64";
  }
  return "does not fit";
}

// What a value that fits in all else has against it.
std::string bound_fault(const Measure& measure, const ColumnSpec& spec) {
  const Bounds& bounds = *spec.bounds;
  const bool is_less = spec.type == ColumnType::real ? measure.real < bounds.min.real
                                                     : measure.whole < bounds.min.whole;
  return is_less ? fmt::format("is less than min {}", bounds.min_text)
                 : fmt::format("is more than max {}", bounds.max_text);
}

}  // namespace

Reason misfit_reason(const Cell& cell, const ColumnSpec& spec) {
  const std::optional<Measure> measure = spec.bounds ? measure_of(cell, spec) : std::nullopt;
  return Reason::of_value(shown(cell),
                          measure ? bound_fault(*measure, spec) : fault_of(cell, spec));
}

}  // namespace sluice
