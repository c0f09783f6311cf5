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

Selection::Selection(std::vector<Reckoned> expressions, const std::function<bool()>& is_over)
    : expressions_(std::move(expressions)),
      is_over_(is_over),
      alone_(expressions_.size()),
      table_(all_names(expressions_)),
      database_(":memory:", Database::Mode::create, {}) {
  table_.register_with(database_);
  seal_for_expressions(database_, table_);
  interrupt_when(database_, is_over);
  std::string list;
  for (const Reckoned& expression : expressions_) {
    list += (list.empty() ? "" : ", ") + enclosed(expression.sql);
  }
  statement_.emplace(database_, fmt::format("SELECT {} FROM {}", list, table_.name()));
}

Selection& Selection::alone(std::size_t expression) {
  if (expressions_.size() == 1) return *this;
  std::unique_ptr<Selection>& one = alone_[expression];
  if (one == nullptr) {
    one = std::make_unique<Selection>(std::vector{expressions_[expression]}, is_over_);
  }
  return *one;
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
