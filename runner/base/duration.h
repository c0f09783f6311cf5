#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// A hundred years. A duration can always be added to an instant of now.
inline constexpr std::chrono::milliseconds longest_duration = std::chrono::days(36'500);

// "250ms", "90s", "5m", "2h", "1d", or a bare number of seconds ("90", "0.5"). Nothing else: no
// sign, no blank, not beyond longest_duration. Nothing where the text is none of these.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest of these forms that says the same: 90000 ms is "90s", 7200000 ms is "2h".
std::string format_duration(std::chrono::milliseconds duration);

// With fractions, to be reckoned with or told to people.
inline double seconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace sluice
