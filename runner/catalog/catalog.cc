#include "catalog/catalog.h"

#include <algorithm>

namespace sluice {

const Column* Table::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace sluice
