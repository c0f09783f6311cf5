#include "survey/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/number.h"

namespace sluice {

std::string NumberText::canonical() const {
  return fmt::format("{}{}e{}", is_negative ? "-" : "", digits, exponent);
}

NumberText read_number(std::string_view number) {
  const NumberParts parts = take_apart(number).value_or(NumberParts());
  NumberText read;
  read.written = number;
  read.digits = fmt::format("{}{}", parts.whole, parts.fraction);
  read.exponent = static_cast<std::int64_t>(parts.whole.size()) + parts.exponent;
  const std::size_t zeros = std::min(read.digits.find_first_not_of('0'), read.digits.size());
  read.digits.erase(0, zeros);
  read.exponent -= static_cast<std::int64_t>(zeros);
  read.digits.erase(read.digits.find_last_not_of('0') + 1);
  if (read.digits.empty()) read.exponent = 0;
  read.is_negative = parts.negative && !read.digits.empty();
  read.has_exponent = number.find_first_of("eE") != std::string_view::npos;
  const auto needed = static_cast<std::int64_t>(read.digits.size()) - read.exponent;
  read.scale = read.has_exponent ? std::max<std::int64_t>(needed, 0)
                                 : static_cast<std::int64_t>(parts.fraction.size());
  return read;
}

std::strong_ordering operator<=>(const NumberText& a, const NumberText& b) {
  const auto sign = [](const NumberText& number) {
    return number.digits.empty() ? 0 : number.is_negative ? -1 : 1;
  };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  const NumberText& near = a.is_negative ? b : a;  // of two negative ones the larger is less
  const NumberText& far = a.is_negative ? a : b;
  if (near.exponent != far.exponent && sign(a) != 0) return near.exponent <=> far.exponent;
  return near.digits <=> far.digits;
}

bool is_exact_in_double(const NumberText& number) {
  const auto real = nearest_real(number.written);
  if (!real) return false;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, *real).ptr;
  const NumberText again = read_number({text, static_cast<std::size_t>(end - text)});
  return again.canonical() == number.canonical();
}

}  // namespace sluice
