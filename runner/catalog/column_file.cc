#include "catalog/column_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/column_options.h"
#include "catalog/names.h"
#include "catalog/wording.h"

namespace sluice {
namespace {

using enum ColumnType;

constexpr std::array all_types = {integer, real,     decimal, text, boolean,
                                  date,    datetime, json,    blob};

std::optional<ColumnType> read_type(YamlReader& reader, const YamlValue& value) {
  const auto word = reader.word(value, "column type", column_types);
  if (!word) return {};
  return *std::ranges::find(all_types, *word, [](ColumnType type) { return name_of(type); });
}

}  // namespace

Column read_column(YamlReader& reader, const YamlEntry& entry) {
  Column column{.name = entry.key, .place = entry.key_place};
  if (entry.value.node.IsScalar()) {
    reader.problem(entry.value.place, "a column must be a map, as in { type: integer }");
    return column;
  }
  const std::string what = fmt::format("column {}", in_quotes(entry.key));
  const YamlMap map = reader.map(entry.value, what, column_keys);
  if (const auto* nullable = map.find("nullable")) {
    column.nullable = reader.boolean(*nullable, "nullable").value_or(false);
  }
  if (const auto* type = map.find("type")) {
    const auto known = read_type(reader, *type);
    // Without its type nothing can be said of an option.
    if (!known) return column;
    column.spec = *known;
    read_column_options(reader, map, what, column.spec);
  } else if (entry.value.node.IsMap()) {
    reader.problem(entry.key_place,
                   fmt::format("{} needs a type, as in {{ type: integer }}", what));
  }
  return column;
}

}  // namespace sluice
