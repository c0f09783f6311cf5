#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "sqlite/patience.h"
#include "store/new_file.h"
#include "store/table_lock.h"

namespace sluice {

class Database;
class Transaction;

// What would make a dataset's tables as the dataset declares them.
struct TableBuild {
  std::vector<std::string> sql;        // each keeps every row that is there
  std::vector<std::string> obstacles;  // what no statement can do, with the reason
  std::vector<std::string> remarks;    // where a table is stricter, and stays so
};

// Reads only.
TableBuild plan_build(Database& database, const std::vector<PlannedTable>& tables);

// Makes or extends the tables of one database: first plan(), which changes nothing, then run().
// While it lives no job loads any of the tables, and from plan() on nobody else writes into the
// database; readers go on. A file that was made here and not kept by run() is removed again.
//
// Throws Error{try_later} where a job has one of the tables, or another writer the database for
// longer than the patience; Error{io} where disk or database fail. One thread.
class DatabaseBuilder {
 public:
  // Takes the tables' locks. `tables`: at least one, all of one database.
  DatabaseBuilder(std::vector<PlannedTable> tables, Patience patience);
  ~DatabaseBuilder();
  DatabaseBuilder(const DatabaseBuilder&) = delete;
  DatabaseBuilder& operator=(const DatabaseBuilder&) = delete;

  const TableBuild& plan();

  // All statements in one transaction; on disk when it returns. Throws Error{definition} where the
  // rows that are there do not allow one of them (a UNIQUE index), and has then changed nothing.
  void run();

 private:
  void take_locks();

  std::vector<PlannedTable> tables_;
  Patience patience_;
  std::vector<std::unique_ptr<TableLock>> locks_;  // before the database: released after it
  std::unique_ptr<NewFile> file_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Transaction> transaction_;
  bool is_new_ = false;
  TableBuild build_;
};

// The plan without a builder, for who only wants to see it: takes no lock, makes no file.
TableBuild preview_build(const std::vector<PlannedTable>& tables);

}  // namespace sluice
