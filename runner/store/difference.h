#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

class Database;
class IndexNames;

// One way in which a table of the database is not what its dataset declares, where that would lose,
// change or refuse a row. More columns, looser constraints and another order are the user's affair.
struct Difference {
  enum class Kind {
    buildable,  // the statement keeps every row: `sluice build` runs it
    obstacle,   // for a person to mend; no row goes in before
    strictness  // the table refuses what the dataset allows: rows go in, and such a message is a
                // reject
  };
  std::string what;       // "column "city" is missing"
  std::string statement;  // that would mend it; empty where none can
  std::string advice;     // what else would, or why the statement is left to a person; may be empty
  Kind kind = Kind::obstacle;

  // Advice and statement in one line.
  std::string mended_by() const;
};

// All of them, in the order of the columns, then key and indexes. Reads only. `names`: of indexes
// that are taken; those in the statements are drawn from them.
std::vector<Difference> differences(Database& database, const ExistingTable& existing,
                                    const PlannedTable& plan, IndexNames& names);

}  // namespace sluice
