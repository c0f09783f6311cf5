#include "cli/byte_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/excerpt.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::string_view indent = "    ";
constexpr std::size_t bytes_in_line = 16;

// What an excerpt leaves as it is can be printed.
bool is_printable(std::string_view line) { return excerpt(line, line.size()) == line; }

std::string lines_of(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at <= bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (at > bytes.size() && line.empty()) break;
    std::string shown(line);
    std::ranges::replace(shown, '\t', ' ');
    if (!is_printable(shown)) return {};
    out.append(indent).append(shown).append("\n");
  }
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

std::string hex_line(std::size_t at, std::string_view bytes) {
  std::string hex;
  std::string text;
  for (const char byte : bytes) {
    hex += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
    text += byte >= 0x20 && byte < 0x7F ? byte : '.';
  }
  return fmt::format("{}{:08x}  {:<48} |{}|\n", indent, at, hex, text);
}

}  // namespace

std::string byte_view(std::string_view bytes) {
  std::string out = lines_of(bytes);
  if (!out.empty()) return out;
  for (std::size_t at = 0; at < bytes.size(); at += bytes_in_line) {
    out += hex_line(at, bytes.substr(at, bytes_in_line));
  }
  return out;
}

std::string byte_json(std::string_view bytes) {
  std::string json;
  if (is_utf8(bytes)) {
    append_json_string(json, bytes);
    return json;
  }
  JsonObject object;
  object.add("hex", hex_of(bytes));
  return std::move(object).text();
}

}  // namespace sluice
