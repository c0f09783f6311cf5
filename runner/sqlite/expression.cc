#include "sqlite/expression.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <functional>

#include "sqlite/database.h"
#include "sqlite/identifiers.h"
#include "sqlite/prepared.h"
#include "sqlite/record_table.h"

namespace sluice {
namespace {

constexpr std::string_view unknown_name = "no such column: ";
constexpr int steps_between_questions = 10'000;  // of SQLite's virtual machine: below a millisecond
constexpr int most_rounds = 100;                 // that a trial may take
constexpr int longest_value = 64 << 20;          // bytes
// Ends a comment of either kind that the expression has left open.
constexpr std::string_view closing = "\n/**/)";

bool may_read(const RecordTable& ours, std::string_view table) {
  return table == ours.name() || table == "json_each" || table == "json_tree";
}

int authorize(void* ours, int action, const char* first, const char* second, const char*,
              const char*) noexcept {
  switch (action) {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_READ:
      return may_read(*static_cast<const RecordTable*>(ours), first) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

std::string explained_here(std::string failure) {
  failure = explained(std::move(failure));
  const bool reaches_out = failure.find("prohibited") != std::string::npos ||
                           failure.find("not authorized") != std::string::npos;
  if (reaches_out) return fmt::format("it may read no table and no file ({})", failure);
  return failure;
}

// Tries an expression with the names that are known so far.
class Trial {
 public:
  Trial() {
    batch_.take({.value = ""});
    batch_.take({.value = ""});
  }

  ExpressionNames find(std::string_view expression) {
    for (;;) {
      RecordTable table(named_cells());
      Database database(":memory:", Database::Mode::create, {});
      table.register_with(database);
      seal_for_expressions(database, table);
      const std::string sql = fmt::format("SELECT {} FROM {}", enclosed(expression), table.name());
      int rounds = 0;
      const std::function<bool()> is_long = [&rounds] { return ++rounds > most_rounds; };
      interrupt_when(database, is_long);
      const auto [code, statement, has_more] = prepare_text(database, sql);
      if (has_more) return {{}, "this is more than one expression"};
      if (statement) return {std::move(names_), check(statement.get(), table)};
      std::string failure = sqlite3_errmsg(database.handle());
      if (!learn(failure)) return {{}, explained_here(std::move(failure))};
    }
  }

 private:
  std::vector<NamedCell> named_cells() const {
    std::vector<NamedCell> cells;
    for (const std::string& name : names_) cells.push_back({.name = name, .cell = 0});
    return cells;
  }

  // SQLite finds the names: those that it misses, one after the other.
  bool learn(const std::string& failure) {
    if (!failure.starts_with(unknown_name)) return false;
    std::string name = failure.substr(unknown_name.size());
    // Since 3.41: no such column: "x" - should this be a string literal in single-quotes?
    if (const auto tail = name.find("\" - should this be"); tail != std::string::npos) {
      name = name.substr(1, tail - 1);
    }
    if (std::ranges::find(names_, name) != names_.end()) return false;  // a.b: there is no a
    names_.push_back(std::move(name));
    return true;
  }

  // The value for a record must be there before the next record is looked at.
  std::string check(sqlite3_stmt* statement, RecordTable& table) {
    if (sqlite3_column_count(statement) != 1) return "this is more than one expression";
    if (sqlite3_bind_parameter_count(statement) > 0) return "a parameter has no value here";
    table.show_records(batch_, 0, 0);
    bool is_alone = sqlite3_step(statement) != SQLITE_ROW;
    sqlite3_reset(statement);
    table.show_records(batch_, 0, 2);
    // An error is no sign: it may be the answer to values that are missing here.
    if (sqlite3_step(statement) == SQLITE_ROW) is_alone = is_alone && table.reached() == 0;
    if (is_alone) return {};
    return "aggregate and window functions have no meaning here: an expression sees one message";
  }

  Batch batch_{1, 0, 1};
  std::vector<std::string> names_;
};

}  // namespace

std::string explained(std::string failure) {
  if (const auto ours = failure.find(closing); ours != std::string::npos) {
    const auto quote = failure.find('"', ours);
    failure.erase(ours, quote == std::string::npos ? quote : quote - ours);
  }
  return failure == "row value misused" ? "this is more than one expression" : failure;
}

void interrupt_when(Database& database, const std::function<bool()>& is_over) {
  const auto ask = [](void* asked) {
    return (*static_cast<const std::function<bool()>*>(asked))() ? 1 : 0;
  };
  sqlite3_progress_handler(database.handle(), steps_between_questions, ask,
                           const_cast<std::function<bool()>*>(&is_over));
}

void seal_for_expressions(Database& database, const RecordTable& table) {
  // Tables of SQLite's own ask for their columns at the first use too.
  database.prepare("SELECT 1 FROM json_each('[]'), json_tree('[]')");
  sqlite3_limit(database.handle(), SQLITE_LIMIT_LENGTH, longest_value);
  sqlite3_set_authorizer(database.handle(), authorize, const_cast<RecordTable*>(&table));
}

std::string enclosed(std::string_view expression) {
  return fmt::format("({}{}", expression, closing);
}

ExpressionNames find_names(std::string_view expression) {
  if (expression.find('\0') != std::string_view::npos) return {{}, "it holds a NUL character"};
  ExpressionNames found = Trial().find(expression);
  if (!found.problem.empty()) return found;
  for (const std::string& name : found.names) {
    const std::string other = other_spelling(expression, name);
    if (other.empty()) continue;
    found.problem = fmt::format(
        "\"{}\" and \"{}\" differ only in case, which is one name to SQL; take one of them with "
        "\"path\" into a column of its own",
        name, other);
  }
  return found;
}

}  // namespace sluice
