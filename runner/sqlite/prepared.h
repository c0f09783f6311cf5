#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "sqlite/database.h"

namespace sluice {

// A statement made of what a person wrote, which may be wrong in any way: unlike Statement it
// throws nothing, and whoever prepares it asks what became of it.

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

struct PreparedText {
  int code = SQLITE_OK;   // of sqlite3_prepare_v2()
  Prepared statement;     // null where it failed
  bool has_more = false;  // there is something behind the statement
};

inline PreparedText prepare_text(const Database& database, const std::string& sql) {
  sqlite3_stmt* made = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), static_cast<int>(sql.size()),
                                      &made, &rest);
  return {code, Prepared(made), made != nullptr && *rest != '\0'};
}

}  // namespace sluice
