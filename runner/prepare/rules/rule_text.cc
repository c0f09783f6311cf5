#include "prepare/rules/rule_text.h"

#include <fmt/format.h>

#include "base/excerpt.h"
#include "base/utf8.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

std::string_view view_of(const Cell& cell, std::string_view scalar) {
  switch (cell.kind) {
    case Kind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case Kind::json:
      return cell.view();
    case Kind::blob:
      return is_utf8(cell.view()) ? cell.view() : std::string_view();
    default:
      return scalar;
  }
}

}  // namespace

RuleText::RuleText(const Cell& cell) : scalar_(cell), view_(view_of(cell, scalar_.view())) {}

std::string shown(const Cell& cell) {
  if (cell.is_null_or_missing()) return "null";
  const RuleText text(cell);
  if (!text.is_text()) return cell.kind == Kind::blob ? "bytes" : "infinity";
  const std::string some = excerpt(text.view(), 60);
  const bool has_quotes = cell.kind == Kind::text || cell.kind == Kind::blob;
  return has_quotes ? fmt::format("\"{}\"", some) : some;
}

}  // namespace sluice
