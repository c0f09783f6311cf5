#include "base/utf8.h"

#include <array>

namespace sluice {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::size_t length_by_lead(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool is_character(char32_t code, std::size_t size) {
  static constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  return code >= smallest[size] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

}  // namespace

Utf8Step utf8_step(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  const std::size_t size = length_by_lead(lead);
  const Utf8Step broken{1, lead, false};
  if (size == 0 || size > text.size() - at) return broken;
  if (size == 1) return {1, lead, true};
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) return broken;
    code = code << 6 | (next & 0x3FU);
  }
  return is_character(code, size) ? Utf8Step{size, code, true} : broken;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); at += utf8_step(text, at).size) ++length;
  return length;
}

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const Utf8Step step = utf8_step(text, 0);
  return step.valid ? step.size : 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid) return false;
    at += step.size;
  }
  return true;
}

}  // namespace sluice
