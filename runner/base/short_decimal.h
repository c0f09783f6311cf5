#pragma once

#include <compare>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>

#include "base/decimal.h"

namespace sluice {

// A decimal number of at most 18 digits, as nearly all numbers of messages are: digits / 10^scale.
struct ShortDecimal {
  static constexpr int most_digits = 18;

  std::int64_t digits = 0;
  int scale = 0;

  // As numbers: 1.50 is 1.5.
  friend std::strong_ordering operator<=>(const ShortDecimal& a, const ShortDecimal& b) {
    if (a.scale == b.scale) return a.digits <=> b.digits;
    return a.digits * power_of_ten(b.scale) <=> b.digits * power_of_ten(a.scale);
  }
};

// Reads a number as JSON writes it, without an exponent. False, and `read` says nothing, where it
// is none, or longer: then it has to be looked at more slowly.
inline bool read_short_decimal(std::string_view number, ShortDecimal& read) {
  const char* at = number.data();
  const char* const end = at + number.size();
  const bool is_negative = at != end && *at == '-';
  if (is_negative) ++at;
  if (end - at > ShortDecimal::most_digits + 1) return false;
  std::uint64_t digits = 0;  // 19 digits fit
  const auto take_digits = [&] {
    const char* const begin = at;
    for (; at != end && *at >= '0' && *at <= '9'; ++at)
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    return at - begin;
  };
  const char* const first = at;
  const auto whole = take_digits();
  if (whole == 0 || (whole > 1 && *first == '0')) return false;
  read.scale = 0;
  if (at != end && *at == '.') {
    ++at;
    read.scale = static_cast<int>(take_digits());
    if (read.scale == 0) return false;
  }
  if (at != end || whole + read.scale > ShortDecimal::most_digits) return false;
  const auto magnitude = static_cast<std::int64_t>(digits);
  read.digits = is_negative ? -magnitude : magnitude;
  return true;
}

// The nearest double: both are doubles without an error, and IEEE 754 rounds their quotient once.
// False, and `nearest` says nothing, where the digits are more than a double holds, and for zero,
// whose sign is lost.
inline bool nearest_to(const ShortDecimal& number, double& nearest) {
  constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                      1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                      1e14, 1e15, 1e16, 1e17, 1e18};
  static_assert(std::size(powers_of_ten) == ShortDecimal::most_digits + 1);
  constexpr std::int64_t limit = std::int64_t{1} << std::numeric_limits<double>::digits;
  if (number.digits < -limit || number.digits > limit || number.digits == 0) return false;
  nearest = static_cast<double>(number.digits) / powers_of_ten[number.scale];
  return true;
}

}  // namespace sluice
