#include "prepare/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "sqlite/expression.h"

namespace sluice {
namespace {

std::vector<NamedCell> all_names(std::span<const Reckoned> expressions) {
  std::vector<NamedCell> all;
  for (const Reckoned& expression : expressions) {
    for (const NamedCell& name : expression.names) {
      if (std::ranges::find(all, name) == all.end()) all.push_back(name);
    }
  }
  return all;
}

bool are_apart(const Reckoned& one, const Reckoned& other) {
  for (const NamedCell& a : one.names) {
    for (const NamedCell& b : other.names) {
      if (a != b && is_same_name(a.name, b.name)) return false;
    }
  }
  return true;
}

}  // namespace

Selection::Selection(std::span<const Reckoned> expressions, const std::function<bool()>& is_over)
    : table_(all_names(expressions)), database_(":memory:", Database::Mode::create, {}) {
  table_.register_with(database_);
  seal_for_expressions(database_, table_);
  interrupt_when(database_, is_over);
  std::string list;
  for (const Reckoned& expression : expressions) {
    list += (list.empty() ? "" : ", ") + enclosed(expression.sql);
  }
  statement_.emplace(database_, fmt::format("SELECT {} FROM {}", list, table_.name()));
}

std::vector<std::vector<std::size_t>> groups_of(std::span<const Reckoned> expressions) {
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const auto fits = [&](const std::vector<std::size_t>& group) {
      return std::ranges::all_of(
          group, [&](std::size_t other) { return are_apart(expressions[i], expressions[other]); });
    };
    const auto group = std::ranges::find_if(groups, fits);
    if (group == groups.end()) {
      groups.push_back({i});
    } else {
      group->push_back(i);
    }
  }
  return groups;
}

}  // namespace sluice
