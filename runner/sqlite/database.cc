#include "sqlite/database.h"

#include <sqlite3.h>

#include <utility>

#include "sqlite/checkpointer.h"
#include "sqlite/failure.h"

namespace sluice {
namespace {

// Counting every allocation under a global mutex costs 5 % and nobody asks for the figures. SQLite
// takes the setting before its first use only; where somebody was faster, it just counts on.
void configure_library() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int flags_for(Database::Mode mode) {
  // `look` is not SQLITE_OPEN_READONLY: such a connection cannot tidy up and would leave an empty
  // -wal file beside the database of every job that ended well. query_only keeps it from writing.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
  return mode == Database::Mode::create ? flags | SQLITE_OPEN_CREATE : flags;
}

void switch_off(sqlite3* connection, int setting) {
  sqlite3_db_config(connection, setting, 0, nullptr);
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }

Database::Database(std::string path, Mode mode, Patience patience)
    : path_(std::move(path)),
      commit_watch_(path_, clock_of(patience)),
      waiting_(std::move(patience), "another writer of " + path_) {
  configure_library();
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &connection, flags_for(mode), nullptr);
  handle_.reset(connection);
  if (connection == nullptr) throw Error(ExitCode::io, path_ + ": out of memory");
  if (code != SQLITE_OK) throw failure_of(connection, path_, {}).during("opening the database");
  switch_off(connection, SQLITE_DBCONFIG_DQS_DDL);
  switch_off(connection, SQLITE_DBCONFIG_DQS_DML);
  switch_off(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA);
  sqlite3_busy_handler(connection, on_busy, &waiting_);
  if (mode == Mode::look) execute("PRAGMA query_only = ON");
}

// A disk may block the thread of the Checkpointer as it does a commit.
Database::~Database() {
  if (checkpointer_ == nullptr) return;
  const CommitWatch::Commit watched(commit_watch_);
  checkpointer_.reset();
}

int Database::on_busy(void* waiting, int tries) noexcept {
  auto& wait = *static_cast<Waiting*>(waiting);
  if (tries == 0) wait.begin();
  return wait.pause() ? 1 : 0;
}

Error Database::failure() const {
  const Error failure = failure_of(handle(), path_, waiting_.end());
  if (failure.code() != ExitCode::try_later || !waiting_.was_stopped()) return failure;
  return Error::interrupted("waiting for another writer of " + path_);
}

void Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::string Database::ask(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

bool Database::is_empty() { return ask("PRAGMA page_count") == "0"; }

Statement Database::prepare(std::string_view sql) { return Statement(*this, sql); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

std::string Database::wal_path() const {
  return sqlite3_filename_wal(sqlite3_db_filename(handle(), "main"));
}

std::int64_t Database::take_pages_written() {
  int pages = 0;
  int unused = 0;
  sqlite3_db_status(handle(), SQLITE_DBSTATUS_CACHE_WRITE, &pages, &unused, 1);
  return pages;
}

void Database::move_wal_at(std::int64_t full_pages) {
  checkpointer_.reset();  // which takes its hook with it
  checkpointer_ = std::make_unique<Checkpointer>(*this, full_pages);
}

int Database::checkpoint(int mode) {
  sqlite3_busy_handler(handle(), nullptr, nullptr);
  const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, nullptr, nullptr);
  sqlite3_busy_handler(handle(), on_busy, &waiting_);
  return code;
}

bool Database::try_truncate_wal() {
  const CommitWatch::Commit watched(commit_watch_);
  if (checkpointer_ != nullptr) checkpointer_->finish();
  if (checkpoint(SQLITE_CHECKPOINT_TRUNCATE) != SQLITE_OK) return false;
  if (checkpointer_ != nullptr) checkpointer_->emptied();
  return true;
}

// The first value is 1 where somebody was in the way:
// https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
bool Database::truncate_wal() {
  const CommitWatch::Commit watched(commit_watch_);
  if (checkpointer_ != nullptr) checkpointer_->finish();
  if (ask("PRAGMA wal_checkpoint(TRUNCATE)") != "0") return false;
  if (checkpointer_ != nullptr) checkpointer_->emptied();
  return true;
}

void Database::touch() {
  execute(fmt::format("PRAGMA user_version = {}", ask("PRAGMA user_version")));
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle()); }

bool Database::has_broken_deferred_key() const {
  int broken = 0;
  int unused = 0;
  sqlite3_db_status(handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &unused, 0);
  return broken != 0;
}

bool Database::was_moved() const {
  int moved = 0;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

}  // namespace sluice
