#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace sluice {

class Database;

// The statements that make the user's table, as the dataset declares it, and parts of it. No other
// file spells them.

// Names of indexes that are taken. A table that was renamed has taken the names of its indexes
// along, so a free name may be any.
class IndexNames {
 public:
  // All that the database has, tables' names included: they share one space.
  static IndexNames of(Database& database);

  // Takes the name of a table that will be made.
  void reserve(const std::string& table);

  // The name, or where it is taken the first of "guesses__provenance_2", "…_3" that is free.
  std::string take(const std::string& name);

 private:
  std::set<std::string> taken_;
};

// CREATE TABLE, and CREATE INDEX of its indexes. Indexes are found again by
// their columns, not by name.
std::vector<std::string> table_sql(const PlannedTable& plan, IndexNames& names);

// A column as behind ADD COLUMN: rows that are there get its default, or NULL.
std::string added_column_sql(const Column& column);

// Makes a column that is there anew, with the declared type and without NOT NULL, and keeps its
// values as that type has them. Several statements; not where anything else names the column.
std::string remade_column_sql(const PlannedTable& plan, const Column& column);

std::string provenance_index_sql(const PlannedTable& plan, IndexNames& names);

// "guesses__by_name_points". Two lists of columns may give the same words.
std::string index_sql(const PlannedTable& plan, const std::vector<std::string>& columns,
                      IndexNames& names);

// "a", "b"
std::string column_list(const std::vector<std::string>& names);
std::vector<std::string> provenance_names(const PlannedTable& plan);

}  // namespace sluice
