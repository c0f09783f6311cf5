#include "types/time_value.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "base/json_number.h"
#include "base/number.h"
#include "types/scalar_text.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t first_second = -62'167'219'200;  // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::size_t date_size = 10;

// How many decimal digits a unit is above the nanosecond.
int digits_above_nanoseconds(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::seconds:
      return 9;
    case TimeUnit::milliseconds:
      return 6;
    case TimeUnit::microseconds:
      return 3;
  }
  return 0;
}

// Divides with a remainder that is never negative.
template <class Integer>
Moment split(Integer nanoseconds) {
  Integer seconds = nanoseconds / nanoseconds_per_second;
  Integer rest = nanoseconds % nanoseconds_per_second;
  if (rest < 0) {
    rest += nanoseconds_per_second;
    --seconds;
  }
  return {static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(rest)};
}

TimeValue of_epoch(std::string_view number, TimeUnit unit) {
  const std::optional<Int128> value = scaled_decimal(number, digits_above_nanoseconds(unit));
  if (!value) {
    if (!is_json_number(number)) return {TimeFault::not_a_time, {}};
    // Finer than a nanosecond, or no year at all: a double is good enough to tell that.
    const double size = std::fabs(std::strtod(std::string(number).c_str(), nullptr));
    return {size > 1e18 ? TimeFault::beyond_years : TimeFault::too_fine, {}};
  }
  constexpr Int128 most = Int128{last_second + 1} * nanoseconds_per_second;
  if (*value >= most || *value < -most) return {TimeFault::beyond_years, {}};
  const bool fits_64_bits = *value <= INT64_MAX && *value >= INT64_MIN;
  return {TimeFault::none, fits_64_bits ? split(static_cast<std::int64_t>(*value)) : split(*value)};
}

TimeValue of_optional(const std::optional<Moment>& moment) {
  return moment ? TimeValue{TimeFault::none, *moment} : TimeValue{TimeFault::not_a_time, {}};
}

TimeValue read_any_time(const Cell& cell, const ColumnSpec& spec) {
  const ScalarText text(cell);
  if (text.view().data() == nullptr) return {TimeFault::not_a_time, {}};
  if (spec.format) return of_optional(parse_time(text.view(), *spec.format));
  if (cell.kind == Kind::text) {
    const std::optional<Moment> moment = parse_iso8601_moment(text.view());
    if (moment || !spec.unit) return of_optional(moment);
  }
  if (!spec.unit) return {TimeFault::no_unit, {}};
  return of_epoch(text.view(), *spec.unit);
}

bool is_too_fine(std::int32_t nanoseconds, int digits) {
  switch (digits) {
    case 0:
      return nanoseconds != 0;
    case 3:
      return nanoseconds % 1'000'000 != 0;
    case 6:
      return nanoseconds % 1'000 != 0;
    default:
      return false;
  }
}

bool is_midnight(const Moment& moment) {
  return moment.nanoseconds == 0 && moment.seconds % seconds_per_day == 0;
}

}  // namespace

TimeValue read_time(const Cell& cell, const ColumnSpec& spec) {
  TimeValue value = read_any_time(cell, spec);
  if (value.fault != TimeFault::none) return value;
  const Moment& moment = value.moment;
  if (moment.seconds < first_second || moment.seconds > last_second) {
    value.fault = TimeFault::beyond_years;
  } else if (spec.type == ColumnType::date) {
    if (!is_midnight(moment)) value.fault = TimeFault::not_whole_day;
  } else if (is_too_fine(moment.nanoseconds, spec.digits)) {
    value.fault = TimeFault::too_fine;
  }
  return value;
}

Measure measure_of(const Moment& moment, const ColumnSpec& spec) {
  if (spec.type == ColumnType::date) return {moment.seconds / seconds_per_day, 0};
  return {Int128{moment.seconds} * nanoseconds_per_second + moment.nanoseconds, 0};
}

std::size_t write_time(const Moment& moment, const ColumnSpec& spec, char* text) {
  const std::size_t size = write_iso8601(moment, spec.digits, text);
  return spec.type == ColumnType::date ? date_size : size;
}

}  // namespace sluice
