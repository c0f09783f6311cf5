#include "catalog/yaml_edit.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

#include "base/ascii_case.h"
#include "base/json_text.h"

namespace sluice {
namespace {

using KeyPath = std::span<const std::string>;

bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 9> words = {"null", "true", "false", "yes", "no",
                                                     "on",   "off",  "y",     "n"};
  const auto is_letter = [](char c) { return (folded(c) >= 'a' && folded(c) <= 'z') || c == '_'; };
  const auto may_follow = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/';
  };
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, may_follow) &&
         std::ranges::count(words, folded(text)) == 0;
}

std::string yaml_flow(const YamlItem& item) {
  if (item.children.empty()) return fmt::format("{}: {}", yaml_text(item.key), item.value);
  std::string children;
  for (const YamlItem& child : item.children) {
    children += (children.empty() ? "" : ", ") + yaml_flow(child);
  }
  return fmt::format("{}: {{ {} }}", yaml_text(item.key), children);
}

// A file as lines, to find where entries begin and end.
class Lines {
 public:
  explicit Lines(const std::string& text) : text_(text) {
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      starts_.push_back(at);
      if (text.find('\n', at) == std::string::npos) break;
    }
  }

  std::size_t offset_of(const YAML::Mark& mark) const {
    return starts_.at(static_cast<std::size_t>(mark.line)) + static_cast<std::size_t>(mark.column);
  }
  std::size_t start_of(std::size_t line) const {
    return line < starts_.size() ? starts_[line] : text_.size();
  }

  // The line behind the last one of the entry whose key begins at the mark.
  std::size_t end_of_entry(const YAML::Mark& key, bool is_sequence) const {
    const auto column = static_cast<std::size_t>(key.column);
    auto end = static_cast<std::size_t>(key.line) + 1;
    for (std::size_t line = end; line < starts_.size(); ++line) {
      const std::string_view content = without_comment(line);
      if (content.empty()) continue;
      const std::size_t indent = content.find_first_not_of(' ');
      const bool is_item = is_sequence && indent == column && content[indent] == '-';
      if (indent <= column && !is_item) break;
      end = line + 1;
    }
    return end;
  }

 private:
  // Empty where the line has nothing but blanks or a comment.
  std::string_view without_comment(std::size_t line) const {
    std::string_view content = text_;
    content = content.substr(starts_[line], start_of(line + 1) - starts_[line]);
    const std::size_t first = content.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || content[first] == '#') return {};
    return content;
  }

  const std::string& text_;
  std::vector<std::size_t> starts_;
};

// The value of a key; undefined without one. YAML::Node's own [] may write into the document.
YAML::Node child(const YAML::Node& map, const std::string& key) {
  if (map.IsMap()) {
    for (const auto& entry : map) {
      if (entry.first.Scalar() == key) return entry.second;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

YAML::Node at(const YAML::Node& root, KeyPath path) {
  YAML::Node node = root;
  for (const std::string& key : path) node.reset(child(node, key));
  return node;
}

bool is_same(const YAML::Node& a, const YAML::Node& b) {
  if (a.Type() != b.Type() || a.size() != b.size()) return false;
  if (a.IsScalar()) return a.Scalar() == b.Scalar() && a.Tag() == b.Tag();
  for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y) {
    if (!a.IsMap() ? !is_same(*x, *y)
                   : !is_same(x->first, y->first) || !is_same(x->second, y->second)) {
      return false;
    }
  }
  return true;
}

// Whether `more` says the same as `less` and has the entry that the path leads to besides, in maps
// that may have been made for it.
bool is_same_but_for(const YAML::Node& less, const YAML::Node& more, KeyPath path) {
  if (!more.IsMap()) return false;
  if (!less.IsMap() && less.IsDefined() && !less.IsNull()) return false;
  std::size_t common = 0;
  for (const auto& entry : more) {
    const YAML::Node earlier = child(less, entry.first.Scalar());
    if (earlier.IsDefined()) ++common;
    const bool is_on_path = entry.first.Scalar() == path[0];
    if (is_on_path && path.size() == 1) continue;
    const bool is_right = is_on_path ? is_same_but_for(earlier, entry.second, path.subspan(1))
                                     : earlier.IsDefined() && is_same(earlier, entry.second);
    if (!is_right) return false;
  }
  return common == less.size();
}

bool is_flow(const YAML::Node& map) { return map.Style() == YAML::EmitterStyle::Flow; }

YAML::Node key_of(const YAML::Node& map, const std::string& key) {
  for (const auto& entry : map) {
    if (entry.first.Scalar() == key) return entry.first;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

// The same item inside of maps with these names.
YamlItem wrapped(YamlItem item, KeyPath path) {
  for (auto name = path.rbegin(); name != path.rend(); ++name) {
    std::vector<YamlItem> children;
    children.push_back(std::move(item));
    item = {.key = *name, .children = std::move(children)};
  }
  return item;
}

std::string with_lines(const std::string& text, std::size_t offset, std::string lines) {
  std::string result = text;
  if (offset == text.size() && !text.empty() && text.back() != '\n') lines.insert(0, "\n");
  result.insert(offset, lines);
  return result;
}

std::string inserted_into_map(const std::string& text, const YAML::Node& map,
                              const YamlItem& item) {
  const Lines lines(text);
  if (is_flow(map)) {
    const std::size_t brace = lines.offset_of(map.Mark());
    const std::string more = map.size() == 0 ? " " : ",";
    std::string result = text;
    return result.insert(brace + 1, fmt::format(" {}{}", yaml_flow(item), more));
  }
  YAML::Node last_key;
  bool is_sequence = false;
  for (const auto& entry : map) {
    last_key.reset(entry.first);
    is_sequence = entry.second.IsSequence();
  }
  const std::size_t end = lines.end_of_entry(last_key.Mark(), is_sequence);
  return with_lines(text, lines.start_of(end),
                    yaml_block(item, static_cast<std::size_t>(last_key.Mark().column)));
}

// "orders:" with nothing behind it becomes a map.
std::string inserted_below(const std::string& text, const YAML::Node& key, const YamlItem& item) {
  const Lines lines(text);
  const auto indent = static_cast<std::size_t>(key.Mark().column) + 2;
  return with_lines(text, lines.start_of(static_cast<std::size_t>(key.Mark().line) + 1),
                    yaml_block(item, indent));
}

std::string inserted(const std::string& text, const YAML::Node& root, KeyPath path,
                     const YamlItem& item) {
  std::size_t known = 0;
  while (known < path.size() && at(root, path.first(known + 1)).IsDefined()) ++known;
  const YamlItem whole = wrapped(item, path.subspan(known));
  const YAML::Node map = at(root, path.first(known));
  if (map.IsMap()) return inserted_into_map(text, map, whole);
  return inserted_below(text, key_of(at(root, path.first(known - 1)), path[known - 1]), whole);
}

}  // namespace

std::string yaml_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted;
  append_json_string(quoted, text);
  return quoted;
}

std::string yaml_block(const YamlItem& item, std::size_t indent) {
  const std::string behind = item.comment.empty() ? "" : "  # " + item.comment;
  const std::string key = std::string(indent, ' ') + yaml_text(item.key) + ":";
  if (item.children.empty()) return fmt::format("{} {}{}\n", key, item.value, behind);
  std::string lines = fmt::format("{}{}\n", key, behind);
  for (const YamlItem& child : item.children) lines += yaml_block(child, indent + 2);
  return lines;
}

std::optional<std::string> insert_yaml(const std::string& text, std::span<const std::string> path,
                                       const YamlItem& item) {
  std::vector<std::string> whole_path(path.begin(), path.end());
  whole_path.push_back(item.key);
  try {
    const YAML::Node before = YAML::Load(text);
    std::string result = inserted(text, before, path, item);
    const YAML::Node after = YAML::Load(result);
    const YAML::Node wanted = child(YAML::Load(yaml_block(item)), item.key);
    const bool is_there = is_same(wanted, at(after, whole_path));
    if (is_there && is_same_but_for(before, after, whole_path)) return result;
  } catch (const YAML::Exception&) {  // what came out is no YAML any more: nothing to answer
  }
  return std::nullopt;
}

std::optional<std::string> remove_yaml(const std::string& text, std::span<const std::string> path,
                                       const std::string& key) {
  std::vector<std::string> whole_path(path.begin(), path.end());
  whole_path.push_back(key);
  try {
    const YAML::Node before = YAML::Load(text);
    const YAML::Node map = at(before, path);
    const YAML::Node value = child(map, key);
    if (!value.IsDefined() || is_flow(map)) return std::nullopt;
    const Lines lines(text);
    const YAML::Mark mark = key_of(map, key).Mark();
    const std::size_t end = lines.end_of_entry(mark, value.IsSequence());
    const std::size_t begin = lines.start_of(static_cast<std::size_t>(mark.line));
    std::string result = text;
    result.erase(begin, lines.start_of(end) - begin);
    const YAML::Node after = YAML::Load(result);
    const bool is_gone = !at(after, whole_path).IsDefined();
    if (is_gone && is_same_but_for(after, before, whole_path)) return result;
  } catch (const YAML::Exception&) {  // as above
  }
  return std::nullopt;
}

}  // namespace sluice
