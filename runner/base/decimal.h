#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

// Wide enough for 38 decimal digits. A GNU extension that every compiler we build with has.
__extension__ typedef __int128 Int128;

// Decimals as whole numbers: 1.5 with a scale of 2 is 150. No value ever passes through a double.
inline constexpr int most_decimal_digits = 38;

// 10^exponent, 0 <= exponent <= most_decimal_digits.
Int128 power_of_ten(int exponent);

// Writes the value with exactly `scale` digits after the point ("-0.05"; no point without any) to
// `text`, which has room for longest_decimal characters. Returns how many they are.
inline constexpr std::size_t longest_decimal = 48;
std::size_t write_decimal(Int128 scaled, int scale, char* text);

}  // namespace sluice
