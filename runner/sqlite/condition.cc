#include "sqlite/condition.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/error.h"
#include "base/excerpt.h"
#include "sqlite/database.h"
#include "sqlite/expression.h"
#include "sqlite/prepared.h"

namespace sluice {
namespace {

constexpr std::size_t longest_shown = 200;  // bytes of a value

int authorize(void*, int action, const char*, const char* second, const char*,
              const char*) noexcept {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

// Its value and whether that is true, reckoned once.
std::string question(std::string_view expression) {
  return fmt::format(
      "WITH sluice_condition(value) AS MATERIALIZED (SELECT {})"
      " SELECT value, value IS TRUE FROM sluice_condition",
      enclosed(expression));
}

// Null with `problem` where it cannot be prepared because of what it says.
Prepared prepare(Database& database, std::string_view expression, std::string& problem) {
  if (expression.find('\0') != std::string_view::npos) {
    problem = "it holds a NUL character";
    return nullptr;
  }
  auto [code, statement, has_more] = prepare_text(database, question(expression));
  if (code == SQLITE_ERROR || code == SQLITE_AUTH) {
    problem = explained(sqlite3_errmsg(database.handle()));
    return nullptr;
  }
  if (code != SQLITE_OK) database.fail();
  if (has_more) {
    problem = "this is more than one expression";
  } else if (sqlite3_bind_parameter_count(statement.get()) > 0) {
    problem = "a parameter has no value here";
  }
  return problem.empty() ? std::move(statement) : nullptr;
}

std::string value_text(sqlite3_stmt* row) {
  if (sqlite3_column_type(row, 0) == SQLITE_NULL) return "NULL";
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, 0));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, 0));
  return excerpt(size == 0 ? std::string_view() : std::string_view(bytes, size), longest_shown);
}

}  // namespace

void seal_for_conditions(Database& database) {
  sqlite3_set_authorizer(database.handle(), authorize, nullptr);
}

ConditionCheck check_condition(Database& database, std::string_view expression) {
  ConditionCheck check;
  prepare(database, expression, check.problem);
  check.is_table_missing = check.problem.starts_with("no such table: ");
  return check;
}

ConditionResult test_condition(Database& database, std::string_view expression,
                               const std::function<bool()>& is_over) {
  ConditionResult result;
  const Prepared statement = prepare(database, expression, result.value);
  if (!statement) return result;
  interrupt_when(database, is_over);
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_INTERRUPT) throw Error::interrupted("reckoning an expectation");
  if (code == SQLITE_ROW) {
    return {sqlite3_column_int(statement.get(), 1) != 0, "it is " + value_text(statement.get())};
  }
  if (!refusal_of(database.handle())) database.fail();
  result.value = sqlite3_errmsg(database.handle());
  return result;
}

}  // namespace sluice
