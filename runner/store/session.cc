#include "store/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"

namespace sluice {
namespace {

constexpr std::int64_t full_wal_pages = 1'000;  // SQLite's default

// A -wal file that has come to where a commit moves its pages on is none that has grown.
std::int64_t wal_limit(Database& database, const SqliteSettings& settings) {
  if (!settings.wal_autocheckpoint) return WalWatch::default_limit;
  const std::int64_t page_size =
      database.is_empty() ? settings.page_size : std::stoll(database.ask("PRAGMA page_size"));
  return std::max(WalWatch::default_limit, 2 * *settings.wal_autocheckpoint * page_size);
}

}  // namespace

Session::Session(const PlannedTable& of_table, Patience patience, Journal journal)
    : table(of_table),
      batch_table(table.columns.size()),
      database(table.database_path, Database::Mode::write, std::move(patience)),
      wal_watch(database, wal_limit(database, table.sqlite)),
      wal_writeback(database) {
  if (database.is_empty()) {
    database.execute(fmt::format("PRAGMA page_size = {}", table.sqlite.page_size));
  } else if (journal == Journal::wal) {
    use_wal();
  }
  // Appending wants no big cache: pages that wait in memory make the commit long. A key that comes
  // in no order meets any page of its index, and wants them at hand.
  const std::int64_t cache_bytes =
      table.sqlite.cache_bytes.value_or(table.primary_key.empty() ? 16 << 20 : 64 << 20);
  database.execute(
      fmt::format("PRAGMA cache_size = -{}; PRAGMA foreign_keys = ON", cache_bytes / 1024));
  database.move_wal_at(table.sqlite.wal_autocheckpoint.value_or(full_wal_pages));
  batch_table.register_with(database);
}

void Session::prepare(Purpose purpose) {
  const bool replays = purpose == Purpose::replay;
  if (table.write_mode == WriteMode::upsert) {
    newest.emplace(database, batch_table, table, replays).begin();
  } else {
    drop_newest(database, table.name);
  }
  history.emplace(database);
  positions.emplace(database, table.name);
  rejects.emplace(database, table.name);
  const bool compares = replays && newest;
  rows.emplace(database, batch_table, table,
               compares ? newest->is_newest_sql() : RowWriter::all_rows);
}

void Session::use_wal() {
  if (wal) return;
  if (database.ask("PRAGMA journal_mode = WAL") != "wal") {
    throw Error(ExitCode::io, database.path() + ": its file system does not allow WAL mode")
        .hint("put the database on a local disk");
  }
  wal = true;
}

void Session::sync(const char* level) {
  database.execute(fmt::format("PRAGMA synchronous = {}", level));
}

void Session::check_file_is_there() const {
  if (!database.was_moved()) return;
  throw Error(ExitCode::io, database.path() + ": was removed or replaced while it was in use")
      .hint("nothing of this batch was written; run again");
}

}  // namespace sluice
