#include "sqlite/column_collation.h"

#include <sqlite3.h>

#include "sqlite/database.h"

namespace sluice {

std::string column_collation(const Database& database, const std::string& table,
                             const std::string& column) {
  const char* collation = nullptr;
  const int code =
      sqlite3_table_column_metadata(database.handle(), "main", table.c_str(), column.c_str(),
                                    nullptr, &collation, nullptr, nullptr, nullptr);
  return code == SQLITE_OK && collation != nullptr ? collation : "BINARY";
}

}  // namespace sluice
