#include "store/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/transaction.h"

namespace sluice {

NewFile::NewFile(const std::string& path) : path_(path) {
  folders_.make_for(path);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  made_ = descriptor >= 0;
  if (made_) {
    ::close(descriptor);
  } else if (errno != EEXIST) {
    const int reason = errno;
    folders_.take_back();
    throw Error(ExitCode::io, fmt::format("{}: {}", path, std::strerror(reason)))
        .during("making the database")
        .hint("check the path, and that its folder can be written to");
  }
}

NewFile::~NewFile() {
  if (kept_) return;
  if (made_) remove_if_unused();
  folders_.take_back();
}

// Another job may have opened the file meanwhile. It cannot be writing while we hold the write
// lock, and before it writes it looks whether the file is still there (Database::was_moved).
void NewFile::remove_if_unused() const noexcept {
  try {
    Database database(path_, Database::Mode::write, {});
    const Transaction lock(database);
    std::error_code unknown;
    if (std::filesystem::file_size(path_, unknown) == 0) ::unlink(path_.c_str());
  } catch (const Error&) {
    // Somebody else is writing to it, so it is theirs now and stays.
  }
}

}  // namespace sluice
