#pragma once

#include <string>

namespace sluice {

class Database;

// The collation by which a column of a table of the main database is compared, where nobody names
// another; "BINARY" for what has none, as the columns of a view.
// https://www.sqlite.org/c3ref/table_column_metadata.html
std::string column_collation(const Database& database, const std::string& table,
                             const std::string& column);

}  // namespace sluice
