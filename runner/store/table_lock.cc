#include "store/table_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "store/names.h"

namespace sluice {
namespace {

constexpr std::chrono::milliseconds between_tries{20};
constexpr std::size_t longest_name = 100;  // of 255 that a file system allows with all around it

// Every table has its own file name, whatever it is called, and the same one in upper case.
std::string file_name_of(std::string_view table) {
  std::string name;
  for (const char c : folded(table)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    name += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  if (name.size() <= longest_name) return name;
  const auto hash = XXH3_64bits(name.data(), name.size());
  return fmt::format("{}%%{:016x}", name.substr(0, longest_name), hash);
}

// Two ways to one database, by a link or a relative path, must lead to one lock.
std::string real_path(const std::string& path) {
  std::error_code failed;
  const auto real = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

[[noreturn]] void fail(const std::string& path, std::string_view doing) {
  throw Error(ExitCode::io, fmt::format("{}: {}", path, std::strerror(errno)))
      .during(doing)
      .hint("the user that runs this must be able to write to the database's folder");
}

}  // namespace

TableLock::TableLock(const std::string& database_path, const std::string& table)
    : path_(fmt::format("{}.{}.lock", real_path(database_path), file_name_of(table))) {}

TableLock::~TableLock() { release(); }

bool TableLock::try_lock() {
  for (int tries = 0; !is_held(); ++tries) {
    folders_.make_for(path_);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno == ENOENT && tries < 10) continue;  // folder taken back just now
    if (descriptor_ < 0) fail(path_, "making the table's lock file");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      close();
      if (reason == EWOULDBLOCK) return false;
      if (reason == EINTR) continue;
      errno = reason;
      fail(path_, "locking the table's lock file");
    }
    if (!is_still_the_file()) close();  // the one before removed it between our two calls
  }
  sign();
  return true;
}

bool TableLock::wait(Clock::Instant until, const Clock& clock, const StopSignal& stop) {
  const Clock::Instant began = clock.now();
  bool has_said_why = false;
  while (!try_lock()) {
    const Clock::Instant now = clock.now();
    if (stop.raised() || now >= until) return false;
    if (!has_said_why && now - began >= std::chrono::seconds(1)) {
      has_said_why = true;
      spdlog::info("waits for another job on the table: {}", holder());
    }
    std::this_thread::sleep_for(between_tries);
  }
  return true;
}

bool TableLock::is_still_the_file() const {
  struct stat ours {};
  struct stat there {};
  return ::fstat(descriptor_, &ours) == 0 && ::stat(path_.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

// For people who look; nothing depends on it, so a full disk does not matter here.
void TableLock::sign() const {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text = fmt::format("process {} on {}\n", ::getpid(), host.data());
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const auto written = ::pwrite(descriptor_, text.data(), text.size(), 0);
  }
}

std::string TableLock::holder() const {
  std::ifstream file(path_);
  std::string line;
  std::getline(file, line);
  return line;
}

void TableLock::release() noexcept {
  if (is_held()) {
    // While we hold it: nobody can hold it under this name yet. Where somebody removed it under us
    // the name is that of the next holder.
    if (is_still_the_file()) ::unlink(path_.c_str());
    close();
  }
  folders_.take_back();
}

void TableLock::close() noexcept {
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace sluice
