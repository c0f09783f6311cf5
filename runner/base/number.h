#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"

namespace sluice {

// Numbers as JSON writes them (RFC 8259 section 6), turned into what a column stores without
// rounding what must not be rounded. Nothing where the text is no such number or does not fit.

// A number taken apart: digits without point, and the power of ten they are multiplied with (beyond
// 32 bits it is cut: as good as infinite). Views into the text.
struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};
std::optional<NumberParts> take_apart(std::string_view number);

// Exactly this integer: "42", "42.0", "4.2e1", "-0"; not "42.5", not beyond 64 bits.
std::optional<std::int64_t> exact_integer(std::string_view number);

// The nearest double. Not where the number is beyond a double's range, nor an integer that a
// double cannot hold exactly (9007199254740993): that would be another number.
std::optional<double> nearest_real(std::string_view number);

// The number times 10^scale, where that is a whole number of at most 38 digits: with a scale of 2
// "1.5", "1.500" and "15e-1" are 150, "1.555" is nothing. Never through a double.
std::optional<Int128> scaled_decimal(std::string_view number, int scale);

}  // namespace sluice
