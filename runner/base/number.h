#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// Numbers as JSON writes them (RFC 8259 section 6), turned into what a column stores without
// rounding what must not be rounded. Nothing where the text is no such number or does not fit.

// Exactly this integer: "42", "42.0", "4.2e1", "-0"; not "42.5", not beyond 64 bits.
std::optional<std::int64_t> exact_integer(std::string_view number);

// The nearest double. Not where the number is beyond a double's range, nor an integer that a
// double cannot hold exactly (9007199254740993): that would be another number.
std::optional<double> nearest_real(std::string_view number);

}  // namespace sluice
