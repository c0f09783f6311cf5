#include "base/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/utf8.h"

namespace sluice {
namespace {

void append_ascii(std::string& json, char c) {
  switch (c) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    json += c;
  }
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

// The four hexadecimal digits that the text begins with, which it loses.
std::uint32_t take_unit(std::string_view& text) {
  std::uint32_t unit = 0;
  std::from_chars(text.data(), text.data() + 4, unit, 16);
  text.remove_prefix(4);
  return unit;
}

// Behind "\\u".
std::uint32_t take_code(std::string_view& text) {
  const std::uint32_t unit = take_unit(text);
  if (unit < 0xD800 || unit > 0xDBFF) return unit;
  text.remove_prefix(2);  // "\\u" of the other half
  return 0x10000 + ((unit - 0xD800) << 10) + (take_unit(text) - 0xDC00);
}

char meaning_of(char escaped) {
  switch (escaped) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escaped;
  }
}

}  // namespace

std::string json_string_value(std::string_view quoted) {
  std::string text;
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    text += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    const char escaped = rest[1];
    rest.remove_prefix(2);
    if (escaped == 'u') {
      append_utf8(text, take_code(rest));
    } else {
      text += meaning_of(escaped);
    }
  }
  return text;
}

void append_json_string(std::string& json, std::string_view text) {
  json += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
      json += "\xEF\xBF\xBD";
    } else if (length == 1) {
      append_ascii(json, text[0]);
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  json += '"';
}

}  // namespace sluice
