#include "sqlite/transaction.h"

#include <sqlite3.h>

#include "sqlite/database.h"

namespace sluice {

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() { roll_back(); }

void Transaction::commit() { database_.execute("COMMIT"); }

void Transaction::restart() {
  roll_back();
  database_.execute("BEGIN IMMEDIATE");
}

void Transaction::roll_back() noexcept {
  // A ROLLBACK that fails leaves nothing to be done here: what was not committed is never seen
  // by another connection and is gone when this one closes.
  if (database_.in_transaction()) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace sluice
