#pragma once

#include <string>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "store/made_folders.h"

namespace sluice {

// One job at a time on a table: an operating system's lock (flock) on the file
// `<database>.<table>.lock`. The kernel frees it when the process ends, however it ends, so there
// is no stale lock, no pid and no lease time; a process started meanwhile does not inherit it.
//
// It only saves work: where it fails to keep two jobs apart (network file systems), the
// comparison of positions in each transaction still does. The table's lock is taken before the
// database is opened and released after it is closed. One thread.
class TableLock {
 public:
  TableLock(const std::string& database_path, const std::string& table);
  // Releases.
  ~TableLock();
  TableLock(const TableLock&) = delete;
  TableLock& operator=(const TableLock&) = delete;

  // Takes it, or returns false where somebody else has it. Makes the database's folder where it is
  // missing. Throws Error{io} where the file cannot be made.
  bool try_lock();

  // Tries until `until`, or until the job is asked to stop; at least once.
  bool wait(Clock::Instant until, const Clock& clock, const StopSignal& stop);

  // Removes the file, and folders that were made for it and are still empty. A process that waits
  // for the file that is gone notices and goes on with the new one.
  void release() noexcept;

  bool is_held() const { return descriptor_ >= 0; }

  // Who has it, as far as it said: "process 123 on host-7"; empty where nothing is known.
  std::string holder() const;

  const std::string& path() const { return path_; }

 private:
  bool is_still_the_file() const;
  void sign() const;
  void close() noexcept;

  std::string path_;
  MadeFolders folders_;
  int descriptor_ = -1;
};

}  // namespace sluice
