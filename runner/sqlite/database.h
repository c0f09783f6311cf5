#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sqlite/commit_watch.h"
#include "sqlite/patience.h"
#include "sqlite/statement.h"

struct sqlite3;

namespace sluice {

class Checkpointer;

// One connection to one SQLite file, and one more for the thread of move_wal_at(). It is used by
// one thread at a time (SQLITE_OPEN_NOMUTEX) and stays where it was made, since statements point to
// it; all of them must be gone before it.
//
// A lock that somebody else holds is waited for with Patience. In SQL that runs here "x" is always
// a name, never a text (https://www.sqlite.org/quirks.html#dblquote), so a misspelt name is an
// error. Failures are thrown as failure_of() says.
class Database {
 public:
  enum class Mode {
    look,    // must exist; no row of it can be changed
    write,   // must exist
    create,  // is made, empty, where it is missing
  };

  Database(std::string path, Mode mode, Patience patience);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without parameters and results, separated by semicolons.
  void execute(const std::string& sql);

  // The first value of the first row as text; empty without a row or where it is NULL.
  std::string ask(std::string_view sql);

  // Whether nothing was written yet, so that `PRAGMA page_size` still sets the size of pages.
  bool is_empty();

  Statement prepare(std::string_view sql);

  bool in_transaction() const;

  // Rows that the last finished INSERT, UPDATE or DELETE itself changed, not its triggers.
  std::int64_t changes() const;

  // Whether a foreign key that is checked at COMMIT is broken now.
  bool has_broken_deferred_key() const;

  // Whether the file was removed or replaced since it was opened: what is written now is lost.
  bool was_moved() const;

  // Where the -wal file of one on a disk is: beside the file itself, wherever a link to it lies.
  std::string wal_path() const;

  // Pages that transactions wrote to files since the last call: in WAL mode, to the -wal file.
  std::int64_t take_pages_written();

  // From now on a Checkpointer moves the pages of the -wal file, which is full at so many, in place
  // of PRAGMA wal_autocheckpoint.
  void move_wal_at(std::int64_t full_pages);

  // sqlite3_wal_checkpoint_v2() in this mode, which waits for nobody; its result.
  int checkpoint(int mode);

  // Moves what the -wal file holds into the database and empties the file. Waits for a
  // Checkpointer's thread, but for nobody else: false where a reader or another writer is in the
  // way, or where it fails, of which the next write tells.
  bool try_truncate_wal();
  // The same, but a reader or writer is waited for as for any lock; false where that was in vain.
  bool truncate_wal();

  // Writes the database's first page as it is, in the caller's transaction. What changes nothing
  // (an UPDATE to the same values) writes no page, and a commit without a page syncs nothing.
  void touch();

  const std::string& path() const { return path_; }
  CommitWatch& commit_watch() { return commit_watch_; }
  sqlite3* handle() const { return handle_.get(); }

  // The last call's failure, and the same thrown.
  Error failure() const;
  [[noreturn]] void fail() const { throw failure(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  static int on_busy(void* waiting, int tries) noexcept;

  std::string path_;
  CommitWatch commit_watch_;
  Waiting waiting_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

}  // namespace sluice
