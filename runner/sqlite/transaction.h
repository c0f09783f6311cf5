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

  // Throws as failure_of() says; the scope then undoes all.
  void commit();

  // Undoes what was done so far and begins anew.
  void restart();

 private:
  void roll_back() noexcept;

  Database& database_;
};

}  // namespace sluice
