#pragma once

#include <cstdlib>
#include <filesystem>

namespace sluice::test {

// While it lives, new directories of tests are in memory, where the system has room for them there
// and nobody has said where they go (TMPDIR): for thousands of files, or where no time of a disk
// may count. One thread, before others begin.
class FilesInMemory {
 public:
  FilesInMemory()
      : is_ours_(std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory("/dev/shm")) {
    if (is_ours_) ::setenv("TMPDIR", "/dev/shm", 1);
  }
  ~FilesInMemory() {
    if (is_ours_) ::unsetenv("TMPDIR");
  }
  FilesInMemory(const FilesInMemory&) = delete;
  FilesInMemory& operator=(const FilesInMemory&) = delete;

 private:
  const bool is_ours_;
};

}  // namespace sluice::test
