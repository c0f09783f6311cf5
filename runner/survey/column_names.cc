#include "survey/column_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "base/utf8.h"
#include "catalog/names.h"

namespace sluice {
namespace {

constexpr std::size_t longest_column_name = 100;  // bytes

std::string joined(const Path& path) {
  std::string name;
  for (const PathStep& part : path) name += (name.empty() ? "" : "_") + part.key;
  return name;
}

// Control characters would be a trap for whoever has to type the name.
std::string without_control(std::string name) {
  std::ranges::replace_if(
      name,
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
      },
      '_');
  return name;
}

std::string cut(std::string name) {
  if (name.size() <= longest_column_name) return name;
  std::size_t end = longest_column_name;
  while (end > 0 && utf8_sequence_length(std::string_view(name).substr(end)) == 0) --end;
  name.resize(end);
  return name;
}

std::string reserved_or_empty(const std::string& name, std::string& remark) {
  if (name.empty()) {
    remark = "renamed: a column needs a name";
    return "empty";
  }
  if (why_reserved_column(name).empty()) return name;
  remark = fmt::format("renamed: {}", why_reserved_column(name));
  return "message" + name;
}

}  // namespace

ColumnNames::Name ColumnNames::take(const Path& path) {
  const std::string wanted = joined(path);
  std::string remark;
  const std::string safe = cut(without_control(wanted));
  if (safe != wanted) remark = "renamed: control characters, or longer than 100 bytes";
  std::string name = reserved_or_empty(safe, remark);
  const std::string base = name;
  for (int i = 2; std::ranges::count(taken_, folded(name)) > 0; ++i) {
    remark = fmt::format("renamed: SQLite takes \"{}\" for the name of another column", base);
    name = fmt::format("{}_{}", base, i);
  }
  taken_.push_back(folded(name));
  return {std::move(name), std::move(remark)};
}

}  // namespace sluice
