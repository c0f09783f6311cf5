#pragma once

#include <cstdint>

namespace sluice {

class Database;

// Has the disk begin with what commits wrote to the -wal file, so that it works while the next
// batches are made.
//
// A commit of a large load leaves its pages to the kernel's cache (PRAGMA synchronous = NORMAL,
// https://www.sqlite.org/pragma.html#pragma_synchronous), which keeps them for half a minute. A
// checkpoint syncs the file before it moves the pages, and would wait for all of them there: the
// thread of a Checkpointer, or the writing half. This is no sync and promises nothing: what it
// cannot do is left to the sync. One thread, that of the database.
class WalWriteback {
 public:
  // So many are written together; fewer are left to the kernel.
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
  std::int64_t pages_ = 0;  // since the disk was asked
  int descriptor_ = -1;     // of the file, from the first time on
};

}  // namespace sluice
