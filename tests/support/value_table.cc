#include "support/value_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace sluice::test {
namespace {

constexpr std::string_view reject = "reject: ";

std::string code(std::string_view text) {
  // A bar would end the table's cell, even within backquotes.
  if (text.find_first_of("|`") != std::string_view::npos) {
    throw std::runtime_error(fmt::format("a row of a table cannot be shown: {}", text));
  }
  return fmt::format("`{}`", text);
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* readme = SLUICE_PROJECT_DIR "/README.md";

// Where the table begins in the README, and where it ends.
std::pair<std::size_t, std::size_t> find_table(const std::string& text, const std::string& name) {
  const std::string begin_mark =
      fmt::format("<!-- made of tests/data/{} by scripts/types-reference: begin -->\n", name);
  const std::size_t begin = text.find(begin_mark);
  const std::size_t end = text.find("<!-- end -->\n", begin);
  if (end == std::string::npos) throw std::runtime_error("README.md has no table of " + name);
  return {begin + begin_mark.size(), end};
}

// What several rows have in common, and what differs: "is not base64" and the values.
struct Group {
  std::string common;
  std::string members;
};

void add(std::vector<Group>& groups, std::string_view common, const std::string& member) {
  const auto known = std::ranges::find(groups, common, &Group::common);
  if (known == groups.end()) {
    groups.push_back({std::string(common), member});
  } else {
    known->members += ", " + member;
  }
}

// The reason without the value that it begins with.
std::string_view reason_of(const ValueRow& row) {
  std::string_view reason = std::string_view(row.result).substr(reject.size());
  if (reason.starts_with(row.json)) reason.remove_prefix(row.json.size() + 1);
  return reason;
}

std::string joined(const std::vector<Group>& groups, bool is_reject) {
  std::string text;
  for (const Group& group : groups) {
    text += text.empty() ? "" : "; ";
    text += is_reject ? fmt::format("{}: {}", group.common, group.members)
                      : fmt::format("{} → {}", group.members, group.common);
  }
  return text;
}

}  // namespace

std::vector<ValueRow> read_value_table(const std::string& name) {
  std::ifstream file(SLUICE_PROJECT_DIR "/tests/data/" + name);
  std::vector<ValueRow> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) {
      throw std::runtime_error(fmt::format("{}:{}: three fields are wanted", name, number));
    }
    rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                    line.substr(second + 1), number});
  }
  return rows;
}

std::string value_reference(const std::vector<ValueRow>& rows, std::string_view header) {
  std::string text = fmt::format("| {} |\n|---|---|---|\n", header);
  for (std::size_t i = 0; i < rows.size();) {
    const std::string& subject = rows[i].subject;
    std::vector<Group> stored;
    std::vector<Group> rejected;
    for (; i < rows.size() && rows[i].subject == subject; ++i) {
      const ValueRow& row = rows[i];
      const std::string value = row.json == "(missing)" ? "*missing*" : code(row.json);
      if (row.result.starts_with(reject)) {
        add(rejected, reason_of(row), value);
      } else {
        add(stored, code(row.result), value);
      }
    }
    text += fmt::format("| {} | {} | {} |\n", code(subject), joined(stored, false),
                        joined(rejected, true));
  }
  return text;
}

std::string readme_table(const std::string& name) {
  const std::string text = read(readme);
  const auto [begin, end] = find_table(text, name);
  return text.substr(begin, end - begin);
}

void write_readme_table(const std::string& name, const std::string& table) {
  const std::string text = read(readme);
  const auto [begin, end] = find_table(text, name);
  std::ofstream(readme, std::ios::binary) << text.substr(0, begin) << table << text.substr(end);
}

}  // namespace sluice::test
