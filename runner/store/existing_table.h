#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/existing_index.h"

namespace sluice {

class Database;

// A column as a table of the database has it.
struct ExistingColumn {
  std::string name;
  bool fills_itself = false;  // has a default, is generated, is the rowid, or may be NULL
  bool generated = false;
  std::string type;       // as declared, in small letters; may be empty
  bool is_rowid = false;  // INTEGER PRIMARY KEY: holds integers only
  bool not_null = false;
  std::string collation = "BINARY";
};

// A table that is there already, by us or by somebody else.
struct ExistingTable {
  std::string kind;  // table, view, virtual, shadow
  std::vector<ExistingColumn> columns;

  // Triggers and foreign keys judge more than the row at hand, so that a refused row in the middle
  // of a statement leaves traces. Such a table is written row by row.
  bool must_be_written_row_by_row = false;
  // Foreign keys of other tables lead here: the same for a row that is changed or deleted.
  bool is_referred_to = false;

  bool is_strict = false;  // https://www.sqlite.org/stricttables.html
  bool may_have_checks = false;
  std::vector<std::string> primary_key;  // in its order
  std::vector<ExistingIndex> indexes;

  const ExistingColumn* find(std::string_view column) const;
  // Whether no two rows can have the same values in these columns, in any order, so that ON
  // CONFLICT may name them.
  bool has_key(const std::vector<std::string>& columns) const;
  // The collation by which this key compares one of its columns, be it the column's own or not.
  // Only a primary key may have another than BINARY.
  std::string key_collation(const std::vector<std::string>& key, std::string_view column) const;
  // Whether an index, or the primary key, begins with these columns.
  bool has_index(const std::vector<std::string>& columns) const;
};

bool has_table(Database& database, const std::string& name);
std::vector<std::string> column_names(Database& database, const std::string& table);

// Nothing where the database has no table of that name.
std::optional<ExistingTable> look_at_table(Database& database, const std::string& name);

}  // namespace sluice
