#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds: the time of a Kafka record.
using EpochMs = std::int64_t;

// A moment in UTC, to the nanosecond, without leap seconds.
struct Moment {
  std::int64_t seconds = 0;      // since 1970-01-01T00:00:00Z
  std::int32_t nanoseconds = 0;  // 0 to 999'999'999, always forward

  auto operator<=>(const Moment&) const = default;
};

// An ISO 8601 date ("2026-11-23": midnight UTC) or date with time, with up to 9 digits of a second
// (cut to ms) and "Z", "+02:00", "+0200" or "+02"; without a zone it is UTC. Blank or "T" between.
std::optional<EpochMs> parse_iso8601(std::string_view text);

// The same without cutting anything.
std::optional<Moment> parse_iso8601_moment(std::string_view text);

// "2026-11-23T03:41:19.123000Z": always UTC, always `digits` (0, 3, 6 or 9) after the second, so
// that the order of texts is the order of times (years 0000 to 9999; others keep their digits).
std::string format_iso8601(EpochMs time_ms, int digits = 6);

// The same without memory of its own: writes to `text`, which has room for
// longest_iso8601 characters, and returns how many they are.
inline constexpr std::size_t longest_iso8601 = 48;
std::size_t write_iso8601(EpochMs time_ms, int digits, char* text);
std::size_t write_iso8601(const Moment& moment, int digits, char* text);  // cuts the rest

}  // namespace sluice
