#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// "250ms", "90s", "5m", "2h", "1d", or a bare number of seconds ("90", "0.5"). Nothing else: no
// sign, no blank, no overflow. Nothing where the text is none of these.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest of these forms that says the same: 90000 ms is "90s", 7200000 ms is "2h".
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace sluice
