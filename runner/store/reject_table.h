#pragma once

#include <string>
#include <string_view>

#include "data/batch.h"
#include "sqlite/failure.h"
#include "sqlite/statement.h"
#include "store/position_table.h"

namespace sluice {

class Database;

// What the table said to a row, in words for a person; `column` where it named some ("a, b").
Reject reject_of(const Refusal& refusal, std::string_view table, std::uint32_t message);

// The rows of <table>__rejects that a job writes. Inside the caller's transaction.
class RejectTable {
 public:
  // Prepares the statement; the table must be there.
  RejectTable(Database& database, const std::string& table);

  void add(const HeldPosition& from, const Message& message, const Reject& reject,
           std::string_view job_id);

  // The row of a reject that a replay has taken up again; the address must still be that of the
  // row. Both throw Error{try_later} where it is not: somebody else was here, and the caller's
  // transaction must be undone. That alone makes a replay exactly once.
  void remove(std::int64_t row, const HeldPosition& from, Offset offset);
  void keep(std::int64_t row, const HeldPosition& from, Offset offset, const Reject& reject,
            std::string_view job_id);

 private:
  void check_was_there(const HeldPosition& from, Offset offset) const;

  Database& database_;
  Statement insert_;
  Statement remove_;
  Statement keep_;
};

}  // namespace sluice
