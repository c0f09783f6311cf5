#pragma once

#include <cstdint>

namespace sluice {

class Database;

// Has the disk begin with what a commit wrote to the -wal file, so that it works while the next
// batches are made.
//
// A commit of a large load leaves its pages to the kernel's cache (PRAGMA synchronous = NORMAL,
// https://www.sqlite.org/pragma.html#pragma_synchronous), which keeps them for half a minute. A
// checkpoint syncs the file before it moves the pages, and everything of the writing half would
// wait for all of them there. This is no sync and promises nothing: what it cannot do, the sync
// does, and tells. One thread, that of the database.
class WalWriteback {
 public:
  // A commit of fewer pages is left to the kernel.
  static constexpr std::int64_t least_pages = 64;

  // The database must outlive it.
  explicit WalWriteback(Database& database) : database_(database) {}
  ~WalWriteback();
  WalWriteback(const WalWriteback&) = delete;
  WalWriteback& operator=(const WalWriteback&) = delete;

  // After a commit. Waits only where the disk takes no more requests.
  void begin();

 private:
  Database& database_;
  int descriptor_ = -1;  // of the file, from the first large commit on
};

}  // namespace sluice
