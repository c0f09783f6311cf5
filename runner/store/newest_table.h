#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/statement.h"
#include "store/row_sql.h"

namespace sluice {

class Database;

// <table>__newest: for an upsert into a table that has rejects, which message last wrote each key
// and which last deleted it. So a reject that is loaded again later never overwrites what a newer
// message has left: the row alone cannot tell, least of all one that was deleted.
//
// It is there only while the table has rejects, and then it knows every key that was written since
// the first of them came: tables without rejects pay nothing. Where it is missing beside rejects
// (they came by an append, or by an earlier version), every row that is there counts as newer.
//
// Newer is, within a partition, the greater offset; between the partitions of a topic, the later
// time of the message, and what is written stands where the times are the same or unknown. Topics
// are not compared with one another: Kafka knows no order between them.
//
// Every method belongs inside the caller's transaction. One thread.
class NewestTable {
 public:
  // Both must outlive it; the plan upserts.
  // `replays`: only rows that are not older than what is noted write something.
  NewestTable(Database& database, BatchTable& batch_table, const PlannedTable& plan, bool replays);

  // Before the first batch of a job. Where the table has rejects and this is missing, makes it and
  // takes every row for newer. For a replay it is there in any case.
  void begin();

  // Once the rows of the messages before `end` are written, those of `rejected` messages (in order)
  // apart. Does nothing while neither the table nor the batch has rejects.
  void note(const Batch& batch, std::uint32_t end, std::span<const std::uint32_t> rejected);

  // SQL: a row of the batch table is not older than what is noted of its key.
  // After begin().
  std::string is_newest_sql() const;

 private:
  void make();
  void seed();
  void prepare();
  std::string note_sql(bool is_deletion) const;

  Database& database_;
  BatchTable& batch_table_;
  const PlannedTable& plan_;
  KeyCollations collations_;
  const bool replays_;
  bool is_there_ = false;
  std::optional<Statement> note_rows_;
  std::optional<Statement> note_deletions_;
  std::vector<std::uint32_t> rows_;  // of the batch at hand
  std::vector<std::uint32_t> deletions_;
};

// Takes it away where the table has no rejects any more.
void drop_newest_without_rejects(Database& database, const std::string& table);

// An append writes keys that nobody notes: takes it away.
void drop_newest(Database& database, const std::string& table);

}  // namespace sluice
