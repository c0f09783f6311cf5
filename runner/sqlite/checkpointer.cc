#include "sqlite/checkpointer.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "sqlite/database.h"

namespace sluice {

Checkpointer::Checkpointer(Database& writer, std::int64_t full_pages)
    : writer_(writer),
      path_(sqlite3_db_filename(writer.handle(), "main")),
      full_pages_(full_pages) {
  sqlite3_wal_hook(writer_.handle(), on_commit, this);
}

Checkpointer::~Checkpointer() {
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// A failure here is none of the commit, which has happened.
int Checkpointer::on_commit(void* self, sqlite3*, const char*, int pages_in_file) noexcept {
  static_cast<Checkpointer*>(self)->committed(pages_in_file);
  return SQLITE_OK;
}

// A file that holds no more than before has begun anew.
void Checkpointer::committed(std::int64_t pages_in_file) {
  const bool has_grown = pages_in_file > pages_in_file_;
  new_pages_ += has_grown ? pages_in_file - pages_in_file_ : pages_in_file;
  pages_in_file_ = pages_in_file;
  const std::int64_t quarter = full_pages_ / 4;
  if (pages_in_file >= full_pages_) {
    finish();
    move_rest();
    new_pages_ = 0;
  } else if (quarter >= least_pages && new_pages_ >= quarter && begin()) {
    new_pages_ = 0;
  }
}

// The next commit tries again what a reader, or another writer, has kept from being moved.
void Checkpointer::move_rest() {
  const int code = writer_.checkpoint(SQLITE_CHECKPOINT_FULL);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || std::exchange(has_warned_, true)) return;
  spdlog::warn("{}: what stands in its -wal file could not be moved into it, which the next commit "
               "tries again: {}",
               path_, sqlite3_errstr(code));
}

// False while the thread is at work still, where there is none to be had, and after a failure: the
// commit that fills the file moves it all then.
bool Checkpointer::begin() {
  {
    const std::lock_guard lock(mutex_);
    // Another file in its place would get the -wal file of this one.
    if (is_moving_ || has_failed_ || (database_ == nullptr && writer_.was_moved())) return false;
    try {
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      spdlog::debug("{}: nobody moves its -wal file beside the load: {}", path_, error.what());
      has_failed_ = true;
      return false;
    }
    is_moving_ = true;
  }
  changed_.notify_all();
  return true;
}

void Checkpointer::emptied() {
  pages_in_file_ = 0;
  new_pages_ = 0;
}

void Checkpointer::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !is_moving_; });
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_moving_ || is_closing_; });
    if (!is_moving_) return;
    lock.unlock();
    const bool goes_on = move();
    lock.lock();
    is_moving_ = false;
    has_failed_ = !goes_on;
    changed_.notify_all();
  }
}

// False where there is no use in trying again.
bool Checkpointer::move() noexcept {
  try {
    if (database_ == nullptr) {
      auto database = std::make_unique<Database>(path_, Database::Mode::look, Patience());
      database->ask("PRAGMA schema_version");  // whoever has read nothing knows of no -wal file
      database_ = std::move(database);
    }
    const int code = database_->checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) database_->fail();
    return true;
  } catch (const Error& error) {
    if (error.code() == ExitCode::try_later) return true;
    spdlog::warn("{}: what stands in its -wal file cannot be moved into it beside the load, and "
                 "waits for commits: {}",
                 path_, error.what());
  } catch (const std::exception& error) {
    spdlog::warn("{}: nobody moves its -wal file beside the load: {}", path_, error.what());
  }
  return false;
}

}  // namespace sluice
