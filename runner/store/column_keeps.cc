#include "store/column_keeps.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/excerpt.h"

namespace sluice {
namespace {

enum class Affinity { text, numeric, integer, real, none };

// https://www.sqlite.org/datatype3.html#determination_of_column_affinity, in this order.
Affinity affinity_of(std::string_view type) {
  const auto has = [type](std::string_view word) { return type.find(word) != type.npos; };
  if (has("int")) return Affinity::integer;
  if (has("char") || has("clob") || has("text")) return Affinity::text;
  if (has("blob") || type.empty()) return Affinity::none;
  if (has("real") || has("floa") || has("doub")) return Affinity::real;
  return Affinity::numeric;
}

// Every text that a date or datetime column writes begins with digits and a minus sign, so that
// SQLite takes none for a number.
bool may_look_like_number(const ColumnSpec& spec) {
  return spec.type != ColumnType::date && spec.type != ColumnType::datetime;
}

std::string_view word_for(StorageClass kept) {
  switch (kept) {
    case StorageClass::integer:
      return "integer";
    case StorageClass::real:
      return "real";
    case StorageClass::text:
      return "text";
    case StorageClass::blob:
      return "blob";
  }
  return "text";
}

// A column of a STRICT table refuses what it would have to change.
std::string why_strict_refuses(StorageClass kept, std::string_view type) {
  if (type == "any" || type == word_for(kept)) return {};
  if (type == "int" && kept == StorageClass::integer) return {};
  return fmt::format("the table is STRICT, and the column is declared {}, not {}", excerpt(type),
                     word_for(kept));
}

std::string why_changed(const ColumnSpec& spec, Affinity affinity) {
  const bool is_text_column = affinity == Affinity::text || affinity == Affinity::none;
  switch (kept_as(spec)) {
    case StorageClass::text:
      return is_text_column || !may_look_like_number(spec) ? "" : "would turn texts into numbers";
    case StorageClass::integer:
      return affinity == Affinity::real && spec.type != ColumnType::boolean
                 ? "would turn large integers into others"
                 : "";
    case StorageClass::real:
      return affinity == Affinity::text ? "would turn numbers into texts of 15 digits" : "";
    case StorageClass::blob:
      return {};
  }
  return {};
}

}  // namespace

std::string why_not_kept(const ColumnSpec& spec, const ExistingColumn& column, bool is_strict) {
  if (column.is_rowid) {
    return kept_as(spec) == StorageClass::integer ? ""
                                                  : "an INTEGER PRIMARY KEY holds integers only";
  }
  if (is_strict) return why_strict_refuses(kept_as(spec), column.type);
  const std::string change = why_changed(spec, affinity_of(column.type));
  if (change.empty()) return {};
  return fmt::format("the column is declared {} and {}", excerpt(column.type), change);
}

}  // namespace sluice
