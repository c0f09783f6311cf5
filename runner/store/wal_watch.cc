#include "store/wal_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "sqlite/database.h"

namespace sluice {
namespace {

std::int64_t size_of(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

WalWatch::WalWatch(Database& database, std::int64_t limit_bytes)
    : database_(database),
      path_(database.wal_path()),
      limit_bytes_(limit_bytes),
      next_try_bytes_(limit_bytes) {
  database.ask(fmt::format("PRAGMA journal_size_limit = {}", limit_bytes));
}

bool WalWatch::look() {
  const std::int64_t size = size_of(path_);
  if (size <= limit_bytes_) {
    next_try_bytes_ = limit_bytes_;
    has_warned_ = false;
    return false;
  }
  if (size < next_try_bytes_) return false;
  if (database_.try_truncate_wal()) {
    next_try_bytes_ = limit_bytes_;
    has_warned_ = false;
    return false;
  }
  next_try_bytes_ = size + limit_bytes_ / 4;  // a try costs the more the larger the file is
  if (std::exchange(has_warned_, true)) return false;
  spdlog::warn(
      "{} has grown to {} MB and goes on growing: somebody reads from the database for long (a "
      "SELECT that does not end, a BEGIN without its COMMIT), and what they see must stay. It is "
      "emptied when they are done",
      path_, size >> 20);
  return true;
}

}  // namespace sluice
