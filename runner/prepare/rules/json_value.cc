#include "prepare/rules/json_value.h"

#include <string>

#include "base/json_check.h"
#include "base/json_text.h"
#include "prepare/rules/rule_text.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

bool is_compound(std::string_view json) { return json.starts_with('{') || json.starts_with('['); }

bool is_same(const Cell& a, const Cell& b) {
  if (a.kind != b.kind) return false;
  const bool has_bytes = a.kind == Kind::number || a.kind == Kind::text || a.kind == Kind::json ||
                         a.kind == Kind::blob;
  return has_bytes ? a.view() == b.view() : a.integer == b.integer;
}

}  // namespace

Cell value_of_json(const Cell& cell, Arena& arena) {
  if (cell.kind != Kind::json) return cell;
  const std::string_view json = cell.view();
  if (json.empty() || is_compound(json)) return cell;
  if (json == "null") return Cell::null();
  if (json == "true" || json == "false") return Cell::of_boolean(json == "true");
  if (json[0] != '"') return Cell::of_bytes(Kind::number, json);
  const std::string_view inside = json.substr(1, json.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return Cell::of_bytes(Kind::text, inside);
  return Cell::of_bytes(Kind::text, arena.copy(json_string_value(json)));
}

Cell json_of_value(const Cell& value, Arena& arena) {
  if (value.is_null_or_missing() || value.kind == Kind::json) return value;
  const RuleText text(value);
  if (!text.is_text()) return value;  // bytes, infinity: no JSON, which the column's fit says
  if (value.kind != Kind::text) return Cell::of_bytes(Kind::json, arena.copy(text.view()));
  std::string json;
  append_json_string(json, text.view());
  return Cell::of_bytes(Kind::json, arena.copy(json));
}

Cell json_after_rules(const Cell& came, const Cell& value, Arena& arena) {
  if (is_same(value_of_json(came, arena), value)) return came;
  const bool was_compound = came.kind == Kind::json && is_compound(came.view());
  const bool is_still = was_compound && value.kind == Kind::text && is_compound(value.view()) &&
                        is_json(value.view());
  return is_still ? Cell::of_bytes(Kind::json, value.view()) : json_of_value(value, arena);
}

}  // namespace sluice
