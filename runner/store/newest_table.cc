#include "store/newest_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "base/error.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/existing_table.h"
#include "store/names.h"
#include "store/row_sql.h"

namespace sluice {
namespace {

std::string newest_name(const std::string& table) {
  return quote_identifier(TableNames(table).newest);
}

bool has_rows(Database& database, const std::string& quoted) {
  return !database.ask("SELECT 1 FROM " + quoted + " LIMIT 1").empty();
}

bool is_deletion(const Batch& batch, std::uint32_t row) {
  return batch.messages()[batch.message_of_row(row)].fate == Fate::tombstone;
}

// "key_0, key_1": the user's names could be ours.
std::string own_key_columns(const PlannedTable& plan) {
  std::string list;
  for (std::size_t i = 0; i < plan.key_cells.size(); ++i) list += fmt::format("key_{}, ", i);
  return list;
}

// "key_0 TEXT COLLATE NOCASE", as the table has its column: two keys are the same here where they
// are the same there.
std::string own_key_definitions(const PlannedTable& plan, const ExistingTable& table) {
  std::string list;
  for (std::size_t i = 0; i < plan.primary_key.size(); ++i) {
    const ExistingColumn* column = table.find(plan.primary_key[i]);
    // Anything may stand in quotes for a type, and means the same. ANY is one in STRICT tables
    // only.
    const bool converts =
        column != nullptr && !column->type.empty() && !(table.is_strict && column->type == "any");
    list += fmt::format(
        "key_{}{} COLLATE {}, ", i, converts ? " " + quote_identifier(column->type) : std::string(),
        quote_identifier(table.key_collation(plan.primary_key, plan.primary_key[i])));
  }
  return list;
}

std::string key_cells(const PlannedTable& plan) {
  std::string list;
  for (const std::size_t cell : plan.key_cells) list += BatchTable::cell_column(cell) + ", ";
  return list;
}

// Of the key that a row of the batch table has.
std::string same_key(const PlannedTable& plan) {
  std::string sql;
  for (std::size_t i = 0; i < plan.key_cells.size(); ++i) {
    sql += fmt::format("key_{} = {} AND ", i, BatchTable::compared_cell(plan.key_cells[i]));
  }
  return sql;
}

// The row that is there has the value of newest_by that the row of the batch table has.
std::string is_stored_sql(const PlannedTable& plan, const KeyCollations& collations) {
  const std::string table = quote_identifier(plan.name);
  std::string key;
  for (std::size_t i = 0; i < plan.key_cells.size(); ++i) {
    key += fmt::format("{}.{}{} = {} AND ", table, quote_identifier(plan.primary_key[i]),
                       collations[i], BatchTable::compared_cell(plan.key_cells[i]));
  }
  return fmt::format("EXISTS (SELECT 1 FROM {0} WHERE {1}{0}.{2} IS {3})", table, key,
                     quote_identifier(plan.columns[*plan.newest_by].name),
                     BatchTable::compared_cell(*plan.newest_by));
}

}  // namespace

NewestTable::NewestTable(Database& database, BatchTable& batch_table, const PlannedTable& plan,
                         bool replays)
    : database_(database), batch_table_(batch_table), plan_(plan), replays_(replays) {}

void NewestTable::begin() {
  const TableNames names(plan_.name);
  const bool has_rejects = has_rows(database_, quote_identifier(names.rejects));
  if (!has_rejects) drop_newest(database_, plan_.name);  // somebody took the last of them away
  is_there_ = look_at_table(database_, names.newest).has_value();
  if (!is_there_ && (has_rejects || replays_)) {
    make();
    seed();
  }
  if (is_there_) prepare();
}

void NewestTable::make() {
  const std::optional<ExistingTable> table = look_at_table(database_, plan_.name);
  if (!table) throw Error(ExitCode::our_bug, "the keys of a table that is not there are noted");
  database_.execute(fmt::format(R"(CREATE TABLE {} ({}
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  is_deletion INTEGER NOT NULL,
  "partition" INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  timestamp_ms INTEGER,
  PRIMARY KEY ({}source, topic, is_deletion)
) WITHOUT ROWID)",
                                newest_name(plan_.name), own_key_definitions(plan_, *table),
                                own_key_columns(plan_)));
  is_there_ = true;
}

// A row whose provenance nobody knows is of no topic, which is newer than any message. No message
// has the key of a row whose key is NULL.
void NewestTable::seed() {
  std::string keys;
  std::string has_key = "true";
  for (const std::string& name : plan_.primary_key) {
    keys += quote_identifier(name) + ", ";
    has_key += fmt::format(" AND {} IS NOT NULL", quote_identifier(name));
  }
  const auto take = [&](std::string_view origin, std::string_view condition) {
    database_.execute(fmt::format("INSERT INTO {} SELECT {}{} FROM {} WHERE {} AND {}",
                                  newest_name(plan_.name), keys, origin,
                                  quote_identifier(plan_.name), has_key, condition));
  };
  constexpr std::string_view of_no_topic = "'', '', 0, -1, 0, 0, NULL";
  if (!plan_.provenance) return take(of_no_topic, "true");
  constexpr std::string_view address = "_source || _topic || _partition || _generation || _offset";
  take("_source, _topic, 0, _partition, _generation, _offset, NULL",
       fmt::format("{} IS NOT NULL", address));
  take(of_no_topic, fmt::format("{} IS NULL", address));
}

void NewestTable::prepare() {
  collations_ = key_collations(look_at_table(database_, plan_.name), plan_);
  note_rows_ = database_.prepare(note_sql(false));
  note_deletions_ = database_.prepare(note_sql(true));
}

std::string NewestTable::note_sql(bool is_deletion) const {
  std::string condition = replays_ ? is_newest_sql() : "true";
  // A row that newest_by has refused has written nothing.
  if (plan_.newest_by && !is_deletion) condition += " AND " + is_stored_sql(plan_, collations_);
  return fmt::format(
      R"(INSERT INTO {0} ({1}source, topic, is_deletion, "partition", generation, "offset",)"
      R"( timestamp_ms) SELECT {2}origin_source, origin_topic, {3}, origin_partition,)"
      R"( origin_generation, origin_offset, origin_timestamp FROM sluice_batch WHERE {4})"
      R"( ON CONFLICT ({1}source, topic, is_deletion) DO UPDATE SET)"
      R"( "partition" = excluded."partition", generation = excluded.generation,)"
      R"( "offset" = excluded."offset", timestamp_ms = excluded.timestamp_ms)",
      newest_name(plan_.name), own_key_columns(plan_), key_cells(plan_), is_deletion ? 1 : 0,
      condition);
}

void NewestTable::note(const Batch& batch, std::uint32_t end,
                       std::span<const std::uint32_t> rejected) {
  if (!is_there_) {
    if (rejected.empty()) return;
    make();
    prepare();
  }
  rows_.clear();
  deletions_.clear();
  for (std::uint32_t row = 0; row < batch.row_count(); ++row) {
    const std::uint32_t message = batch.message_of_row(row);
    if (message >= end) break;
    if (std::ranges::binary_search(rejected, message)) continue;
    (is_deletion(batch, row) ? deletions_ : rows_).push_back(row);
  }
  const auto take = [&](const std::vector<std::uint32_t>& rows, Statement& note) {
    if (rows.empty()) return;
    batch_table_.show(batch, rows);
    note.run();
  };
  take(rows_, *note_rows_);
  take(deletions_, *note_deletions_);
}

std::string NewestTable::is_newest_sql() const {
  // With newest_by a later message without a greater value has changed nothing: what counts is a
  // deletion since, and of two rows with the same value the later one.
  const std::string what_counts =
      plan_.newest_by ? fmt::format(" AND (is_deletion OR {})", is_stored_sql(plan_, collations_))
                      : std::string();
  return fmt::format(
      R"(NOT EXISTS (SELECT 1 FROM {} WHERE {}(topic = '' OR source = origin_source AND)"
      R"( topic = origin_topic) AND CASE WHEN "partition" = origin_partition THEN)"
      R"( (generation, "offset") > (origin_generation, origin_offset) ELSE)"
      R"( coalesce(timestamp_ms >= origin_timestamp, 1) END{}))",
      newest_name(plan_.name), same_key(plan_), what_counts);
}

void drop_newest_without_rejects(Database& database, const std::string& table) {
  if (has_rows(database, quote_identifier(TableNames(table).rejects))) return;
  drop_newest(database, table);
}

void drop_newest(Database& database, const std::string& table) {
  database.execute("DROP TABLE IF EXISTS " + newest_name(table));
}

}  // namespace sluice
