#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/statement.h"
#include "store/verdict.h"

namespace sluice {

class Database;
class Transaction;

// Puts the rows of a batch into the user's table, and finds those that it refuses.
//
// All rows go in with one INSERT OR FAIL … SELECT (FAIL, since a statement that could be undone
// half-way has to save every page it touches: 2.2 times slower on a keyed table). When that fails
// for whatever reason that is not the world's, all is undone and the rows go in one by one; a
// message with a row whose own INSERT fails is a reject, with all of its rows. So the bad row is
// found by what happens to it alone, never by where the big statement stood: what SQLite keeps then
// depends on the kind of error.
//
// Tables with triggers or foreign keys are always written row by row, each message in a savepoint.
// A deferred foreign key must hold after each row: how messages fall into batches must not matter.
//
// One thread. Rows of a batch stand in the order of its messages.
class RowWriter {
 public:
  // Prepares the statements; the table must be there and fit the plan. All are kept by reference.
  RowWriter(Database& database, BatchTable& batch_table, const PlannedTable& plan);

  struct Inserted {
    std::int64_t inserted = 0;
    std::int64_t ignored = 0;  // a trigger's RAISE(IGNORE): neither row nor reject
  };
  struct Result {
    Verdict verdict;
    Inserted rows = {};
  };

  // Inside `transaction`, before anything else was written in it: it may be undone and begun anew.
  // The result's rejects live until the next write. Throws Error{definition} where the table was
  // changed meanwhile so that it does not fit any more.
  Result write(Transaction& transaction, const Batch& batch, std::int64_t rejects_left);

 private:
  void prepare();
  void prepare_again_if_table_changed();
  std::string insert_sql(const char* verb) const;

  std::optional<Result> write_at_once(const Batch& batch, std::int64_t rejects_left);
  std::optional<Result> write_one_by_one(const Batch& batch, std::int64_t rejects_left);
  const Reject* insert_message(const Batch& batch, std::size_t first, std::size_t last,
                               Result& result);
  std::optional<Refusal> insert_row(const Batch& batch, std::size_t row, Inserted& count);

  Database& database_;
  BatchTable& batch_table_;
  const PlannedTable& plan_;
  bool row_by_row_ = false;
  std::int64_t schema_version_ = 0;
  Statement ask_schema_version_;
  std::optional<Statement> insert_all_;
  std::optional<Statement> insert_one_;
  std::map<std::uint32_t, Reject> refused_;  // of the batch at hand, by message
};

}  // namespace sluice
