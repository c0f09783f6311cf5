#include "catalog/catalog.h"

#include <algorithm>

namespace sluice {

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::real:
      return "real";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::json:
      return "json";
  }
  return "unknown";
}

const Column* Table::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace sluice
