#include "store/side_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/ascii_case.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {
namespace {

struct SideTable {
  std::string name;
  std::string create;
};

std::vector<SideTable> side_tables(const PlannedTable& plan) {
  const TableNames names(plan.name);
  const auto table = [](const std::string& name, std::string_view body) {
    return SideTable{name, fmt::format("CREATE TABLE {} ({})", quote_identifier(name), body)};
  };
  return {
      table(names.metadata, R"(
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1,
  cluster_id TEXT NOT NULL DEFAULT '',
  topic_id TEXT NOT NULL DEFAULT '',
  last_offset INTEGER,
  last_timestamp_ms INTEGER,
  last_hash INTEGER,
  job_id TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (source, topic, "partition")
)"),
      table(names.rejects, R"(
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  timestamp_ms INTEGER,
  "key" BLOB,
  value BLOB,
  headers TEXT,
  column_name TEXT,
  reason TEXT NOT NULL,
  job_id TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1,
  reason_without_value TEXT
)"),
      table(names.gaps, R"(
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  from_offset INTEGER NOT NULL,
  to_offset INTEGER NOT NULL,
  reason TEXT NOT NULL,
  job_id TEXT NOT NULL,
  noticed_at TEXT NOT NULL
)"),
      table(names.anchors, R"(
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  timestamp_ms INTEGER,
  hash INTEGER NOT NULL,
  PRIMARY KEY (source, topic, "partition")
)"),
      table("sluice_jobs", R"(
  job_id TEXT NOT NULL PRIMARY KEY,
  action TEXT NOT NULL,
  table_name TEXT NOT NULL,
  state TEXT NOT NULL,
  stop_reason TEXT,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  messages INTEGER NOT NULL DEFAULT 0,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  filtered INTEGER NOT NULL DEFAULT 0,
  tombstones INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER,
  message TEXT,
  report TEXT
)"),
      table("sluice_meta", "\n  \"key\" TEXT NOT NULL PRIMARY KEY,\n  value TEXT NOT NULL\n"),
  };
}

// A column as ADD COLUMN wants it.
struct Definition {
  std::string name;
  std::string sql;
};

std::vector<Definition> columns_of(Database& database, const std::string& table) {
  std::vector<Definition> columns;
  Statement statement = database.prepare(
      "SELECT name, type || CASE WHEN \"notnull\" THEN ' NOT NULL' ELSE '' END"
      " || coalesce(' DEFAULT ' || dflt_value, '') FROM pragma_table_info(?1)");
  statement.with(table);
  while (statement.step()) {
    columns.push_back({std::string(statement.text(0)), std::string(statement.text(1))});
  }
  return columns;
}

// SQLite itself tells which columns the statement makes.
std::vector<Definition> columns_of(const SideTable& table) {
  Database scratch(":memory:", Database::Mode::create, {});
  scratch.execute(table.create);
  return columns_of(scratch, table.name);
}

// SQLite keeps the text of the statement that made a table.
bool is_as_made_now(Database& database, const SideTable& table) {
  Statement statement = database.prepare("SELECT sql FROM sqlite_schema WHERE name = ?1");
  statement.with(table.name);
  return statement.step() && statement.text(0) == table.create;
}

std::vector<std::string> extension_sql(const SideTable& table,
                                       const std::vector<Definition>& there) {
  std::vector<std::string> sql;
  for (const Definition& column : columns_of(table)) {
    const auto is_same = [&column](const Definition& other) {
      return is_same_name(other.name, column.name);
    };
    if (std::ranges::any_of(there, is_same)) continue;
    sql.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", quote_identifier(table.name),
                              quote_identifier(column.name), column.sql));
  }
  return sql;
}

// A job looks for those that died before it: among the few that run, not in the whole history.
constexpr std::string_view running_jobs_index =
    "CREATE INDEX sluice_running_jobs ON sluice_jobs (table_name COLLATE NOCASE)"
    " WHERE state = 'running'";

bool has_running_jobs_index(Database& database) {
  return !database.ask("SELECT 1 FROM sqlite_schema WHERE name = 'sluice_running_jobs'").empty();
}

bool knows_layout(Database& database) {
  return !columns_of(database, "sluice_meta").empty() &&
         !database.ask("SELECT value FROM sluice_meta WHERE \"key\" = 'layout'").empty();
}

}  // namespace

std::vector<std::string> side_table_sql(Database& database, const PlannedTable& plan) {
  std::vector<std::string> sql;
  for (const SideTable& table : side_tables(plan)) {
    if (is_as_made_now(database, table)) continue;
    const std::vector<Definition> there = columns_of(database, table.name);
    if (there.empty()) {
      sql.push_back(table.create);
    } else {
      for (std::string& statement : extension_sql(table, there))
        sql.push_back(std::move(statement));
    }
  }
  if (!has_running_jobs_index(database)) sql.emplace_back(running_jobs_index);
  if (!knows_layout(database)) {
    sql.push_back(fmt::format("INSERT INTO sluice_meta (\"key\", value) VALUES ('layout', '{}')",
                              layout_version));
  }
  return sql;
}

}  // namespace sluice
