#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Database;
class RecordTable;

// SQLite's expressions as definitions hold them (`sql`, `filter`, `when`). They may use every
// function and read JSON with json_each, but no other table, no file and no ATTACH.

// Closes a connection to everything that an expression must not do, to values of more than 64 MB
// and to recursive queries: https://www.sqlite.org/c3ref/set_authorizer.html. Holds from now on for
// what is prepared. `table` is what it may read; it must live as long as the connection.
void seal_for_expressions(Database& database, const RecordTable& table);

// Which names an expression uses, as they are written in it without quotes, each once; or why it
// cannot be used: no expression at all, an unknown function, an aggregate (its value would depend
// on how messages fall into batches), a table, names that SQL cannot tell apart.
struct ExpressionNames {
  std::vector<std::string> names;
  std::string problem;  // empty where there is none
};
ExpressionNames find_names(std::string_view expression);

// Asks `is_over` every few milliseconds while a statement of the connection runs, and interrupts it
// where it says so: an expression may take for ever. Held by pointer.
void interrupt_when(Database& database, const std::function<bool()>& is_over);

// Stands behind a number of a message for which SQL has none, as the reason of a failure.
inline constexpr std::string_view no_sql_number = " is no number that SQL can hold";

// The expression so that nothing in it can reach beyond it: in brackets, its comments closed.
std::string enclosed(std::string_view expression);

// What SQLite says of an enclosed expression, in words that fit it. It may quote the statement to
// its end, and the end is ours.
std::string explained(std::string failure);

}  // namespace sluice
