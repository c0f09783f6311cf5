#pragma once

namespace sluice {

class Database;

// One write transaction: begun at once (BEGIN IMMEDIATE, so the lock is waited for here and never
// in the middle), kept by commit(), undone when the scope ends without it.
//
// SQLite undoes a transaction by itself after some failures (disk full, a trigger's
// RAISE(ROLLBACK)); Database::in_transaction() tells what is true, and so it is asked.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Throws as failure_of() says; the scope then undoes all. The log hears of one that takes long:
  // see CommitWatch.
  void commit();

  // What was done so far is kept by restart(). Every page that is changed behind a mark for the
  // first time is saved beforehand: cheap where rows are appended, dear where they go everywhere.
  void mark();

  // Undoes what was done since the mark, and without one begins anew. Throws Error{definition}
  // where the transaction was undone as a whole: what stands before the mark is lost.
  void restart();

 private:
  void roll_back() noexcept;

  Database& database_;
  bool is_marked_ = false;
};

}  // namespace sluice
