#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/short_decimal.h"

namespace sluice {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& rest) {
  std::size_t count = 0;
  while (count < rest.size() && is_digit(rest[count])) ++count;
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

// whole.fraction * 10^(exponent + scale) as an integer, digit by digit: slow and exact.
template <class Integer>
std::optional<Integer> scaled_integer(const NumberParts& parts, int scale = 0) {
  const auto digit_count = parts.whole.size() + parts.fraction.size();
  const auto digit = [&](std::size_t i) {
    return i < parts.whole.size() ? parts.whole[i] : parts.fraction[i - parts.whole.size()];
  };
  std::size_t significant = digit_count;
  while (significant > 0 && digit(significant - 1) == '0') --significant;
  if (significant == 0) return 0;

  // The digits [0, integer_digits) stand before the point once the exponent is applied.
  const std::int64_t integer_digits =
      static_cast<std::int64_t>(parts.whole.size()) + parts.exponent + scale;
  if (integer_digits < static_cast<std::int64_t>(significant)) return {};

  Integer value = 0;  // kept negative: there is one more negative number than positive
  for (std::int64_t i = 0; i < integer_digits; ++i) {
    const bool written = i < static_cast<std::int64_t>(digit_count);
    const int next = written ? digit(static_cast<std::size_t>(i)) - '0' : 0;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, next, &value)) {
      return {};
    }
    if (value == 0 && !written) return 0;
  }
  if (parts.negative) return value;
  constexpr Integer least = Integer{1} << (8 * sizeof(Integer) - 1);
  if (value == least) return {};
  return -value;
}

// The common case: nothing but digits, and no more than fit.
inline bool is_plain_integer(std::string_view number, std::int64_t& value) {
  const char* const end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, value);
  const bool has_leading_zero =
      number.size() > 1 && (number[0] == '0' || (number[0] == '-' && number[1] == '0'));
  return at == end && error == std::errc() && !has_leading_zero;
}

// 64 bits times 10^19 is below 2^127.
constexpr int most_exponent_for_64_bits = 19;

}  // namespace

std::optional<NumberParts> take_apart(std::string_view number) {
  NumberParts parts;
  if (number.starts_with('-')) {
    parts.negative = true;
    number.remove_prefix(1);
  }
  parts.whole = take_digits(number);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return {};
  if (number.starts_with('.')) {
    number.remove_prefix(1);
    parts.fraction = take_digits(number);
    if (parts.fraction.empty()) return {};
  }
  if (number.starts_with('e') || number.starts_with('E')) {
    number.remove_prefix(1);
    bool down = false;
    if (number.starts_with('+') || number.starts_with('-')) {
      down = number[0] == '-';
      number.remove_prefix(1);
    }
    const std::string_view digits = take_digits(number);
    if (digits.empty()) return {};
    const auto result =
        std::from_chars(digits.data(), digits.data() + digits.size(), parts.exponent);
    // An exponent beyond 32 bits is as good as infinite, and sums with it do not overflow.
    constexpr std::int64_t infinite = std::numeric_limits<std::int32_t>::max();
    if (result.ec != std::errc() || parts.exponent > infinite) parts.exponent = infinite;
    if (down) parts.exponent = -parts.exponent;
  }
  if (!number.empty()) return {};
  return parts;
}

std::optional<std::int64_t> exact_integer(std::string_view number) {
  std::int64_t value = 0;
  if (is_plain_integer(number, value)) return value;
  const std::optional<NumberParts> parts = take_apart(number);
  return parts ? scaled_integer<std::int64_t>(*parts) : std::nullopt;
}

std::optional<double> nearest_real(std::string_view number) {
  ShortDecimal read;
  double nearest = 0;
  if (read_short_decimal(number, read) && nearest_to(read, nearest)) return nearest;
  const std::optional<NumberParts> parts = take_apart(number);
  if (!parts) return {};
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec != std::errc()) return {};
  constexpr std::size_t digits_of_a_double = 15;
  if (parts->whole.size() + parts->fraction.size() > digits_of_a_double) {
    const auto whole = scaled_integer<Int128>(*parts);
    if (whole && static_cast<Int128>(value) != *whole) return {};
  }
  if (parts->fraction.empty() && parts->exponent == 0 && parts->whole.size() > 38) {
    // A double that an integer turns into, written out again, tells whether it is the same one.
    char digits[400];
    const auto written =
        std::to_chars(digits, digits + sizeof digits, std::fabs(value), std::chars_format::fixed);
    const std::string_view same(digits, static_cast<std::size_t>(written.ptr - digits));
    if (same != parts->whole) return {};
  }
  return value;
}

std::optional<Int128> scaled_decimal(std::string_view number, int scale) {
  std::optional<Int128> value;
  std::int64_t whole = 0;
  if (is_plain_integer(number, whole) && scale <= most_exponent_for_64_bits) {
    value = whole * power_of_ten(scale);
  } else if (const std::optional<NumberParts> parts = take_apart(number)) {
    value = scaled_integer<Int128>(*parts, scale);
  }
  const Int128 limit = power_of_ten(most_decimal_digits);
  if (!value || *value >= limit || *value <= -limit) return {};
  return value;
}

}  // namespace sluice
