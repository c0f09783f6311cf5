#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "store/existing_table.h"

namespace sluice {

class Database;

// One way in which a table of the database is not what its dataset declares, where that would lose,
// change or refuse a row. More columns, looser constraints and another order are the user's affair.
struct Difference {
  std::string what;       // "column "city" is missing"
  std::string mended_by;  // the statement that would mend it, or why none can
  // Whether `mended_by` is a statement that keeps every row: `sluice build` runs it.
  bool can_be_built = false;
};

// All of them, in the order of the columns, then key and indexes. Reads only.
std::vector<Difference> differences(Database& database, const ExistingTable& existing,
                                    const PlannedTable& plan);

}  // namespace sluice
