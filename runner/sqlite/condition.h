#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sluice {

class Database;

// SQLite expressions over a whole database that shall be true (`params.expect.sql`). They may read
// every table and view; they change nothing, and reach no file, no PRAGMA and no ATTACH.

// Closes a connection to everything else. Holds from now on for what is prepared.
void seal_for_conditions(Database& database);

// Whether an expression can be one on a sealed connection.
struct ConditionCheck {
  std::string problem;            // why it can never be; empty where there is none
  bool is_table_missing = false;  // it names a table that is not there: nothing can be said
};
ConditionCheck check_condition(Database& database, std::string_view expression);

// What it comes to on a sealed connection: true is what SQLite's IS TRUE says.
struct ConditionResult {
  bool holds = false;
  std::string value;  // "it is 1", at most some hundred bytes; or why it is nothing
};
// `is_over`: whether it must not go on; Error::interrupted() is thrown then. Throws as failure_of()
// says where the world fails.
ConditionResult test_condition(Database& database, std::string_view expression,
                               const std::function<bool()>& is_over);

}  // namespace sluice
