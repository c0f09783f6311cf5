#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/timestamp.h"
#include "data/cell.h"
#include "types/column_spec.h"

namespace sluice {

// What a cell means in a date or datetime column.
enum class TimeFault : std::uint8_t {
  none,
  not_a_time,     // neither ISO 8601 nor a number that may be one, or not as the format says
  no_unit,        // a number, and nothing says of what
  beyond_years,   // not in the years 0000 to 9999, where the order of texts is the order of times
  not_whole_day,  // a date column, and it is not midnight in UTC
  too_fine,       // more digits after the second than the column keeps
};

struct TimeValue {
  TimeFault fault = TimeFault::none;
  Moment moment;
};

TimeValue read_time(const Cell& cell, const ColumnSpec& spec);

// The moment as `spec` compares it: days, or nanoseconds.
Measure measure_of(const Moment& moment, const ColumnSpec& spec);

// Writes what the column keeps, a date or a datetime, to `text`, which has room for
// longest_iso8601 characters. Returns how many they are.
std::size_t write_time(const Moment& moment, const ColumnSpec& spec, char* text);

}  // namespace sluice
