#include "base/decimal.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace sluice {
namespace {

constexpr auto powers = [] {
  std::array<Int128, most_decimal_digits + 1> all{};
  Int128 power = 1;
  for (Int128& each : all) {
    each = power;
    power = &each == &all.back() ? power : power * 10;
  }
  return all;
}();

// The digits alone, in front of `end`; at least `least` of them. Returns the first one.
char* write_digits(Int128 value, int least, char* end) {
  char* at = end;
  // Most values fit into 64 bits, where a division is cheap.
  while (value > INT64_MAX) {
    *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  for (auto rest = static_cast<std::int64_t>(value); rest > 0; rest /= 10) {
    *--at = static_cast<char>('0' + rest % 10);
  }
  while (end - at < least) *--at = '0';
  return at;
}

}  // namespace

Int128 power_of_ten(int exponent) { return powers[static_cast<std::size_t>(exponent)]; }

std::size_t write_decimal(Int128 scaled, int scale, char* text) {
  char buffer[longest_decimal];
  char* const end = buffer + sizeof buffer;
  const char* const digits = write_digits(scaled < 0 ? -scaled : scaled, scale + 1, end);
  const auto whole = static_cast<std::size_t>(end - digits - scale);
  char* at = text;
  if (scaled < 0) *at++ = '-';
  std::memcpy(at, digits, whole);
  at += whole;
  if (scale > 0) {
    *at++ = '.';
    std::memcpy(at, end - scale, static_cast<std::size_t>(scale));
    at += scale;
  }
  return static_cast<std::size_t>(at - text);
}

}  // namespace sluice
