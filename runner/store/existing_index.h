#pragma once

#include <string>
#include <vector>

namespace sluice {

class Database;

// An index as a table of the database has it, that of its primary key included (but for an INTEGER
// PRIMARY KEY, which is the table itself).
struct ExistingIndex {
  std::string name;
  std::vector<std::string> columns;     // in its order; of an expression, an empty name
  std::vector<std::string> collations;  // beside them
  bool is_unique = false;
  bool is_of_primary_key = false;
  // Over all rows, columns only, compared by their bytes.
  bool is_plain = false;
};

std::vector<ExistingIndex> look_at_indexes(Database& database, const std::string& table);

}  // namespace sluice
