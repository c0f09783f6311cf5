#include "base/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace sluice {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> units = {
    Unit{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t ms_per_second = 1'000;

// Takes the digits at the front; nothing where there are none or too many.
std::optional<std::int64_t> take_count(std::string_view& text) {
  // from_chars would take a sign.
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<std::int64_t> times(std::int64_t count, std::int64_t unit_ms) {
  if (count > std::numeric_limits<std::int64_t>::max() / unit_ms) return std::nullopt;
  return count * unit_ms;
}

// The digits behind the point of a number of seconds. What is finer than a millisecond is refused,
// not rounded.
std::optional<std::int64_t> fraction_ms(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::int64_t ms = 0;
  std::int64_t digit_ms = ms_per_second;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    digit_ms /= 10;
    if (digit_ms == 0 && digit != '0') return std::nullopt;
    ms += digit_ms * (digit - '0');
  }
  return ms;
}

std::optional<std::int64_t> parse_ms(std::string_view text) {
  const auto count = take_count(text);
  if (!count) return std::nullopt;
  if (text.empty()) return times(*count, ms_per_second);
  if (text.front() == '.') {
    const auto whole_ms = times(*count, ms_per_second);
    const auto rest_ms = fraction_ms(text.substr(1));
    if (!whole_ms || !rest_ms) return std::nullopt;
    if (*whole_ms > std::numeric_limits<std::int64_t>::max() - *rest_ms) return std::nullopt;
    return *whole_ms + *rest_ms;
  }
  for (const Unit& unit : units) {
    if (text == unit.name) return times(*count, unit.ms);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse_ms(text);
  if (!ms || std::chrono::milliseconds(*ms) > longest_duration) return std::nullopt;
  return std::chrono::milliseconds(*ms);
}

std::string format_duration(std::chrono::milliseconds duration) {
  const std::int64_t ms = duration.count();
  if (ms == 0) return "0s";
  for (const Unit& unit : units) {
    if (ms % unit.ms == 0) return fmt::format("{}{}", ms / unit.ms, unit.name);
  }
  return fmt::format("{}ms", ms);
}

}  // namespace sluice
