#pragma once

#include <string>
#include <string_view>

#include "plan/positions.h"
#include "sqlite/statement.h"

namespace sluice {

class Database;

// The rows of <table>__gaps that a job writes: in the transaction that moves the position over the
// lost range, so that there is never one without the other.
class GapTable {
 public:
  // Prepares the statement; the table must be there.
  GapTable(Database& database, const std::string& table);

  void add(const PartitionId& id, const LostRange& lost, std::string_view job_id,
           std::string_view now);

 private:
  Statement insert_;
};

}  // namespace sluice
