// Every row of tests/data/types.tsv, from the definition of its column to the row or the reject;
// and the README's table, which is made of the same rows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <map>

#include "catalog/load_catalog.h"
#include "plan/column_mapping.h"
#include "prepare/fit.h"
#include "record/json_decoder.h"
#include "support/one_partition.h"
#include "support/temp_dir.h"
#include "support/value_table.h"

namespace sluice {
namespace {

// The value as SQL writes it, which tells an integer from a real and a text.
std::string literal(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null:
      return "NULL";
    case Cell::Kind::integer:
      return fmt::format("{}", cell.integer);
    case Cell::Kind::real: {
      const std::string text = fmt::format("{}", cell.real);
      return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }
    case Cell::Kind::text: {
      std::string text = "'";
      for (const char c : cell.view()) text += c == '\'' ? std::string("''") : std::string(1, c);
      return text + "'";
    }
    case Cell::Kind::blob: {
      std::string text = "X'";
      for (const char c : cell.view()) text += fmt::format("{:02X}", static_cast<unsigned char>(c));
      return text + "'";
    }
    default:
      return "not a stored value";
  }
}

// One column of a dataset, with all that a message passes on its way into it.
class OneColumn {
 public:
  explicit OneColumn(const Column& column) : plan_(plan_for(column)) {}

  std::string stored(const std::string& json) {
    const std::string document = json == "(missing)" ? "{}" : fmt::format("{{\"v\":{}}}", json);
    batch_.clear();
    batch_.take({.offset = 7, .value = document});
    if (const auto fault = decoder_.decode(batch_, 0)) return "no document: " + fault->reason;
    fitter_.fit(batch_, 0);
    if (batch_.row_count() == 1) return literal(batch_.row(0)[0]);
    return "reject: " + batch_.rejects()[0].reason.text;
  }

 private:
  static LoadPlan plan_for(const Column& column) {
    LoadPlan plan;
    Problems problems;
    const std::vector<const Topic*> topics;
    AttributeNames names({}, topics, plan, problems);
    const auto planned = ColumnMapper(names, plan, problems).map_by_name(column, {});
    plan.table.columns.push_back(planned.value());
    return plan;
  }

  const LoadPlan plan_;
  Batch batch_{1, 1, 1};
  JsonDecoder decoder_{plan_.attributes};
  Fitter fitter_{plan_, test::one_partition()};
};

// The columns of all rows as the catalog reads them, each in a table of its own.
Catalog catalog_of(const std::vector<test::ValueRow>& rows, const test::TempDir& project,
                   Problems& problems) {
  std::string text = "engine: sqlite\npath: a.db\ntables:\n";
  std::map<std::string, int> seen;
  for (const test::ValueRow& row : rows) {
    if (!seen.emplace(row.subject, row.line).second) continue;
    text += fmt::format("  t{}: {{ columns: {{ v: {} }} }}\n", row.line, row.subject);
  }
  project.write("schemas/datasets/db.yaml", text);
  return load_catalog(project.path().string(), {{}, {"db"}}, problems);
}

TEST_CASE("the table of types: what is stored, or why it is rejected") {
  const std::vector<test::ValueRow> rows = test::read_value_table("types.tsv");
  REQUIRE(rows.size() >= 120);
  const test::TempDir project;
  Problems problems;
  const Catalog catalog = catalog_of(rows, project, problems);
  REQUIRE(problems.text() == "");
  std::unique_ptr<OneColumn> column;
  const std::string* of = nullptr;
  for (const test::ValueRow& row : rows) {
    if (of == nullptr || *of != row.subject) {
      const auto& tables = catalog.datasets.at("db").tables;
      const auto table = tables.find(fmt::format("t{}", row.line));
      INFO("rows of one column must stand together; line " << row.line);
      REQUIRE(table != tables.end());
      column = std::make_unique<OneColumn>(table->second.columns[0]);
      of = &row.subject;
    }
    CAPTURE(row.line);
    CAPTURE(row.subject);
    CAPTURE(row.json);
    CHECK(column->stored(row.json) == row.result);
  }
}

TEST_CASE("the README's table of types is made of the same rows") {
  const std::string wanted = test::value_reference(test::read_value_table("types.tsv"),
                                                   "Column | JSON value → stored | Rejected");
  const std::string there = test::readme_table("types.tsv");
  if (there != wanted && std::getenv("SLUICE_WRITE_REFERENCE") != nullptr) {
    test::write_readme_table("types.tsv", wanted);
    return;
  }
  INFO("run scripts/types-reference");
  CHECK(there == wanted);
}

}  // namespace
}  // namespace sluice
