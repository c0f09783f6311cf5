#pragma once

#include <sqlite3.h>

#include "data/cell.h"

namespace sluice {

// A cell as the answer of a virtual table's column, and what an expression made as a cell. Texts
// are handed out as they lie (SQLITE_STATIC): they must live until the statement is done.

void answer_text(sqlite3_context* context, std::string_view text);

// As it is stored: a number that was not fitted to a column is its text.
void answer_stored(sqlite3_context* context, const Cell& cell);

// As an expression reckons with it: a number is an INTEGER where it is written as one of 64 bits,
// else a REAL, as in SQL itself (https://www.sqlite.org/lang_expr.html#literal_values_constants_);
// but one that a double holds only as another one (nearest_real()) is an error.
void answer_reckoned(sqlite3_context* context, const Cell& cell);

// A value that SQLite hands out; bytes live as long as it does.
Cell cell_of(sqlite3_value* value);

// A decimal column's value as a number, whichever way it is kept.
void answer_decimal(sqlite3_context* context, const Cell& cell, int scale);

}  // namespace sluice
