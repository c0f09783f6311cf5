#include "store/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {
namespace {

constexpr int layout_version = 1;

// A decimal kept as text must not be declared DECIMAL: that has NUMERIC affinity, which would make
// a number of it again. https://www.sqlite.org/datatype3.html#determination_of_column_affinity
std::string_view sql_type(const ColumnSpec& spec) {
  switch (kept_as(spec)) {
    case StorageClass::integer:
      return "INTEGER";
    case StorageClass::real:
      return "REAL";
    case StorageClass::text:
      return "TEXT";
    case StorageClass::blob:
      return "BLOB";
  }
  return "TEXT";
}

std::string column_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += quote_identifier(name);
  }
  return list;
}

std::vector<std::string> provenance_names(const PlannedTable& plan) {
  std::vector<std::string> names;
  for (const ProvenanceColumn& column : provenance_columns(plan)) names.emplace_back(column.name);
  return names;
}

std::string create_table(const PlannedTable& plan) {
  std::string body;
  const auto add = [&body](std::string_view line) {
    body += body.empty() ? "\n  " : ",\n  ";
    body += line;
  };
  for (const Column& column : plan.declared) {
    add(fmt::format("{} {}{}", quote_identifier(column.name), sql_type(column.spec),
                    column.nullable ? "" : " NOT NULL"));
  }
  for (const auto& [name, type] : provenance_columns(plan)) {
    add(fmt::format("{} {} NOT NULL", name, type));
  }
  if (!plan.primary_key.empty())
    add(fmt::format("PRIMARY KEY ({})", column_list(plan.primary_key)));
  return fmt::format("CREATE TABLE {} ({}\n)", quote_identifier(plan.name), body);
}

// "guesses__by_name_points". Two lists of columns may give the same words.
std::string index_name(const PlannedTable& plan, const std::vector<std::string>& columns,
                       std::set<std::string>& taken) {
  std::string name = plan.name + "__by";
  for (const std::string& column : columns) name += "_" + column;
  std::string free_name = name;
  for (int i = 2; !taken.insert(folded(free_name)).second; ++i) {
    free_name = fmt::format("{}_{}", name, i);
  }
  return free_name;
}

bool has_table(Database& database, const std::string& name) {
  return look_at_table(database, name).has_value();
}

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
      {"sluice_jobs", {"job_id", "table_name", "state", "report"}},
      {"sluice_meta", {"key", "value"}}};
  for (const auto& [name, columns] : ours) {
    const std::optional<ExistingTable> table = look_at_table(database, name);
    if (!table) continue;
    for (const std::string_view column : columns) {
      if (table->find(column) != nullptr) continue;
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

// Files of earlier versions lack it; all of theirs are of the first generation.
void add_generation_to_rejects(Database& database, const PlannedTable& plan) {
  const std::string rejects = TableNames(plan.name).rejects;
  const std::optional<ExistingTable> table = look_at_table(database, rejects);
  if (!table || table->find("generation") != nullptr) return;
  database.execute(fmt::format("ALTER TABLE {} ADD COLUMN generation INTEGER NOT NULL DEFAULT 1",
                               quote_identifier(rejects)));
}

}  // namespace

std::vector<std::string> table_sql(const PlannedTable& plan) {
  std::vector<std::string> sql{create_table(plan)};
  const std::string table = quote_identifier(plan.name);
  if (plan.provenance) {
    sql.push_back(fmt::format("CREATE UNIQUE INDEX {} ON {} ({})",
                              quote_identifier(plan.name + "__provenance"), table,
                              column_list(provenance_names(plan))));
  }
  std::set<std::string> taken;
  for (const std::vector<std::string>& columns : plan.indexes) {
    sql.push_back(fmt::format("CREATE INDEX {} ON {} ({})",
                              quote_identifier(index_name(plan, columns, taken)), table,
                              column_list(columns)));
  }
  return sql;
}

std::vector<std::string> side_table_sql(const PlannedTable& plan) {
  const TableNames names(plan.name);
  const auto create = [](const std::string& name, std::string_view body) {
    return fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", quote_identifier(name), body);
  };
  return {
      create(names.metadata, R"(
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
      create(names.rejects, R"(
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
  generation INTEGER NOT NULL DEFAULT 1
)"),
      create(names.gaps, R"(
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  from_offset INTEGER NOT NULL,
  to_offset INTEGER NOT NULL,
  reason TEXT NOT NULL,
  job_id TEXT NOT NULL,
  noticed_at TEXT NOT NULL
)"),
      create("sluice_jobs", R"(
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
      create("sluice_meta", "\n  \"key\" TEXT NOT NULL PRIMARY KEY,\n  value TEXT NOT NULL\n"),
      fmt::format("INSERT INTO sluice_meta (\"key\", value) VALUES ('layout', '{}')"
                  " ON CONFLICT DO NOTHING",
                  layout_version),
  };
}

std::optional<ExistingTable> check_layout(Database& database, const PlannedTable& plan) {
  check_names_are_ours(database, plan);
  check_version(database, plan);
  std::optional<ExistingTable> existing = look_at_table(database, plan.name);
  if (existing) {
    check_fits(*existing, plan);
  } else {
    check_table_was_not_dropped(database, plan);
  }
  return existing;
}

void make_layout(Database& database, const PlannedTable& plan) {
  if (!look_at_table(database, plan.name)) {
    for (const std::string& sql : table_sql(plan)) database.execute(sql);
  }
  for (const std::string& sql : side_table_sql(plan)) database.execute(sql);
  add_generation_to_rejects(database, plan);
}

}  // namespace sluice
