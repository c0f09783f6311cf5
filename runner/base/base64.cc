#include "base/base64.h"

#include <array>
#include <cstdint>

namespace sluice {
namespace {

constexpr std::uint8_t no_digit = 0xFF;

constexpr auto digit_values = [] {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

// Four digits, of which the last ones may be padding: 24 bits. Nothing where one is no digit.
std::optional<std::uint32_t> bits_of(std::string_view four, std::size_t padding) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint8_t value =
        i < 4 - padding ? digit_values[static_cast<unsigned char>(four[i])] : std::uint8_t{0};
    if (value == no_digit) return {};
    bits = bits << 6 | value;
  }
  return bits;
}

}  // namespace

std::optional<std::size_t> decode_base64(std::string_view text, char* bytes) {
  if (text.size() % 4 != 0) return {};
  char* at = bytes;
  for (; !text.empty(); text.remove_prefix(4)) {
    const std::size_t padding = text.size() == 4 ? padding_of(text) : 0;
    const std::optional<std::uint32_t> bits = bits_of(text.substr(0, 4), padding);
    if (!bits) return {};
    const std::size_t count = 3 - padding;
    for (std::size_t i = 0; i < count; ++i) *at++ = static_cast<char>(*bits >> (16 - 8 * i));
    const std::uint32_t unused = *bits & ((1U << (8 * padding)) - 1);
    if (unused != 0) return {};
  }
  return static_cast<std::size_t>(at - bytes);
}

}  // namespace sluice
