#include "sqlite/transaction.h"

#include <sqlite3.h>

#include "base/error.h"
#include "sqlite/database.h"

namespace sluice {

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() { roll_back(); }

void Transaction::commit() {
  const CommitWatch::Commit watched(database_.commit_watch());
  database_.execute("COMMIT");
}

void Transaction::mark() {
  if (is_marked_) database_.execute("RELEASE sluice_mark");
  database_.execute("SAVEPOINT sluice_mark");
  is_marked_ = true;
}

void Transaction::restart() {
  if (is_marked_ && !database_.in_transaction()) {
    throw Error(ExitCode::definition,
                database_.path() +
                    ": a trigger undid the whole transaction, and with it what was "
                    "written there before the row that it refuses")
        .hint("let the trigger RAISE(ABORT) instead of RAISE(ROLLBACK)");
  }
  if (is_marked_) return database_.execute("ROLLBACK TO sluice_mark");
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
