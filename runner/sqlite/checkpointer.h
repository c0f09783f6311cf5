#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

struct sqlite3;

namespace sluice {

class Database;

// Moves pages of a -wal file into its database, in place of the checkpoints that SQLite makes in
// commits (PRAGMA wal_autocheckpoint), so that who writes waits less for the disk: a quarter of the
// file at a time by a thread with a connection of its own, beside whoever writes, and what is left
// by the commit that has filled the file, which may begin anew then.
//
// The thread's checkpoints are PASSIVE (https://www.sqlite.org/c3ref/wal_checkpoint_v2.html): they
// wait for no reader and hold up no writer; they sync the -wal file first, and the database where
// they leave nothing in the file, without which it does not begin anew: a power cut finds what it
// would find after any other. The commit's are FULL without waiting: they hold the write lock where
// nobody else has it, and another writer waits for that.
//
// Before 3.51.3 (3.50.7, 3.44.6) SQLite damages a database where a checkpoint begins that has
// nothing to move, and the file begins anew at that moment
// (https://sqlite.org/wal.html#walresetbug). So the thread is asked right after a commit only,
// whose pages nobody can have moved: no other checkpoint of this process runs from there to its
// end, and the file does not begin anew before all are moved. Who holds the write lock cannot meet
// it at all.
//
// Its methods, and the commits, are for one thread at a time.
class Checkpointer {
 public:
  // Fewer pages than this are left to the commit: least of a quarter for a thread.
  static constexpr std::int64_t least_pages = 64;

  // From now on for the commits of `writer`, which is in WAL mode by the time that one fills a
  // quarter of the file and must outlive this. `full_pages`: of the file, 1 or more.
  Checkpointer(Database& writer, std::int64_t full_pages);
  // Waits as finish() does.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Waits until the thread moves nothing: another checkpoint would be refused meanwhile.
  void finish();
  // Somebody has emptied the file.
  void emptied();

 private:
  static int on_commit(void* self, sqlite3*, const char*, int pages_in_file) noexcept;
  void committed(std::int64_t pages_in_file);
  void move_rest();
  bool begin();
  void run();
  bool move() noexcept;

  Database& writer_;
  const std::string path_;
  const std::int64_t full_pages_;
  std::int64_t pages_in_file_ = 0;  // with the last commit
  std::int64_t new_pages_ = 0;      // since pages were to be moved
  bool has_warned_ = false;

  std::unique_ptr<Database> database_;  // the thread's
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_moving_ = false;
  bool has_failed_ = false;
  bool is_closing_ = false;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace sluice
