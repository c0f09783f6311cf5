#include "support/types_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace sluice::test {
namespace {

constexpr std::string_view reject = "reject: ";

std::string code(std::string_view text) {
  // A bar would end the table's cell, even within backquotes.
  if (text.find_first_of("|`") != std::string_view::npos) {
    throw std::runtime_error(fmt::format("a row of types.tsv cannot be shown: {}", text));
  }
  return fmt::format("`{}`", text);
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
std::string_view reason_of(const TypesRow& row) {
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

std::vector<TypesRow> read_types_table() {
  std::ifstream file(SLUICE_PROJECT_DIR "/tests/data/types.tsv");
  std::vector<TypesRow> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) {
      throw std::runtime_error(fmt::format("types.tsv:{}: three fields are wanted", number));
    }
    rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                    line.substr(second + 1), number});
  }
  return rows;
}

std::string types_reference(const std::vector<TypesRow>& rows) {
  std::string text = "| Column | JSON value → stored | Rejected |\n|---|---|---|\n";
  for (std::size_t i = 0; i < rows.size();) {
    const std::string& column = rows[i].column;
    std::vector<Group> stored;
    std::vector<Group> rejected;
    for (; i < rows.size() && rows[i].column == column; ++i) {
      const TypesRow& row = rows[i];
      const std::string value = row.json == "(missing)" ? "*missing*" : code(row.json);
      if (row.result.starts_with(reject)) {
        add(rejected, reason_of(row), value);
      } else {
        add(stored, code(row.result), value);
      }
    }
    text += fmt::format("| {} | {} | {} |\n", code(column), joined(stored, false),
                        joined(rejected, true));
  }
  return text;
}

}  // namespace sluice::test
