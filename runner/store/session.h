#pragma once

#include <optional>

#include "plan/plan.h"
#include "sqlite/batch_table.h"
#include "sqlite/database.h"
#include "store/history.h"
#include "store/newest_table.h"
#include "store/position_table.h"
#include "store/reject_table.h"
#include "store/row_writer.h"
#include "store/uncommitted.h"
#include "store/wal_watch.h"
#include "store/wal_writeback.h"

namespace sluice {

// The open database of a table that is written, and what is prepared on it. Stays where it was
// made; the table must outlive it. One thread.
struct Session {
  // Opens the file, which must be there, and prepares it for loads; makes nothing in it. Whoever
  // will keep nothing leaves the journal as it is: the mode stands in the file.
  enum class Journal { wal, as_it_is };
  Session(const PlannedTable& table, Patience patience, Journal journal = Journal::wal);

  // Prepares what follows, for a load or for the replay of rejects; the layout must be there.
  // Inside the caller's transaction.
  enum class Purpose { load, replay };
  void prepare(Purpose purpose);

  // Readers are never blocked in WAL mode, https://www.sqlite.org/wal.html. Changing the mode needs
  // the file for itself. Throws Error{io} where its file system does not allow it.
  void use_wal();

  // PRAGMA synchronous.
  void sync(const char* level);

  // Throws Error{io} where what is written now would be lost.
  void check_file_is_there() const;

  const PlannedTable& table;
  BatchTable batch_table;  // before the database, which looks at it until it is closed
  Database database;
  WalWatch wal_watch;
  WalWriteback wal_writeback;
  bool wal = false;
  std::optional<History> history;
  std::optional<PositionTable> positions;
  std::optional<RejectTable> rejects;
  std::optional<RowWriter> rows;
  std::optional<NewestTable> newest;       // of an upsert
  std::optional<Uncommitted> uncommitted;  // the open transaction
};

}  // namespace sluice
