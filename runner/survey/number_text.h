#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// A JSON number by its digits, of any size: 0.digits * 10^exponent. Zero has no digits.
struct NumberText {
  std::string written;
  std::string digits;  // neither the first nor the last is 0
  std::int64_t exponent = 0;
  bool is_negative = false;
  bool has_exponent = false;  // as written
  // Digits after the point: as written, those that are needed where it has an exponent.
  std::int64_t scale = 0;

  // Digits before the point.
  std::int64_t whole_digits() const { return exponent > 0 && !digits.empty() ? exponent : 0; }
  // The same for all ways of writing the same number.
  std::string canonical() const;
};

// `number` is a JSON number.
NumberText read_number(std::string_view number);

// By value.
std::strong_ordering operator<=>(const NumberText& a, const NumberText& b);

// Whether the nearest double, written in its shortest form, is this number again.
bool is_exact_in_double(const NumberText& number);

}  // namespace sluice
