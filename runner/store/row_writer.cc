#include "store/row_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store/independent_rows.h"
#include "store/layout.h"
#include "store/reject_table.h"
#include "store/row_sql.h"
#include "types/order.h"

namespace sluice {
namespace {

std::int64_t ask_number(Statement& statement) {
  std::int64_t number = 0;
  while (statement.step()) number = statement.integer(0);
  return number;
}

// Rows of messages before `end`.
std::size_t rows_before(const Batch& batch, std::uint32_t end) {
  std::size_t rows = batch.row_count();
  while (rows > 0 && batch.message_of_row(rows - 1) >= end) --rows;
  return rows;
}

// Behind the last row of the message that this row is of.
std::size_t rows_of_message_end(const Batch& batch, std::size_t row) {
  const std::uint32_t message = batch.message_of_row(row);
  while (row < batch.row_count() && batch.message_of_row(row) == message) ++row;
  return row;
}

// By newest_by; without it whatever comes replaces what is there.
Meeting::Judge judge_of(const PlannedTable& plan) {
  if (!plan.newest_by) return {};
  return [spec = plan.columns[*plan.newest_by].spec](const Cell& stored,
                                                     const Cell& arriving) -> std::optional<bool> {
    const auto order = compare_kept(stored, arriving, spec);
    if (!order) return {};
    return *order <= 0;
  };
}

Reject reject_of_message(const Refusal& refusal, const std::string& table, std::uint32_t message,
                         bool is_tombstone) {
  if (is_tombstone && refusal.kind == Refusal::Kind::foreign_key) {
    return {message, "", "would delete a row that a FOREIGN KEY refers to"};
  }
  return reject_of(refusal, table, message);
}

bool is_tombstone(const Batch& batch, std::uint32_t message) {
  return batch.messages()[message].fate == Fate::tombstone;
}

}  // namespace

RowWriter::Changes& RowWriter::Changes::operator+=(const Changes& more) {
  inserted += more.inserted;
  updated += more.updated;
  deleted += more.deleted;
  unchanged += more.unchanged;
  ignored += more.ignored;
  return *this;
}

RowWriter::RowWriter(Database& database, BatchTable& batch_table, const PlannedTable& plan,
                     std::string condition)
    : database_(database),
      batch_table_(batch_table),
      plan_(plan),
      condition_(std::move(condition)),
      upserts_(plan.write_mode == WriteMode::upsert),
      meeting_(judge_of(plan)),
      ask_schema_version_(database.prepare("PRAGMA schema_version")),
      steps_(plan.key_cells) {
  if (upserts_) meeting_.register_with(database);
  prepare();
}

void RowWriter::prepare() {
  schema_version_ = ask_number(ask_schema_version_);
  const std::optional<ExistingTable> table = check_layout(database_, plan_);
  row_by_row_ = table && (table->must_be_written_row_by_row || (upserts_ && table->is_referred_to));
  collations_ = key_collations(table, plan_);
  // Which of the rows of a key the condition lets through, it can only tell one by one.
  independent_ = table && rows_are_independent(*table, plan_) && condition_ == all_rows;
  try {
    prepare_statements();
  } catch (const Error& error) {
    if (error.code() != ExitCode::our_bug) throw;
    // Its columns are right, so it is what hangs on it: a trigger that names what is not there.
    throw Error(ExitCode::definition, error.what())
        .during(fmt::format("preparing an INSERT into {}", quote_identifier(plan_.name)))
        .hint("see whether its triggers and checks work, with an INSERT by hand");
  }
}

void RowWriter::prepare_statements() {
  const auto write = [this](const char* verb) {
    return database_.prepare(write_sql(verb, plan_, batch_table_, meeting_, condition_));
  };
  write_all_ = write("INSERT OR FAIL");
  // With triggers the plain form: an OR clause out here would override those inside of them.
  write_one_ = write(row_by_row_ ? "INSERT" : "INSERT OR ABORT");
  if (upserts_) delete_ = database_.prepare(delete_sql(plan_, collations_, condition_));
}

void RowWriter::prepare_again_if_table_changed() {
  if (ask_number(ask_schema_version_) != schema_version_) prepare();
}

RowWriter::Result RowWriter::write(Transaction& transaction, const Batch& batch,
                                   std::int64_t rejects_left) {
  prepare_again_if_table_changed();
  if (!row_by_row_) {
    if (std::optional<Result> result = write_at_once(batch, rejects_left)) {
      return *std::move(result);
    }
    transaction.restart();
    prepare_again_if_table_changed();
  }
  refused_.clear();
  for (;;) {
    if (std::optional<Result> result = write_one_by_one(batch, rejects_left)) {
      return *std::move(result);
    }
    transaction.restart();
    prepare_again_if_table_changed();
  }
}

std::optional<RowWriter::Result> RowWriter::write_at_once(const Batch& batch,
                                                          std::int64_t rejects_left) {
  Result result{.verdict = Verdict(batch, rejects_left)};
  result.verdict.pass_to_end();
  const std::size_t rows = rows_before(batch, result.verdict.end());
  if (rows == 0) return result;
  if (upserts_) {
    if (!take_steps(batch, rows, result.rows)) return std::nullopt;
  } else {
    batch_table_.show(batch, 0, rows);
    if (run_write(*write_all_, rows, result.rows)) return std::nullopt;
  }
  return result;
}

// False where the table refused something.
bool RowWriter::take_steps(const Batch& batch, std::size_t end, Changes& changes) {
  // Which of the rows of a key replaces the one before it, newest_by can only tell one by one.
  const auto steps =
      independent_ ? steps_.by_key(batch, end, !plan_.newest_by) : steps_.by_arrival(batch, end);
  for (const WriteSteps::Step& step : steps) {
    batch_table_.show(batch, step.rows);
    const auto refusal =
        step.deletes ? run_delete(changes) : run_write(*write_all_, step.rows.size(), changes);
    if (refusal) return false;
  }
  changes.updated += steps_.superseded();
  return true;
}

// Nothing where a trigger undid the whole transaction (RAISE(ROLLBACK)). The row that did it is
// known now and will not be tried again, so this comes to an end.
std::optional<RowWriter::Result> RowWriter::write_one_by_one(const Batch& batch,
                                                             std::int64_t rejects_left) {
  Result result{.verdict = Verdict(batch, rejects_left)};
  for (std::size_t row = 0; row < batch.row_count();) {
    if (!result.verdict.pass_to(batch.message_of_row(row))) return result;
    const std::size_t end = rows_of_message_end(batch, row);
    const Reject* reject = write_message(batch, row, end, result);
    if (!database_.in_transaction()) return std::nullopt;
    if (reject != nullptr && !result.verdict.refuse(*reject)) return result;
    row = end;
  }
  result.verdict.pass_to_end();
  return result;
}

// Null where the message's rows are in, or were ignored. A message goes in whole or not at all.
const Reject* RowWriter::write_message(const Batch& batch, std::size_t first, std::size_t last,
                                       Result& result) {
  const std::uint32_t message = batch.message_of_row(first);
  if (const auto known = refused_.find(message); known != refused_.end()) return &known->second;
  const bool needs_savepoint = row_by_row_ || last - first > 1;
  if (needs_savepoint) database_.execute("SAVEPOINT sluice_message");
  Changes of_message;
  std::optional<Refusal> refusal;
  for (std::size_t row = first; row < last && !refusal; ++row) {
    refusal = write_row(batch, row, of_message);
  }
  if (needs_savepoint && database_.in_transaction()) {
    if (refusal) database_.execute("ROLLBACK TO sluice_message");
    database_.execute("RELEASE sluice_message");
  }
  if (refusal) {
    Reject reject = reject_of_message(*refusal, plan_.name, message, is_tombstone(batch, message));
    return &refused_.emplace(message, std::move(reject)).first->second;
  }
  result.rows += of_message;
  return nullptr;
}

std::optional<Refusal> RowWriter::write_row(const Batch& batch, std::size_t row, Changes& changes) {
  batch_table_.show(batch, row, row + 1);
  const bool deletes = is_tombstone(batch, batch.message_of_row(row));
  std::optional<Refusal> refusal =
      deletes ? run_delete(changes) : run_write(*write_one_, 1, changes);
  if (!refusal && row_by_row_ && database_.has_broken_deferred_key()) {
    refusal = Refusal{Refusal::Kind::foreign_key, {}};
  }
  return refusal;
}

std::optional<Refusal> RowWriter::run_write(Statement& statement, std::size_t rows,
                                            Changes& changes) {
  meeting_.begin();
  if (auto refusal = statement.try_run()) return refusal;
  const auto [met, refused] = meeting_.counts();
  const std::int64_t changed = database_.changes();
  const std::int64_t updated =
      std::min(met - refused, changed);  // a trigger may ignore the one row
  changes.updated += updated;
  changes.inserted += changed - updated;
  changes.unchanged += refused;
  const std::int64_t passed_over = static_cast<std::int64_t>(rows) - changed - refused;
  (condition_ == all_rows ? changes.ignored : changes.unchanged) += passed_over;
  return std::nullopt;
}

std::optional<Refusal> RowWriter::run_delete(Changes& changes) {
  if (auto refusal = delete_->try_run()) return refusal;
  changes.deleted += database_.changes();
  return std::nullopt;
}

}  // namespace sluice
