#pragma once

#include <optional>
#include <string_view>

#include "base/decimal.h"

namespace sluice {

// Arithmetic with decimal numbers of at most 38 digits, of which at most 38 stand after the point.
// No value passes through a double, and nothing is rounded but a quotient. A result that has more
// digits is nothing: the caller decides what becomes of it.
//
// In its shortest form: `scale` is 0, or the last digit is not.
struct ExactDecimal {
  Int128 digits = 0;
  int scale = 0;  // the value is digits / 10^scale

  bool operator==(const ExactDecimal&) const = default;
};

// The number as JSON writes it; nothing where it is none, or has more digits.
std::optional<ExactDecimal> exact_decimal(std::string_view number);

std::optional<ExactDecimal> sum(const ExactDecimal& a, const ExactDecimal& b);
std::optional<ExactDecimal> difference(const ExactDecimal& a, const ExactDecimal& b);
std::optional<ExactDecimal> product(const ExactDecimal& a, const ExactDecimal& b);

// `b` is not 0. One that has no end (1 / 3) is rounded to 38 digits, half to even; nothing where
// fewer than 17 of these would count (1e-30 / 3e8).
std::optional<ExactDecimal> quotient(const ExactDecimal& a, const ExactDecimal& b);

// What is left of `a` after whole multiples of `b`, which is not 0; with the sign of `a`, as SQL
// and C have it.
std::optional<ExactDecimal> remainder(const ExactDecimal& a, const ExactDecimal& b);

// The whole number at or above, at or below.
ExactDecimal ceiling(const ExactDecimal& value);
ExactDecimal floor_of(const ExactDecimal& value);

}  // namespace sluice
