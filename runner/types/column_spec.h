#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/time_format.h"

namespace sluice {

enum class ColumnType { integer, real, decimal, text, boolean, date, datetime, json, blob };

// "integer" ...; the words of the YAML files.
std::string_view name_of(ColumnType type);

enum class DecimalStorage { text, integer, real };
enum class TimeUnit { seconds, milliseconds, microseconds };

struct StoredBlob {
  std::string bytes;

  bool operator==(const StoredBlob&) const = default;
};

// A value as SQLite keeps it, owning its bytes. monostate is NULL.
using StoredValue = std::variant<std::monostate, std::int64_t, double, std::string, StoredBlob>;

// SQLite's storage classes but NULL: https://www.sqlite.org/datatype3.html
enum class StorageClass { integer, real, text, blob };

// What a value of an ordered type is compared by: a real by itself, all others by a whole number
// (a decimal times 10^scale, a date in days, a datetime in nanoseconds since 1970).
struct Measure {
  Int128 whole = 0;
  double real = 0;
};

// `min` and `max` of a column, both inclusive, with what the definition says for them (empty where
// there is none), safe to print.
struct Bounds {
  static constexpr Int128 least_whole = -(Int128{1} << 126);

  Measure min{least_whole, -std::numeric_limits<double>::infinity()};
  Measure max{-least_whole, std::numeric_limits<double>::infinity()};
  std::string min_text;
  std::string max_text;
};

// What a column takes and how it keeps it, but for its name and whether it may be NULL. Only the
// options of its type mean anything; the catalog has checked that they fit each other.
struct ColumnSpec {
  // A column type is a column without options.
  ColumnSpec(ColumnType column_type = ColumnType::text) : type(column_type) {}

  ColumnType type;

  // decimal: at most `precision` digits, `scale` of them after the point.
  int precision = most_decimal_digits;
  int scale = 0;
  DecimalStorage storage = DecimalStorage::text;

  // date, datetime: how numbers are read (none: they do not fit), and how texts are (none: as
  // ISO 8601). Never both.
  std::optional<TimeUnit> unit;
  std::optional<TimeFormat> format;
  // datetime: digits after the second, 0, 3, 6 or 9.
  int digits = 6;

  std::optional<Bounds> bounds;
  // For a message that lacks the attribute; already as the column keeps it, never NULL.
  std::optional<StoredValue> default_value;
};

// The storage class of every value of the column.
StorageClass kept_as(const ColumnSpec& spec);

}  // namespace sluice
