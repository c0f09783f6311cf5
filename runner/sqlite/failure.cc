#include "sqlite/failure.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <utility>

namespace sluice {
namespace {

struct CodeName {
  int code;
  const char* name;
};

// Those that a person may meet; SQLite has no function for it.
constexpr CodeName code_names[] = {
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_ABORT, "SQLITE_ABORT"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT"},
    {SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK"},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    {SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
    {SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY"},
    {SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    {SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    {SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    {SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    {SQLITE_IOERR_DIR_FSYNC, "SQLITE_IOERR_DIR_FSYNC"},
    {SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    {SQLITE_IOERR_FSTAT, "SQLITE_IOERR_FSTAT"},
    {SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    {SQLITE_IOERR_UNLOCK, "SQLITE_IOERR_UNLOCK"},
    {SQLITE_IOERR_DELETE, "SQLITE_IOERR_DELETE"},
    {SQLITE_IOERR_NOMEM, "SQLITE_IOERR_NOMEM"},
    {SQLITE_IOERR_ACCESS, "SQLITE_IOERR_ACCESS"},
    {SQLITE_IOERR_CLOSE, "SQLITE_IOERR_CLOSE"},
    {SQLITE_IOERR_SHMOPEN, "SQLITE_IOERR_SHMOPEN"},
    {SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"},
    {SQLITE_IOERR_SHMLOCK, "SQLITE_IOERR_SHMLOCK"},
    {SQLITE_IOERR_SHMMAP, "SQLITE_IOERR_SHMMAP"},
    {SQLITE_IOERR_MMAP, "SQLITE_IOERR_MMAP"},
    {SQLITE_IOERR_CORRUPTFS, "SQLITE_IOERR_CORRUPTFS"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_CANTOPEN_ISDIR, "SQLITE_CANTOPEN_ISDIR"},
    {SQLITE_CANTOPEN_FULLPATH, "SQLITE_CANTOPEN_FULLPATH"},
    {SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_NOLFS, "SQLITE_NOLFS"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_RANGE, "SQLITE_RANGE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
};

std::string name_of_code(int code) {
  for (const CodeName& entry : code_names) {
    if (entry.code == code) return entry.name;
  }
  if (code == (code & 0xFF)) return fmt::format("SQLite result code {}", code);
  return fmt::format("{} ({})", name_of_code(code & 0xFF), code);
}

ExitCode exit_code_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return ExitCode::try_later;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
    case SQLITE_NOMEM:
      return ExitCode::io;
    default:
      return ExitCode::our_bug;
  }
}

const char* hint_for(int primary) {
  switch (primary) {
    case SQLITE_FULL:
      return "make room on the disk and run again; the database is as after the last commit";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the user that runs this must be able to write to the file and to its folder";
    case SQLITE_CANTOPEN:
      return "check the path, and that the file and its folder can be read and written";
    case SQLITE_CORRUPT:
      return "keep a copy of the file, then see what `sqlite3 FILE 'PRAGMA integrity_check'` says";
    case SQLITE_NOTADB:
      return "the path leads to a file that SQLite did not write, or to an encrypted one";
    default:
      return nullptr;
  }
}

Refusal::Kind kind_of(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_NOTNULL:
      return Refusal::Kind::not_null;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Refusal::Kind::unique;
    case SQLITE_CONSTRAINT_CHECK:
      return Refusal::Kind::check;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Refusal::Kind::foreign_key;
    case SQLITE_CONSTRAINT_TRIGGER:
      return Refusal::Kind::trigger;
    default:
      return Refusal::Kind::other;
  }
}

}  // namespace

std::optional<Refusal> refusal_of(sqlite3* connection) {
  const int code = sqlite3_extended_errcode(connection);
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Refusal{kind_of(code), sqlite3_errmsg(connection)};
    default:
      return std::nullopt;
  }
}

Error failure_of(sqlite3* connection, std::string_view path, std::string_view waited) {
  const int code = sqlite3_extended_errcode(connection);
  const int primary = code & 0xFF;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return Error(ExitCode::try_later,
                 fmt::format("{}: another program holds the lock on the database; gave up {} ({})",
                             path, waited, name_of_code(code)))
        .hint("see who has the file open (`fuser FILE`), let it finish, then run again");
  }
  std::string text =
      fmt::format("{}: {} ({})", path, sqlite3_errmsg(connection), name_of_code(code));
  const int system = sqlite3_system_errno(connection);
  if (system != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
    text += fmt::format(": {}", std::strerror(system));
  }
  Error error(exit_code_of(primary), std::move(text));
  if (const char* hint = hint_for(primary)) return std::move(error).hint(hint);
  return error;
}

}  // namespace sluice
