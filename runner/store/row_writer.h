#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/meeting.h"
#include "sqlite/statement.h"
#include "store/row_sql.h"
#include "store/verdict.h"
#include "store/write_steps.h"

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
// In an upsert the rows of tombstones delete. Rows of one key act in the order of their messages;
// rows of different keys as well, unless rows_are_independent(): then they are sorted by key, and a
// row that the same batch writes over is not written at all. What becomes of each message, and with
// it every count, is the same as if it had come alone.
//
// Tables with triggers or foreign keys are always written row by row, each message in a savepoint.
// A deferred foreign key must hold after each row: how messages fall into batches must not matter.
//
// One thread. Rows of a batch stand in the order of its messages.
class RowWriter {
 public:
  // Prepares the statements; the table must be there and fit the plan. All are kept by reference.
  // `condition`: SQL, which rows of an upsert may change something; others count as unchanged.
  RowWriter(Database& database, BatchTable& batch_table, const PlannedTable& plan,
            std::string condition = all_rows);
  static constexpr const char* all_rows = "true";
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  struct Changes {
    std::int64_t inserted = 0;
    std::int64_t updated = 0;  // rows that were there, be the values the same or not
    std::int64_t deleted = 0;
    std::int64_t unchanged = 0;  // refused by newest_by or the condition
    std::int64_t ignored = 0;    // a trigger's RAISE(IGNORE): neither row nor reject

    Changes& operator+=(const Changes& more);
  };
  struct Result {
    Verdict verdict;
    Changes rows = {};
  };

  // Inside `transaction`, before anything else was written in it since its beginning or mark: it
  // may be undone and begun anew. The result's rejects live until the next write. Throws
  // Error{definition} where the table was changed meanwhile so that it does not fit any more.
  Result write(Transaction& transaction, const Batch& batch, std::int64_t rejects_left);

  // Whether a batch may undo the whole transaction it is written in, as triggers can. Known after
  // write().
  bool may_undo_all() const { return row_by_row_; }

 private:
  void prepare();
  void prepare_again_if_table_changed();
  void prepare_statements();

  std::optional<Result> write_at_once(const Batch& batch, std::int64_t rejects_left);
  bool take_steps(const Batch& batch, std::size_t end, Changes& changes);
  std::optional<Result> write_one_by_one(const Batch& batch, std::int64_t rejects_left);
  const Reject* write_message(const Batch& batch, std::size_t first, std::size_t last,
                              Result& result);
  std::optional<Refusal> write_row(const Batch& batch, std::size_t row, Changes& changes);
  std::optional<Refusal> run_write(Statement& statement, std::size_t rows, Changes& changes);
  std::optional<Refusal> run_delete(Changes& changes);

  Database& database_;
  BatchTable& batch_table_;
  const PlannedTable& plan_;
  const std::string condition_;
  const bool upserts_;
  bool row_by_row_ = false;
  bool independent_ = false;
  KeyCollations collations_;
  std::int64_t schema_version_ = 0;
  Meeting meeting_;  // before the statements, which ask it
  Statement ask_schema_version_;
  std::optional<Statement> write_all_;
  std::optional<Statement> write_one_;
  std::optional<Statement> delete_;
  WriteSteps steps_;
  std::map<std::uint32_t, Reject> refused_;  // of the batch at hand, by message
};

}  // namespace sluice
