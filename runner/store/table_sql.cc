#include "store/table_sql.h"

#include <fmt/format.h>

#include "base/ascii_case.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/names.h"

namespace sluice {
namespace {

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

std::string column_sql(const Column& column) {
  return fmt::format("{} {}{}", quote_identifier(column.name), sql_type(column.spec),
                     column.nullable ? "" : " NOT NULL");
}

std::string create_table(const PlannedTable& plan) {
  std::string body;
  const auto add = [&body](std::string_view line) {
    body += body.empty() ? "\n  " : ",\n  ";
    body += line;
  };
  for (const Column& column : plan.declared) add(column_sql(column));
  for (const auto& [name, type] : provenance_columns(plan)) {
    add(fmt::format("{} {} NOT NULL", name, type));
  }
  if (!plan.primary_key.empty())
    add(fmt::format("PRIMARY KEY ({})", column_list(plan.primary_key)));
  return fmt::format("CREATE TABLE {} ({}\n)", quote_identifier(plan.name), body);
}

std::string literal(const StoredValue& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(std::int64_t integer) const { return fmt::format("{}", integer); }
    std::string operator()(double real) const {
      const std::string text = fmt::format("{}", real);
      return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }
    std::string operator()(const std::string& text) const { return quote_literal(text); }
    std::string operator()(const StoredBlob& blob) const {
      std::string text = "X'";
      for (const char byte : blob.bytes) {
        text += fmt::format("{:02X}", static_cast<unsigned char>(byte));
      }
      return text + "'";
    }
  };
  return std::visit(Visitor(), value);
}

// What a column kept otherwise, as this type keeps it. SQLite's texts of numbers are not decimals
// of a fixed scale.
std::string converted(const ColumnSpec& spec, const std::string& value) {
  const std::string cast = fmt::format("CAST({} AS {})", value, sql_type(spec));
  if (spec.type != ColumnType::decimal || kept_as(spec) != StorageClass::text) return cast;
  std::string zeros;
  if (spec.scale > 0) zeros = "." + std::string(static_cast<std::size_t>(spec.scale), '0');
  return fmt::format(
      "CASE typeof({0}) WHEN 'integer' THEN {0} || '{1}' WHEN 'real' THEN printf('%.{2}f', {0})"
      " ELSE {3} END",
      value, zeros, spec.scale, cast);
}

}  // namespace

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

std::string added_column_sql(const Column& column) {
  const auto& by_default = column.spec.default_value;
  if (column.nullable || !by_default) return column_sql(column);
  return fmt::format("{} DEFAULT {}", column_sql(column), literal(*by_default));
}

std::string remade_column_sql(const PlannedTable& plan, const Column& column) {
  const std::string was = quote_identifier(column.name + "__was");
  return fmt::format(
      "ALTER TABLE {0} RENAME COLUMN {1} TO {2}; ALTER TABLE {0} ADD COLUMN {1} {3};"
      " UPDATE {0} SET {1} = {4}; ALTER TABLE {0} DROP COLUMN {2}",
      quote_identifier(plan.name), quote_identifier(column.name), was, sql_type(column.spec),
      converted(column.spec, was));
}

std::string provenance_index_sql(const PlannedTable& plan, IndexNames& names) {
  return fmt::format("CREATE UNIQUE INDEX {} ON {} ({})",
                     quote_identifier(names.take(plan.name + "__provenance")),
                     quote_identifier(plan.name), column_list(provenance_names(plan)));
}

IndexNames IndexNames::of(Database& database) {
  IndexNames names;
  Statement all = database.prepare("SELECT name FROM sqlite_schema");
  while (all.step()) names.taken_.insert(folded(all.text(0)));
  return names;
}

void IndexNames::reserve(const std::string& table) { taken_.insert(folded(table)); }

std::string IndexNames::take(const std::string& name) {
  std::string free_name = name;
  for (int i = 2; !taken_.insert(folded(free_name)).second; ++i) {
    free_name = fmt::format("{}_{}", name, i);
  }
  return free_name;
}

std::string index_sql(const PlannedTable& plan, const std::vector<std::string>& columns,
                      IndexNames& names) {
  std::string name = plan.name + "__by";
  for (const std::string& column : columns) name += "_" + column;
  return fmt::format("CREATE INDEX {} ON {} ({})", quote_identifier(names.take(name)),
                     quote_identifier(plan.name), column_list(columns));
}

std::vector<std::string> table_sql(const PlannedTable& plan, IndexNames& names) {
  names.reserve(plan.name);
  std::vector<std::string> sql{create_table(plan)};
  if (plan.provenance) sql.push_back(provenance_index_sql(plan, names));
  for (const std::vector<std::string>& columns : plan.indexes) {
    sql.push_back(index_sql(plan, columns, names));
  }
  return sql;
}

}  // namespace sluice
