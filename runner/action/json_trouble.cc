#include "action/json_trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/excerpt.h"
#include "base/nearest.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::string_view json_blanks = " \t\r\n";

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20; }

// The end of the string that begins at `begin` (a quote): behind its closing quote, or nothing
// where a control character or the text's end comes first.
std::optional<std::size_t> string_end(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size() && !is_control(text[at]); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::nullopt;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(json_blanks, at), text.size());
}

// The token at `offset` for a message, in quotes.
std::string quoted_token(std::string_view text, std::size_t offset) {
  if (text[offset] == '"') {
    const std::size_t end = string_end(text, offset).value_or(text.size());
    return excerpt(text.substr(offset, end - offset), 40);
  }
  constexpr std::string_view ends = " \t\r\n,:{}[]\"";
  if (ends.find(text[offset]) != std::string_view::npos) return fmt::format("\"{}\"", text[offset]);
  const std::size_t end = text.find_first_of(ends, offset + 1);
  return fmt::format("\"{}\"", excerpt(text.substr(offset, end - offset), 20));
}

bool is_closer(char byte) { return byte == '}' || byte == ']'; }

// What people bring along from other languages.
std::optional<std::string> foreign_habit(char found) {
  if (found == '\'') return "keys and texts are written in double quotes";
  if (found == '/' || found == '#') return "JSON has no comments";
  return std::nullopt;
}

// A key or element was expected at `at`.
JsonTrouble explain_member(std::string_view text, std::size_t at, JsonStep step, bool after_comma) {
  const char found = text[at];
  const bool object = step.opener == '{';
  if (const auto habit = foreign_habit(found)) return {at, *habit};
  if (is_closer(found) && after_comma) {
    return {at, object ? "no comma belongs after the last member"
                       : "no comma belongs after the last element"};
  }
  if (object && found == '"') {  // a key it is, so what follows it must be wrong
    const std::size_t end = string_end(text, at).value_or(text.size());
    return explain_step(text, {'{', JsonStep::After::key, end});
  }
  if (found == ',' && after_comma) return {at, "one comma too many"};
  return {at, fmt::format("expected {}, found {}", object ? "a key in double quotes" : "a value",
                          quoted_token(text, at))};
}

// The four digits behind "\u", nothing where they are not four.
std::optional<unsigned> hex_digits(std::string_view text) {
  unsigned value = 0;
  const std::string_view digits = text.substr(0, 4);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + 4) return std::nullopt;
  return value;
}

// How long the escape at the front of the text is, nothing where it means no character.
std::optional<std::size_t> escape_length(std::string_view text) {
  if (text.size() < 2 || std::string_view("\"\\/bfnrtu").find(text[1]) == std::string_view::npos) {
    return std::nullopt;
  }
  if (text[1] != 'u') return 2;
  const auto first = hex_digits(text.substr(2));
  if (!first) return std::nullopt;
  if (*first < 0xD800 || *first > 0xDFFF) return 6;
  if (*first > 0xDBFF || text.substr(6, 2) != "\\u") return std::nullopt;
  const auto second = hex_digits(text.substr(8));
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return std::nullopt;
  return 12;
}

}  // namespace

JsonTrouble explain_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid) break;
    at += step.size;
  }
  return {at, "this byte is not valid UTF-8; save the file as UTF-8"};
}

JsonTrouble explain_string(std::string_view text) {
  std::size_t at = 0;
  while ((at = text.find('"', at)) != std::string_view::npos) {
    const auto end = string_end(text, at);
    if (!end) break;
    at = *end;
  }
  if (at == std::string_view::npos) at = 0;
  return {at,
          "this string is not closed on its line: a quote is missing, or a control character in "
          "it is not written as an escape such as \\n"};
}

JsonTrouble explain_escape(std::string_view token, std::size_t offset) {
  for (std::size_t at = 1; at < token.size() && token[at] != '"';) {
    const auto length = token[at] == '\\' ? escape_length(token.substr(at)) : 1;
    if (!length) {
      return {offset + at,
              "this escape means no character; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and "
              "\\uXXXX with "
              "four hexadecimal digits (surrogates in pairs)"};
    }
    at += *length;
  }
  return {offset, "this string cannot be read"};
}

JsonTrouble explain_word(std::string_view token, std::size_t offset) {
  if (token.empty()) return {offset, "expected a value"};
  const char first = token.front();
  const std::string found = quoted_token(token, 0);
  if (const auto habit = foreign_habit(first)) return {offset, *habit};
  if (is_closer(first) || first == ',' || first == ':') {
    return {offset, "expected a value before " + found};
  }
  if (first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9')) {
    return {offset, fmt::format("{} is not a JSON number", found)};
  }
  static const std::array<std::string, 3> words = {"true", "false", "null"};
  const std::string near = did_you_mean(token, words);
  if (!near.empty()) return {offset, fmt::format("{} is not a JSON value{}", found, near)};
  return {offset, fmt::format("{} is not a JSON value; a text is written in double quotes", found)};
}

JsonTrouble explain_step(std::string_view text, JsonStep step) {
  using After = JsonStep::After;
  std::size_t at = skip_blanks(text, step.offset);
  const bool after_comma = step.after == After::value && at < text.size() && text[at] == ',';
  const bool after_colon = step.after == After::key && at < text.size() && text[at] == ':';
  if (after_comma || after_colon) at = skip_blanks(text, at + 1);
  if (at >= text.size()) return {text.size(), "the document ends too early"};
  if (after_comma || step.after == After::open) return explain_member(text, at, step, after_comma);
  if (after_colon) return explain_word(text.substr(at), at);
  if (const auto habit = foreign_habit(text[at])) return {at, *habit};
  const std::string found = quoted_token(text, at);
  if (step.after == After::key) return {at, "expected \":\" after the key, found " + found};
  return {at,
          fmt::format("expected \",\" or \"{}\", found {}", step.opener == '{' ? '}' : ']', found)};
}

std::optional<JsonTrouble> explain_brackets(std::string_view text) {
  std::vector<std::size_t> open;
  bool ended = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (json_blanks.find(byte) != std::string_view::npos) continue;
    if (ended) return JsonTrouble{at, "nothing may follow the end of the document"};
    if (byte == '"') {
      const auto end = string_end(text, at);
      if (!end) return explain_string(text);
      at = *end - 1;
    } else if (byte == '{' || byte == '[') {
      open.push_back(at);
    } else if (is_closer(byte)) {
      const char wanted = byte == '}' ? '{' : '[';
      if (open.empty() || text[open.back()] != wanted) {
        return JsonTrouble{at, fmt::format("this \"{}\" closes nothing", byte)};
      }
      open.pop_back();
      ended = open.empty();
    }
  }
  if (open.empty()) return std::nullopt;
  return JsonTrouble{open.back(), fmt::format("this \"{}\" is never closed", text[open.back()])};
}

}  // namespace sluice
