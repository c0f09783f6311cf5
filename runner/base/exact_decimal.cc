#include "base/exact_decimal.h"

#include <algorithm>
#include <cstdint>

#include "base/number.h"
#include "base/short_decimal.h"

namespace sluice {
namespace {

constexpr int most_scale = most_decimal_digits;

Int128 absolute(Int128 value) { return value < 0 ? -value : value; }

std::optional<ExactDecimal> shortened(Int128 digits, int scale) {
  // Most values fit into 64 bits, where a division is cheap.
  if (digits <= INT64_MAX && digits >= INT64_MIN) {
    auto few = static_cast<std::int64_t>(digits);
    while (scale > 0 && few % 10 == 0) {
      few /= 10;
      --scale;
    }
    if (scale <= most_scale) return ExactDecimal{few, scale};
    digits = few;
  }
  while (scale > 0 && digits % 10 == 0) {
    digits /= 10;
    --scale;
  }
  if (scale > most_scale || absolute(digits) >= power_of_ten(most_decimal_digits)) return {};
  return ExactDecimal{digits, scale};
}

// The digits that the value has with a larger scale.
std::optional<Int128> digits_at(const ExactDecimal& value, int scale) {
  Int128 digits = 0;
  if (__builtin_mul_overflow(value.digits, power_of_ten(scale - value.scale), &digits)) return {};
  return digits;
}

// Two numbers with the same scale.
struct Aligned {
  Int128 a;
  Int128 b;
  int scale;
};
std::optional<Aligned> aligned(const ExactDecimal& a, const ExactDecimal& b) {
  const int scale = std::max(a.scale, b.scale);
  const auto digits_a = digits_at(a, scale);
  const auto digits_b = digits_at(b, scale);
  if (!digits_a || !digits_b) return {};
  return Aligned{*digits_a, *digits_b, scale};
}

// A product that is beyond 128 bits may end in zeros behind the point, which need not be there:
// these are tens, or a two of one factor and a five of the other. False where it does not.
bool takes_ten_out(Int128& a, Int128& b) {
  const auto take = [](Int128& from, int what) {
    if (from % what != 0) return false;
    from /= what;
    return true;
  };
  if (take(a, 10) || take(b, 10)) return true;
  if (a % 2 == 0 && b % 5 == 0) return take(a, 2) && take(b, 5);
  return b % 2 == 0 && take(a, 5) && take(b, 2);
}

// A sum of which a part is beyond 128 bits at the scale of the other.
std::optional<ExactDecimal> sum_by_parts(const ExactDecimal& a, const ExactDecimal& b) {
  int scale = std::max(a.scale, b.scale);
  const Int128 one = power_of_ten(scale);
  const auto fraction_of = [&](const ExactDecimal& value) {
    return value.digits % power_of_ten(value.scale) * power_of_ten(scale - value.scale);
  };
  Int128 whole = 0;
  if (__builtin_add_overflow(a.digits / power_of_ten(a.scale), b.digits / power_of_ten(b.scale),
                             &whole)) {
    return {};
  }
  // Carried before it is added up: two fractions of 38 digits are more than 128 bits hold.
  Int128 fraction = fraction_of(a);
  const Int128 other = fraction_of(b);
  if (fraction > 0 && other >= one - fraction) {
    fraction -= one;
    ++whole;
  } else if (fraction < 0 && other <= -one - fraction) {
    fraction += one;
    --whole;
  }
  fraction += other;
  for (; scale > 0 && fraction % 10 == 0; --scale) fraction /= 10;
  Int128 digits = 0;
  if (__builtin_mul_overflow(whole, power_of_ten(scale), &digits) ||
      __builtin_add_overflow(digits, fraction, &digits)) {
    return {};
  }
  return shortened(digits, scale);
}

// The next digit of a division: `rest` times 10 by `divisor`. Ten times the rest may be more than
// 128 bits hold, so it is added up.
int next_digit(Int128& rest, Int128 divisor) {
  int digit = 0;
  Int128 left = 0;
  for (int i = 0; i < 10; ++i) {
    const Int128 room = divisor - rest;
    if (left >= room) {
      left -= room;
      ++digit;
    } else {
      left += rest;
    }
  }
  rest = left;
  return digit;
}

bool rounds_up(Int128 quotient, Int128 rest, Int128 divisor) {
  const Int128 other_half = divisor - rest;
  return rest > other_half || (rest == other_half && quotient % 2 != 0);
}

// How many digits after the point the written number needs; zeros at its end may be among them.
std::int64_t written_scale(const NumberParts& parts) {
  std::size_t fraction = parts.fraction.size();
  while (fraction > 0 && parts.fraction[fraction - 1] == '0') --fraction;
  return static_cast<std::int64_t>(fraction) - parts.exponent;
}

// Zeros at the end of a whole number, which a negative exponent takes back: 1000e-3.
std::int64_t zeros_behind(std::string_view whole) {
  const std::size_t last = whole.find_last_not_of('0');
  return static_cast<std::int64_t>(last == std::string_view::npos ? 0 : whole.size() - 1 - last);
}

}  // namespace

std::optional<ExactDecimal> exact_decimal(std::string_view number) {
  ShortDecimal read;
  if (read_short_decimal(number, read)) return shortened(read.digits, read.scale);
  const auto parts = take_apart(number);
  if (!parts) return {};
  std::int64_t scale = written_scale(*parts);
  if (scale > most_scale && parts->fraction.find_first_not_of('0') == std::string_view::npos) {
    scale -= std::min(scale - most_scale, zeros_behind(parts->whole));
  }
  const bool is_zero =
      parts->whole == "0" && parts->fraction.find_first_not_of('0') == std::string_view::npos;
  if (is_zero) return ExactDecimal{};
  if (scale > most_scale) return {};
  const int used = static_cast<int>(std::max<std::int64_t>(scale, 0));
  const auto digits = scaled_decimal(number, used);
  return digits ? shortened(*digits, used) : std::nullopt;
}

std::optional<ExactDecimal> sum(const ExactDecimal& a, const ExactDecimal& b) {
  const auto both = aligned(a, b);
  Int128 digits = 0;
  if (!both || __builtin_add_overflow(both->a, both->b, &digits)) return sum_by_parts(a, b);
  return shortened(digits, both->scale);
}

std::optional<ExactDecimal> difference(const ExactDecimal& a, const ExactDecimal& b) {
  return sum(a, {-b.digits, b.scale});
}

std::optional<ExactDecimal> product(const ExactDecimal& a, const ExactDecimal& b) {
  Int128 one = a.digits;
  Int128 other = b.digits;
  int scale = a.scale + b.scale;
  Int128 digits = 0;
  while (__builtin_mul_overflow(one, other, &digits)) {
    if (scale == 0 || !takes_ten_out(one, other)) return {};
    --scale;
  }
  return shortened(digits, scale);
}

std::optional<ExactDecimal> quotient(const ExactDecimal& a, const ExactDecimal& b) {
  const Int128 divisor = absolute(b.digits);
  Int128 digits = absolute(a.digits) / divisor;
  Int128 rest = absolute(a.digits) % divisor;
  int scale = a.scale - b.scale;  // below 0 as long as digits before the point are missing
  while (scale < 0 ||
         (rest != 0 && scale < most_scale && digits < power_of_ten(most_decimal_digits - 1))) {
    if (digits >= power_of_ten(most_decimal_digits - 1)) return {};
    digits = digits * 10 + next_digit(rest, divisor);
    ++scale;
  }
  if (rest != 0) {
    constexpr int digits_of_a_double = 17;
    if (digits < power_of_ten(digits_of_a_double - 1)) return {};
    if (rounds_up(digits, rest, divisor)) ++digits;
  }
  return shortened((a.digits < 0) == (b.digits < 0) ? digits : -digits, scale);
}

std::optional<ExactDecimal> remainder(const ExactDecimal& a, const ExactDecimal& b) {
  if (const auto both = aligned(a, b)) return shortened(both->a % both->b, both->scale);
  if (a.scale >= b.scale) return a;  // the multiple of `b` that is too large is beyond `a`
  // Digit by digit, as a division is done on paper.
  const Int128 divisor = absolute(b.digits);
  Int128 rest = absolute(a.digits) % divisor;
  for (int scale = a.scale; scale < b.scale; ++scale) next_digit(rest, divisor);
  return shortened(a.digits < 0 ? -rest : rest, b.scale);
}

ExactDecimal floor_of(const ExactDecimal& value) {
  const Int128 unit = power_of_ten(value.scale);
  const Int128 cut = value.digits / unit;
  return {value.digits % unit < 0 ? cut - 1 : cut, 0};
}

ExactDecimal ceiling(const ExactDecimal& value) {
  const ExactDecimal below = floor_of({-value.digits, value.scale});
  return {-below.digits, 0};
}

}  // namespace sluice
