#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;

namespace sluice {

// A statement that SQLite refused because of what was to be written, not because of the world: a
// constraint, a type, a size, a trigger's word, an error in a function.
struct Refusal {
  enum class Kind { not_null, unique, check, foreign_key, trigger, other };

  Kind kind = Kind::other;
  std::string message;  // SQLite's own
};

// What the last call on `connection` failed with, where it is a refusal; nothing where it is the
// world's failure (disk, lock, memory) or a misuse of ours.
std::optional<Refusal> refusal_of(sqlite3* connection);

// The same failure as an Error:
//   try_later  somebody else held a lock; `waited` tells how long (Waiting::end)
//   io         disk full, unreadable, not writable, damaged, not a database, out of memory
//   our_bug    everything else: our SQL is wrong
// with SQLite's text, the file, the name of its extended result code and, where sure, a hint.
// https://www.sqlite.org/rescode.html
Error failure_of(sqlite3* connection, std::string_view path, std::string_view waited);

}  // namespace sluice
