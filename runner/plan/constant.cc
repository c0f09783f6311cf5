#include "plan/constant.h"

#include <charconv>
#include <cmath>

namespace sluice {
namespace {

// Up to here every integer has a double of its own.
constexpr std::int64_t highest_exact = std::int64_t{1} << 53;

// The text as a number, all of it, written as JSON writes numbers (no "+1", "1.", "inf", "007").
std::optional<double> number_in(const std::string& text) {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const auto is_digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  const bool has_leading_zero = is_digit(first) && text[first] == '0' && is_digit(first + 1);
  const std::size_t point = text.find('.');
  const bool has_bare_point = point != std::string::npos && !is_digit(point + 1);
  if (!is_digit(first) || has_leading_zero || has_bare_point) return {};
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return {};
  return value;
}

std::optional<std::int64_t> whole(double value) {
  if (!(std::fabs(value) <= static_cast<double>(highest_exact))) return {};
  if (std::trunc(value) != value) return {};
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> integer_in(const std::string& text) {
  const auto number = number_in(text);
  if (!number) return {};
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc() && result.ptr == text.data() + text.size()) return value;
  return whole(*number);
}

std::optional<std::int64_t> as_integer(const Scalar& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return whole(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return integer_in(*text);
  return {};
}

// An integer that a double cannot hold would become another number.
std::optional<double> exact_real(std::int64_t integer) {
  if (integer > highest_exact || integer < -highest_exact) return {};
  return static_cast<double>(integer);
}

std::optional<double> as_real(const Scalar& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return exact_real(*number);
  if (const auto* number = std::get_if<double>(&value)) {
    return std::isfinite(*number) ? std::optional<double>(*number) : std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  const auto integer = integer_in(*text);
  return integer ? exact_real(*integer) : number_in(*text);
}

std::optional<std::int64_t> as_boolean(const Scalar& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? 1 : 0;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == "true") return 1;
    if (*text == "false") return 0;
    return {};
  }
  const auto number = as_integer(value);
  return number == 0 || number == 1 ? number : std::nullopt;
}

template <class T>
std::optional<PlannedConstant> constant_of(const std::optional<T>& value) {
  std::optional<PlannedConstant> constant;
  if (value) constant.emplace(std::in_place_type<T>, *value);
  return constant;
}

}  // namespace

std::optional<PlannedConstant> fit_constant(const Mapping::Constant& constant, ColumnType type) {
  if (std::holds_alternative<std::monostate>(constant.value)) return PlannedConstant();
  const auto* text = std::get_if<std::string>(&constant.value);
  switch (type) {
    case ColumnType::integer:
      return constant_of(as_integer(constant.value));
    case ColumnType::real:
      return constant_of(as_real(constant.value));
    case ColumnType::boolean:
      return constant_of(as_boolean(constant.value));
    case ColumnType::text:
      return PlannedConstant(text != nullptr ? *text : constant.text);
    case ColumnType::json:
      return PlannedConstant(constant.text);
  }
  return {};
}

}  // namespace sluice
