#include "store/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_case.h"
#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/check_fits.h"
#include "store/names.h"
#include "store/side_tables.h"
#include "store/table_sql.h"

namespace sluice {
namespace {

[[noreturn]] void refuse_database(const PlannedTable& plan, std::string_view what,
                                  std::string_view hint) {
  throw Error(ExitCode::definition, fmt::format("{}: {}", plan.database_path, what)).hint(hint);
}

void check_version(Database& database, const PlannedTable& plan) {
  if (!has_table(database, "sluice_meta")) return;
  const std::string version = database.ask("SELECT value FROM sluice_meta WHERE key = 'layout'");
  if (version.empty() || version == std::to_string(layout_version)) return;
  refuse_database(plan,
                  fmt::format("the database has layout {}, this program knows layout {}", version,
                              layout_version),
                  "use the version of sluice that wrote it, or a later one");
}

// Somebody else's table may have one of our names; ours have these columns, whatever is added.
void check_names_are_ours(Database& database, const PlannedTable& plan) {
  const TableNames names(plan.name);
  const std::vector<std::pair<std::string, std::vector<std::string_view>>> ours = {
      {names.metadata, {"source", "topic", "partition", "next_offset", "generation"}},
      {names.rejects, {"source", "topic", "partition", "offset", "value", "reason"}},
      {names.newest, {"key_0", "source", "topic", "is_deletion", "partition", "offset"}},
      {names.anchors, {"source", "topic", "partition", "generation", "offset", "hash"}},
      {"sluice_jobs", {"job_id", "table_name", "state", "report"}},
      {"sluice_meta", {"key", "value"}}};
  for (const auto& [name, columns] : ours) {
    const std::vector<std::string> there = column_names(database, name);
    for (const std::string_view column : columns) {
      const auto is_it = [column](const std::string& other) { return is_same_name(other, column); };
      if (there.empty() || std::ranges::any_of(there, is_it)) continue;
      refuse_database(
          plan,
          fmt::format("table {} has no column \"{}\": it was not made by this program, which "
                      "keeps its own notes under that name",
                      quote_identifier(name), column),
          "rename that table, or load into another database");
    }
  }
}

// Loading on into a new, empty table would look complete and lack all that came before.
void check_table_was_not_dropped(Database& database, const PlannedTable& plan) {
  const TableNames names(plan.name);
  if (!has_table(database, names.metadata)) return;
  const std::string metadata = quote_identifier(names.metadata);
  if (database.ask("SELECT 1 FROM " + metadata + " LIMIT 1").empty()) return;
  refuse_database(
      plan,
      fmt::format("table {} is gone, but the positions it was loaded to are still in {}",
                  quote_identifier(plan.name), metadata),
      fmt::format("to load it from the start: DROP TABLE {}", metadata));
}

}  // namespace

void check_surroundings(Database& database, const PlannedTable& plan) {
  check_names_are_ours(database, plan);
  check_version(database, plan);
  if (!has_table(database, plan.name)) check_table_was_not_dropped(database, plan);
}

std::optional<ExistingTable> check_layout(Database& database, const PlannedTable& plan) {
  check_surroundings(database, plan);
  std::optional<ExistingTable> existing = look_at_table(database, plan.name);
  if (existing) check_fits(database, *existing, plan);
  return existing;
}

void make_layout(Database& database, const PlannedTable& plan) {
  if (!has_table(database, plan.name)) {
    IndexNames names = IndexNames::of(database);
    for (const std::string& sql : table_sql(plan, names)) database.execute(sql);
  }
  for (const std::string& sql : side_table_sql(database, plan)) database.execute(sql);
}

}  // namespace sluice
