#include "store/wal_writeback.h"

#include <fcntl.h>
#include <unistd.h>

#include "sqlite/database.h"

namespace sluice {

// SQLite's locks lie on other files: to close this one gives up none of them
// (https://www.sqlite.org/walformat.html#wal_locks).
WalWriteback::~WalWriteback() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void WalWriteback::begin() {
  pages_ += database_.take_pages_written();
  if (pages_ < least_pages) return;
  pages_ = 0;
  if (descriptor_ < 0) {
    descriptor_ = ::open(database_.wal_path().c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (descriptor_ >= 0) ::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

}  // namespace sluice
