#include "base/excerpt.h"

#include <fmt/format.h>

#include <iterator>

#include "base/utf8.h"

namespace sluice {
namespace {

// Control characters, and the marks that let a text reorder or break the line it is printed in.
bool is_printable(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool line_break = code == 0x2028 || code == 0x2029;
  const bool direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return !control && !line_break && !direction;
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) {
    fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(byte));
  }
}

}  // namespace

std::string excerpt(std::string_view bytes, std::size_t limit) {
  std::string out;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Utf8Step step = utf8_step(bytes, at);
    if (at + step.size > limit) break;
    const std::string_view piece = bytes.substr(at, step.size);
    if (step.valid && is_printable(step.code)) {
      out.append(piece);
    } else {
      append_escaped(out, piece);
    }
    at += step.size;
  }
  if (at < bytes.size()) out.append("…");
  return out;
}

}  // namespace sluice
