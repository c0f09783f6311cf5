#pragma once

#include <cstdint>
#include <string>

namespace sluice {

class Database;

// Keeps the -wal file of a database that is written for long from growing without a word.
//
// Its pages are moved into the database as they come (see Checkpointer), but never those that a
// reader's snapshot still needs, and SQLite begins the file anew only when no reader looks at it
// (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files). So a reader that stays
// for long makes the file grow. Nobody may be thrown out; what can be done is to empty the file at
// the first moment that allows it, and to say why the disk fills. One thread, that of the database.
class WalWatch {
 public:
  static constexpr std::int64_t default_limit = 64 << 20;

  // Tells SQLite to cut the file to `limit_bytes` whenever it begins it anew.
  explicit WalWatch(Database& database, std::int64_t limit_bytes = default_limit);

  // After a commit. Where the file is over the limit it is emptied, if no reader is in the way;
  // else this is a warning in the log, once until it was emptied. Waits for the thread
  // of a Checkpointer, but for nobody else. Returns whether it warned.
  bool look();

 private:
  Database& database_;
  std::string path_;
  std::int64_t limit_bytes_;
  std::int64_t next_try_bytes_;
  bool has_warned_ = false;
};

}  // namespace sluice
