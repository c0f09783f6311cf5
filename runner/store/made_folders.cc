#include "store/made_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "base/error.h"

namespace sluice {

namespace fs = std::filesystem;

namespace {

// SQLite syncs the folder of its file, but nobody else would sync what that folder stands in: after
// a power cut the whole folder could be gone. Not every file system can: then it need not.
void sync_folder(const fs::path& folder) {
  const std::string path = folder.empty() ? "." : folder.string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void MadeFolders::make_for(const std::string& file) {
  std::vector<fs::path> missing;
  std::error_code failed;
  for (fs::path folder = fs::path(file).parent_path();
       !folder.empty() && !fs::exists(folder, failed); folder = folder.parent_path()) {
    missing.push_back(folder);
  }
  while (!missing.empty()) {
    const fs::path folder = missing.back();
    missing.pop_back();
    if (fs::create_directory(folder, failed)) {
      made_.push_back(folder.string());
      sync_folder(folder.parent_path());
    }
    if (failed) {
      throw Error(ExitCode::io, fmt::format("{}: {}", folder.string(), failed.message()))
          .during(fmt::format("making the folder of {}", file));
    }
  }
}

void MadeFolders::take_back() noexcept {
  for (; !made_.empty(); made_.pop_back()) {
    std::error_code not_empty;  // then somebody uses it, and it stays
    fs::remove(made_.back(), not_empty);
  }
}

}  // namespace sluice
