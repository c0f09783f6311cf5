#include "store/difference.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii_case.h"
#include "sqlite/database.h"
#include "sqlite/quote.h"
#include "store/column_keeps.h"
#include "store/names.h"
#include "store/table_sql.h"

namespace sluice {
namespace {

Column nullable(Column column) {
  column.nullable = true;
  return column;
}

// What is found, step by step.
class Comparison {
 public:
  Comparison(Database& database, const ExistingTable& existing, const PlannedTable& plan,
             IndexNames& names)
      : database_(database),
        existing_(existing),
        plan_(plan),
        names_(names),
        table_(quote_identifier(plan.name)) {}

  std::vector<Difference> all() {
    if (existing_.kind != "table") {
      cannot(fmt::format("it is a {}, and rows go into ordinary tables only",
                         existing_.kind == "virtual" ? "virtual table" : existing_.kind),
             "choose another name in the dataset");
      return std::move(found_);
    }
    for (const Column& column : plan_.declared) compare(column);
    for (const ProvenanceColumn& column : provenance_columns(plan_)) compare(column);
    compare_key();
    compare_indexes();
    return std::move(found_);
  }

 private:
  void can(std::string what, std::string statement) {
    found_.push_back({std::move(what), std::move(statement), {}, Difference::Kind::buildable});
  }
  void cannot(std::string what, std::string advice, std::string statement = {}) {
    found_.push_back(
        {std::move(what), std::move(statement), std::move(advice), Difference::Kind::obstacle});
  }

  bool has_rows() {
    return database_.ask(fmt::format("SELECT EXISTS (SELECT 1 FROM {})", table_)) == "1";
  }

  void compare(const Column& column) {
    const ExistingColumn* there = existing_.find(column.name);
    if (there == nullptr) return add(column);
    const std::string name = quote_identifier(column.name);
    const std::string fault = why_not_kept(column.spec, *there, existing_.is_strict);
    if (!fault.empty()) {
      cannot(
          fmt::format("cannot keep the values of {} of type {}: {}", name,
                      name_of(column.spec.type), fault),
          "SQLite cannot change a column's type: change it in the dataset, or " + made_anew(*there),
          made_anew_sql(column, *there));
    }
    if (column.nullable && there->not_null && !there->is_rowid && !there->generated) {
      found_.push_back(
          {fmt::format("column {} may be NULL, and in the table it is NOT NULL, so that NULL there "
                       "is a reject",
                       name),
           made_anew_sql(column, *there),
           "SQLite cannot take a NOT NULL away: say \"nullable: false\" in the dataset, or " +
               made_anew(*there),
           Difference::Kind::strictness});
    }
  }

  std::string made_anew(const ExistingColumn& column) {
    return is_free(column) ? "make the column anew" : "load into a new table";
  }
  std::string made_anew_sql(const Column& column, const ExistingColumn& there) {
    return is_free(there) ? remade_column_sql(plan_, column) : std::string();
  }

  // SQLite lets no column go that something else of the schema names.
  bool is_free(const ExistingColumn& column) {
    const auto is_it = [&](const std::string& name) { return is_same_name(name, column.name); };
    const auto names_it = [&](const ExistingIndex& index) {
      return !index.is_plain || std::ranges::any_of(index.columns, is_it);
    };
    return !existing_.may_have_checks && !existing_.must_be_written_row_by_row &&
           !existing_.is_referred_to && std::ranges::none_of(existing_.primary_key, is_it) &&
           std::ranges::none_of(existing_.indexes, names_it) &&
           std::ranges::none_of(existing_.columns, &ExistingColumn::generated) && !has_onlookers();
  }

  bool has_onlookers() {
    return database_.ask(
               "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type IN ('view', 'trigger'))") ==
           "1";
  }

  void add(const Column& column) {
    const std::string name = quote_identifier(column.name);
    const std::string what = fmt::format("column {} is missing", name);
    if (std::ranges::count(plan_.primary_key, column.name) > 0) {
      return cannot(what,
                    "it is part of the primary key, and the key of a table cannot be "
                    "changed: load into a new table");
    }
    if (!column.nullable && !column.spec.default_value && has_rows()) {
      return cannot(what,
                    "it is NOT NULL, and nothing says what it is in the rows that are there: give "
                    "it a \"default\", or say \"nullable: true\", in the dataset, or add it "
                    "without NOT NULL",
                    add_column_sql(nullable(column)));
    }
    can(what, add_column_sql(column));
  }

  std::string add_column_sql(const Column& column) const {
    return fmt::format("ALTER TABLE {} ADD COLUMN {}", table_, added_column_sql(column));
  }

  void compare(const ProvenanceColumn& column) {
    if (existing_.find(column.name) != nullptr) return;
    const std::string what =
        fmt::format("column {} of the provenance is missing", quote_identifier(column.name));
    if (has_rows()) {
      return cannot_provenance(what,
                               "nobody knows it of the rows that are there: load into a new table");
    }
    if (existing_.find("_offset") != nullptr) {
      return cannot_provenance(
          what,
          "a table that rows of \"explode\" go into has it from its making on: load "
          "into a new table");
    }
    can(what,
        fmt::format("ALTER TABLE {} ADD COLUMN {} {} NOT NULL", table_, column.name, column.type));
  }

  void cannot_provenance(std::string what, std::string why) {
    has_provenance_ = false;
    cannot(std::move(what), std::move(why));
  }

  void compare_key() {
    if (plan_.primary_key.empty() || existing_.has_key(plan_.primary_key)) return;
    const std::string columns = column_list(plan_.primary_key);
    cannot(fmt::format("it has no PRIMARY KEY and no UNIQUE index over {}", columns),
           "the key of a table cannot be changed; for loads this does as well",
           fmt::format("CREATE UNIQUE INDEX {} ON {} ({})",
                       quote_identifier(names_.take(plan_.name + "__key")), table_, columns));
  }

  void compare_indexes() {
    if (plan_.provenance && has_provenance_ && !existing_.has_key(provenance_names(plan_))) {
      can("the UNIQUE index over the provenance is missing", provenance_index_sql(plan_, names_));
    }
    for (const std::vector<std::string>& columns : plan_.indexes) {
      if (existing_.has_index(columns)) continue;
      can(fmt::format("the index over {} is missing", column_list(columns)),
          index_sql(plan_, columns, names_));
    }
  }

  Database& database_;
  const ExistingTable& existing_;
  const PlannedTable& plan_;
  IndexNames& names_;
  const std::string table_;
  bool has_provenance_ = true;  // its columns are there, or can be added
  std::vector<Difference> found_;
};

}  // namespace

std::string Difference::mended_by() const {
  if (advice.empty() || statement.empty()) return advice + statement;
  return advice + ": " + statement;
}

std::vector<Difference> differences(Database& database, const ExistingTable& existing,
                                    const PlannedTable& plan, IndexNames& names) {
  return Comparison(database, existing, plan, names).all();
}

}  // namespace sluice
