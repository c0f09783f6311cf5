#include "store/made_folders.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/error.h"

namespace sluice {

namespace fs = std::filesystem;

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
    if (fs::create_directory(folder, failed)) made_.push_back(folder.string());
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
