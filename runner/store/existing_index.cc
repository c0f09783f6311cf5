#include "store/existing_index.h"

#include "base/ascii_case.h"
#include "sqlite/database.h"

namespace sluice {
namespace {

void look_at_columns(Database& database, ExistingIndex& index) {
  Statement columns = database.prepare(
      "SELECT name, coll FROM pragma_index_xinfo(?1, 'main') WHERE \"key\" ORDER BY seqno");
  columns.with(index.name);
  while (columns.step()) {
    index.columns.emplace_back(columns.text(0));
    index.collations.emplace_back(columns.text(1));
    if (columns.is_null(0) || !is_same_name(columns.text(1), "binary")) index.is_plain = false;
  }
}

}  // namespace

// https://www.sqlite.org/pragma.html#pragma_index_list
std::vector<ExistingIndex> look_at_indexes(Database& database, const std::string& table) {
  std::vector<ExistingIndex> indexes;
  Statement list = database.prepare(
      "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1, 'main') ORDER BY seq");
  list.with(table);
  while (list.step()) {
    indexes.push_back({.name = std::string(list.text(0)),
                       .columns = {},
                       .collations = {},
                       .is_unique = list.integer(1) != 0,
                       .is_of_primary_key = list.text(2) == "pk",
                       .is_plain = list.integer(3) == 0});
  }
  for (ExistingIndex& index : indexes) look_at_columns(database, index);
  return indexes;
}

}  // namespace sluice
