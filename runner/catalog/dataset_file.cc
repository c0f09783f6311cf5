#include "catalog/dataset_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "catalog/column_file.h"
#include "catalog/names.h"
#include "catalog/secret.h"
#include "catalog/sqlite_file.h"
#include "catalog/wording.h"

namespace sluice {
namespace {

// Tables of a database, or columns of a table, must differ by more than case for SQLite.
void check_names_differ(YamlReader& reader, const YamlMap& map) {
  std::map<std::string, const YamlEntry*> seen;
  for (const YamlEntry& entry : map.entries) {
    const auto [first, is_new] = seen.emplace(folded(entry.key), &entry);
    if (is_new) continue;
    reader.problem(
        entry.key_place,
        fmt::format("{} and {} in line {} differ only in case, which is one name to SQLite",
                    in_quotes(entry.key), in_quotes(first->second->key),
                    first->second->key_place.line));
  }
}

void check_reserved(YamlReader& reader, const YamlEntry& entry, std::string_view reason) {
  if (reason.empty()) return;
  reader.problem(entry.key_place, fmt::format("{} is reserved: {}", in_quotes(entry.key), reason));
}

std::vector<Column> read_columns(YamlReader& reader, const YamlValue& value) {
  const YamlMap map = reader.map(value, "columns");
  if (value.node.IsMap() && value.node.size() == 0) {
    reader.problem(value.place, "columns must name at least one column");
  }
  check_names_differ(reader, map);
  std::vector<Column> columns;
  for (const YamlEntry& entry : map.entries) {
    check_reserved(reader, entry, why_reserved_column(entry.key));
    columns.push_back(read_column(reader, entry));
  }
  return columns;
}

// Columns of the table, each once; `what` is "primary_key" or "an index".
std::vector<std::string> read_column_list(YamlReader& reader, const YamlValue& value,
                                          std::string_view what, const Table& table) {
  std::vector<std::string> declared;
  for (const Column& column : table.columns) declared.push_back(column.name);
  std::vector<std::string> names;
  const auto items = reader.list(value, what);
  if (value.node.IsSequence() && items.empty()) {
    reader.problem(value.place, fmt::format("{} must name at least one column", what));
  }
  for (const YamlValue& item : items) {
    auto text = reader.text(item, fmt::format("a column of {}", what));
    if (!text) continue;
    if (table.find(text->value) == nullptr) {
      reader.problem(item.place, fmt::format("{} names an unknown column {}{}", what, text->shown,
                                             suggestion(text->value, declared)));
    } else if (std::ranges::count(names, text->value) > 0) {
      reader.problem(item.place, fmt::format("{} names {} twice", what, text->shown));
    } else {
      names.push_back(std::move(text->value));
    }
  }
  return names;
}

void check_primary_key(YamlReader& reader, const YamlValue& value, const Table& table) {
  for (const std::string& name : table.primary_key) {
    if (!table.find(name)->nullable) continue;
    reader.problem(value.place, fmt::format("column {} is part of the primary key, so it cannot be "
                                            "nullable",
                                            in_quotes(name)));
  }
}

void read_keys(YamlReader& reader, const YamlMap& map, Table& table) {
  if (const auto* key = map.find("primary_key")) {
    table.primary_key = read_column_list(reader, *key, "primary_key", table);
    check_primary_key(reader, *key, table);
  }
  const auto* indexes = map.find("indexes");
  if (indexes == nullptr) return;
  for (const YamlValue& index : reader.list(*indexes, "indexes")) {
    table.indexes.push_back(read_column_list(reader, index, "an index", table));
  }
}

Table read_table(YamlReader& reader, const YamlEntry& entry) {
  Table table{
      .name = entry.key, .place = entry.key_place, .columns = {}, .primary_key = {}, .indexes = {}};
  check_reserved(reader, entry, why_reserved_table(entry.key));
  const std::string what = fmt::format("table {}", in_quotes(entry.key));
  const YamlMap map = reader.map(entry.value, what, table_keys);
  if (const auto* columns = map.find("columns")) {
    table.columns = read_columns(reader, *columns);
  } else if (entry.value.node.IsMap()) {
    reader.problem(entry.key_place, fmt::format("{} needs columns", what));
  }
  read_keys(reader, map, table);
  if (const auto* provenance = map.find("provenance")) {
    table.provenance = reader.boolean(*provenance, "provenance").value_or(false);
  }
  return table;
}

std::string read_path(YamlReader& reader, const YamlValue& value) {
  const auto text = reader.text(value, "path");
  if (!text) return {};
  // SQLite would take both for a database that is gone when the job ends.
  if (text->value.empty() || text->value == ":memory:") {
    reader.problem(value.place, "path must name a file, such as data/prim.db");
    return {};
  }
  return in_project(reader.project(), text->value);
}

}  // namespace

Dataset read_dataset(YamlReader& reader, const YamlValue& root, const std::string& name) {
  Dataset dataset;
  dataset.name = name;
  dataset.place = root.place;
  const YamlMap map = reader.map(root, "a dataset", dataset_keys);
  if (const auto* engine = map.find("engine")) {
    reader.word(*engine, "engine", engines);
  } else {
    reader.problem(root.place, "a dataset needs \"engine: sqlite\"");
  }
  if (const auto* path = map.find("path")) {
    dataset.path = read_path(reader, *path);
  } else {
    reader.problem(root.place, "a dataset needs \"path: data/prim.db\", its database file");
  }
  if (const auto* sqlite = map.find("sqlite")) dataset.sqlite = read_sqlite(reader, *sqlite);
  if (const auto* tables = map.find("tables")) {
    const YamlMap entries = reader.map(*tables, "tables");
    check_names_differ(reader, entries);
    for (const YamlEntry& entry : entries.entries) {
      dataset.tables.emplace(entry.key, read_table(reader, entry));
    }
  }
  return dataset;
}

}  // namespace sluice
