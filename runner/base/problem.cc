#include "base/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t widest_line = 90;  // characters of the document's line that are shown
constexpr std::string_view indent = "  ";

// The document without a byte-order mark: no editor counts it as a character.
std::string_view visible_text(const SourceText& document) {
  std::string_view text = document.text;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

// Where counting goes on: behind the mark, and at the beginning of a character.
struct PlaceBefore {
  std::weak_ptr<const SourceText> document = {};
  std::size_t offset = 0;
  std::ptrdiff_t line = 1;
  std::size_t column = 1;
};

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

std::string_view line_of(const SourceText& document, int line) {
  std::string_view text = visible_text(document);
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Every character as something that takes one place on a terminal.
std::vector<std::string> characters(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const Utf8Step step = utf8_step(line, at);
    const bool control = step.code < 0x20 || (step.code >= 0x7F && step.code < 0xA0);
    if (!step.valid) {
      out.emplace_back("\xEF\xBF\xBD");
    } else {
      out.emplace_back(control ? " " : line.substr(at, step.size));
    }
    at += step.size;
  }
  return out;
}

// The line and a caret under its column; a long line is cut on both sides of the column.
std::string pointed_line(std::string_view line, std::size_t column) {
  const std::vector<std::string> shown = characters(line);
  const std::size_t caret = column - 1;
  std::size_t begin = 0;
  if (shown.size() > widest_line && caret > widest_line / 2) begin = caret - widest_line / 2;
  const std::size_t end = std::min(shown.size(), begin + widest_line);
  std::string out(indent);
  if (begin > 0) out.append("…");
  for (std::size_t i = begin; i < end; ++i) out.append(shown[i]);
  if (end < shown.size()) out.append("…");
  out.append("\n").append(indent);
  out.append(caret - begin + (begin > 0 ? 1 : 0), ' ');
  return out.append("^\n");
}

std::string place_text(const Place& place) {
  if (!place.document) return "";
  if (place.line <= 0) return fmt::format("{}: ", place.document->path);
  if (place.column <= 0) return fmt::format("{}:{}: ", place.document->path, place.line);
  return fmt::format("{}:{}:{}: ", place.document->path, place.line, place.column);
}

}  // namespace

// Documents are read from front to back, and a place is wanted of nearly all that is in them: it is
// counted from the one before. From the beginning each time, a thousand columns took seconds.
Place Place::at(std::shared_ptr<const SourceText> document, std::size_t offset) {
  thread_local PlaceBefore before;
  const std::string_view text = visible_text(*document);
  const std::size_t mark = document->text.size() - text.size();
  const std::size_t end = std::min(offset < mark ? 0 : offset - mark, text.size());
  if (before.document.lock() != document || before.offset > end) before = {.document = document};
  const std::string_view between = text.substr(before.offset, end - before.offset);
  const auto line = before.line + std::count(between.begin(), between.end(), '\n');
  const std::size_t line_begin = between.rfind('\n') + 1;  // npos + 1 is 0
  std::size_t column = line_begin == 0 ? before.column : 1;
  column += utf8_length(between.substr(line_begin));
  if (end < text.size() && begins_character(text[end])) before = {document, end, line, column};
  return {std::move(document), static_cast<int>(line), static_cast<int>(column)};
}

std::string Problem::text() const {
  std::string out = place_text(place) + message + "\n";
  if (!place.document || place.line <= 0 || place.column <= 0) return out;
  if (std::ranges::binary_search(place.document->hidden_lines, place.line)) return out;
  const std::string_view line = line_of(*place.document, place.line);
  if (line.empty()) return out;
  return out + pointed_line(line, static_cast<std::size_t>(place.column));
}

void Problems::add(Place place, std::string message) {
  errors_.push_back({std::move(place), std::move(message)});
}

void Problems::warn(Place place, std::string message) {
  warnings_.push_back({std::move(place), std::move(message)});
}

std::string Problems::text() const {
  std::vector<std::string> paths;  // in the order in which the documents came up
  const auto order = [&](const Problem& problem) {
    const std::string path = problem.place.document ? problem.place.document->path : "";
    const auto known = std::find(paths.begin(), paths.end(), path);
    const auto document = known - paths.begin();
    if (known == paths.end()) paths.push_back(path);
    return std::tuple(document, problem.place.line, problem.place.column);
  };
  using Key = decltype(order(errors_.front()));
  std::vector<std::pair<Key, std::string>> texts;
  for (const Problem& problem : errors_) texts.emplace_back(order(problem), problem.text());
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  std::set<std::string_view> seen;
  for (const auto& [key, text] : texts) {
    if (seen.insert(text).second) out += text;
  }
  return out;
}

}  // namespace sluice
