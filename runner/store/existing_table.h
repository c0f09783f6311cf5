#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
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
};

// Nothing where the database has no table of that name.
std::optional<ExistingTable> look_at_table(Database& database, const std::string& name);

// Whether rows of the plan that fit their columns cannot be refused, nor tied to one another by
// anything but the primary key: then the order of rows with different keys does not matter, and of
// the rows of one key the last is enough.
bool rows_are_independent(const ExistingTable& existing, const PlannedTable& plan);

// Whether rows of the plan can go in: it is a table, it has every declared column, those that are
// filled can be filled and keep what they are given as it is, what no row fills fills itself, and
// an upsert finds its key.
// Else Error{definition} that names all that is wrong. More columns are the user's affair, and
// types that change no value.
void check_fits(const ExistingTable& existing, const PlannedTable& plan);

}  // namespace sluice
