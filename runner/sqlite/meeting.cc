#include "sqlite/meeting.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/excerpt.h"
#include "sqlite/cell_value.h"
#include "sqlite/database.h"

namespace sluice {

struct Meeting::Function {
  static void call(sqlite3_context* context, int count, sqlite3_value** values) {
    Meeting& meeting = *static_cast<Meeting*>(sqlite3_user_data(context));
    ++meeting.counts_.met;
    if (count == 0) return sqlite3_result_int(context, 1);
    const Cell stored = cell_of(values[0]);
    const std::optional<bool> replaces = meeting.judge_(stored, cell_of(values[1]));
    if (!replaces) return refuse(context, values[0]);
    if (!*replaces) ++meeting.counts_.refused;
    sqlite3_result_int(context, *replaces ? 1 : 0);
  }

  static void refuse(sqlite3_context* context, sqlite3_value* stored) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(stored));
    const std::string told = fmt::format(
        "the row that is there has {} in the column of newest_by, which is no value of its type",
        excerpt(text == nullptr ? "" : text, 60));
    sqlite3_result_error(context, told.data(), static_cast<int>(told.size()));
  }
};

void Meeting::register_with(Database& database) {
  // Not SQLITE_DETERMINISTIC: it must be asked for each row.
  if (sqlite3_create_function_v2(database.handle(), "sluice_replaces", judge_ ? 2 : 0,
                                 SQLITE_UTF8 | SQLITE_DIRECTONLY, this, Function::call, nullptr,
                                 nullptr, nullptr) != SQLITE_OK) {
    database.fail();
  }
}

std::string Meeting::condition(const std::string& column) const {
  if (!judge_) return "sluice_replaces()";
  return fmt::format("sluice_replaces({}.{}, excluded.{})", stored_name, column, column);
}

}  // namespace sluice
