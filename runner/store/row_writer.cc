#include "store/row_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "sqlite/transaction.h"
#include "store/layout.h"
#include "store/names.h"
#include "store/reject_table.h"

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

}  // namespace

RowWriter::RowWriter(Database& database, BatchTable& batch_table, const PlannedTable& plan)
    : database_(database),
      batch_table_(batch_table),
      plan_(plan),
      ask_schema_version_(database.prepare("PRAGMA schema_version")) {
  prepare();
}

std::string RowWriter::insert_sql(const char* verb) const {
  std::string columns;
  for (const PlannedColumn& column : plan_.columns) {
    columns += (columns.empty() ? "" : ", ") + quote_identifier(column.name);
  }
  std::string cells = batch_table_.cell_columns();
  for (const ProvenanceColumn& column : provenance_columns(plan_)) {
    columns += fmt::format(", {}", column.name);
  }
  if (plan_.provenance) cells += ", " + BatchTable::origin_columns(plan_.has_elements);
  return fmt::format("{} INTO {} ({}) SELECT {} FROM sluice_batch", verb,
                     quote_identifier(plan_.name), columns, cells);
}

void RowWriter::prepare() {
  schema_version_ = ask_number(ask_schema_version_);
  const std::optional<ExistingTable> table = check_layout(database_, plan_);
  row_by_row_ = table && table->must_be_written_row_by_row;
  try {
    insert_all_ = database_.prepare(insert_sql("INSERT OR FAIL"));
    // With triggers the plain form: an OR clause out here would override those inside of them.
    insert_one_ = database_.prepare(insert_sql(row_by_row_ ? "INSERT" : "INSERT OR ABORT"));
  } catch (const Error& error) {
    if (error.code() != ExitCode::our_bug) throw;
    // Its columns are right, so it is what hangs on it: a trigger that names what is not there.
    throw Error(ExitCode::definition, error.what())
        .during(fmt::format("preparing an INSERT into {}", quote_identifier(plan_.name)))
        .hint("see whether its triggers and checks work, with an INSERT by hand");
  }
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
  batch_table_.show(batch, 0, rows);
  if (insert_all_->try_run()) return std::nullopt;
  result.rows.inserted = database_.changes();
  result.rows.ignored = static_cast<std::int64_t>(rows) - result.rows.inserted;
  return result;
}

// Nothing where a trigger undid the whole transaction (RAISE(ROLLBACK)). The row that did it is
// known now and will not be tried again, so this comes to an end.
std::optional<RowWriter::Result> RowWriter::write_one_by_one(const Batch& batch,
                                                             std::int64_t rejects_left) {
  Result result{.verdict = Verdict(batch, rejects_left)};
  for (std::size_t row = 0; row < batch.row_count();) {
    if (!result.verdict.pass_to(batch.message_of_row(row))) return result;
    const std::size_t end = rows_of_message_end(batch, row);
    const Reject* reject = insert_message(batch, row, end, result);
    if (!database_.in_transaction()) return std::nullopt;
    if (reject != nullptr && !result.verdict.refuse(*reject)) return result;
    row = end;
  }
  result.verdict.pass_to_end();
  return result;
}

// Null where the message's rows are in, or were ignored. A message goes in whole or not at all.
const Reject* RowWriter::insert_message(const Batch& batch, std::size_t first, std::size_t last,
                                        Result& result) {
  const std::uint32_t message = batch.message_of_row(first);
  if (const auto known = refused_.find(message); known != refused_.end()) return &known->second;
  const bool needs_savepoint = row_by_row_ || last - first > 1;
  if (needs_savepoint) database_.execute("SAVEPOINT sluice_message");
  Inserted of_message;
  std::optional<Refusal> refusal;
  for (std::size_t row = first; row < last && !refusal; ++row) {
    refusal = insert_row(batch, row, of_message);
  }
  if (needs_savepoint && database_.in_transaction()) {
    if (refusal) database_.execute("ROLLBACK TO sluice_message");
    database_.execute("RELEASE sluice_message");
  }
  if (refusal) {
    return &refused_.emplace(message, reject_of(*refusal, plan_.name, message)).first->second;
  }
  result.rows.inserted += of_message.inserted;
  result.rows.ignored += of_message.ignored;
  return nullptr;
}

std::optional<Refusal> RowWriter::insert_row(const Batch& batch, std::size_t row, Inserted& count) {
  batch_table_.show(batch, row, row + 1);
  std::optional<Refusal> refusal = insert_one_->try_run();
  if (!refusal && row_by_row_ && database_.has_broken_deferred_key()) {
    refusal = Refusal{Refusal::Kind::foreign_key, {}};
  }
  if (!refusal) ++(database_.changes() == 0 ? count.ignored : count.inserted);
  return refusal;
}

}  // namespace sluice
