#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "catalog/load_catalog.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

// The column `a` of a dataset, written as `{ type: integer }` behind "    a: " in line 5.
struct LoadedColumn {
  test::TempDir dir;
  Catalog catalog;
  Problems problems;

  explicit LoadedColumn(std::string_view column) {
    dir.write(
        "schemas/datasets/db.yaml",
        fmt::format("engine: sqlite\npath: a.db\ntables:\n  t: {{ columns: {{\n    a: {} }} }}\n",
                    column));
    catalog = load_catalog(dir.path().string(), {{}, {"db"}}, problems);
  }

  const ColumnSpec& spec() const {
    return catalog.datasets.at("db").tables.at("t").columns.at(0).spec;
  }
  // "12 scale must be ...": the column of the line and the sentence.
  std::string told() const {
    std::string lines;
    for (const Problem& problem : problems.errors()) {
      CHECK(problem.place.line == 5);
      lines += fmt::format("{} {}\n", problem.place.column, problem.message);
    }
    return lines;
  }
};

TEST_CASE("a decimal says how many digits it has and how it is kept") {
  const LoadedColumn price("{ type: decimal, precision: 10, scale: 2, storage: integer }");
  CHECK(price.told() == "");
  CHECK(price.spec().type == ColumnType::decimal);
  CHECK(price.spec().precision == 10);
  CHECK(price.spec().scale == 2);
  CHECK(price.spec().storage == DecimalStorage::integer);
  const LoadedColumn plain("{ type: decimal, scale: 0 }");
  CHECK(plain.told() == "");
  CHECK(plain.spec().precision == 38);
  CHECK(plain.spec().storage == DecimalStorage::text);
  CHECK(LoadedColumn("{ type: decimal, scale: 2, storage: integer }").spec().precision == 18);
  CHECK(LoadedColumn("{ type: decimal, scale: 2, storage: real }").spec().precision == 15);
}

TEST_CASE("times say how numbers and texts are read, and how they are written") {
  const LoadedColumn epoch("{ type: datetime, unit: us, digits: 9 }");
  CHECK(epoch.told() == "");
  CHECK(epoch.spec().unit == TimeUnit::microseconds);
  CHECK(epoch.spec().digits == 9);
  const LoadedColumn formatted("{ type: date, format: '%d.%m.%Y' }");
  CHECK(formatted.told() == "");
  CHECK(formatted.spec().format->written == "%d.%m.%Y");
  CHECK(LoadedColumn("{ type: datetime }").spec().digits == 6);
  CHECK_FALSE(LoadedColumn("{ type: datetime }").spec().unit);
}

TEST_CASE("a default is kept as its column keeps it") {
  const auto value = [](std::string_view column) {
    const LoadedColumn loaded(column);
    CHECK(loaded.told() == "");
    return loaded.spec().default_value.value();
  };
  CHECK(value("{ type: integer, default: 7 }") == StoredValue(std::int64_t{7}));
  CHECK(value("{ type: integer, default: '7' }") == StoredValue(std::int64_t{7}));
  CHECK(value("{ type: real, default: 1e3 }") == StoredValue(1000.0));
  CHECK(value("{ type: decimal, scale: 2, default: 1.5 }") == StoredValue(std::string("1.50")));
  CHECK(value("{ type: text, default: 007 }") == StoredValue(std::string("007")));
  CHECK(value("{ type: text, default: '' }") == StoredValue(std::string()));
  CHECK(value("{ type: boolean, default: true }") == StoredValue(std::int64_t{1}));
  CHECK(value("{ type: boolean, default: 0 }") == StoredValue(std::int64_t{0}));
  CHECK(value("{ type: date, default: 2026-11-23 }") == StoredValue(std::string("2026-11-23")));
  CHECK(value("{ type: datetime, digits: 0, unit: s, default: 0 }") ==
        StoredValue(std::string("1970-01-01T00:00:00Z")));
  CHECK(value("{ type: date, format: '%d.%m.%Y', default: 23.11.2026 }") ==
        StoredValue(std::string("2026-11-23")));
  CHECK(value("{ type: json, default: '{\"a\": []}' }") == StoredValue(std::string("{\"a\": []}")));
  CHECK(value("{ type: blob, default: Zm9v }") == StoredValue(StoredBlob{"foo"}));
}

TEST_CASE("every problem of an option is told at its place, with what would be right") {
  struct Case {
    std::string_view column;
    std::string_view told;
  };
  const Case cases[] = {
      {"{ type: text, scale: 2 }", "22 scale belongs to a column of type decimal, not text\n"},
      {"{ type: real, precision: 2 }",
       "22 precision belongs to a column of type decimal, not real\n"},
      {"{ type: text, min: 2 }",
       "22 min belongs to a column of type integer, real, decimal, date, datetime, not text\n"},
      {"{ type: boolean, max: 1 }",
       "25 max belongs to a column of type integer, real, decimal, date, datetime, not boolean\n"},
      {"{ type: date, digits: 3 }", "22 digits belongs to a column of type datetime, not date\n"},
      {"{ type: integer, unit: s }",
       "25 unit belongs to a column of type date, datetime, not integer\n"},
      {"{ type: text, format: '%F' }",
       "22 format belongs to a column of type date, datetime, not text\n"},
      {"{ type: text, encoding: base64 }",
       "22 encoding belongs to a column of type blob, not text\n"},
      {"{ type: text, storage: text }",
       "22 storage belongs to a column of type decimal, not text\n"},
      {"{ type: texd, scale: 2 }", "16 unknown column type \"texd\" (did you mean \"text\"?)\n"},

      {"{ type: decimal }",
       "16 column \"a\" of type decimal needs a scale, as in { type: decimal, precision: 10, "
       "scale: 2 }\n"},
      {"{ type: decimal, precision: 10, scale: 12 }",
       "47 scale must be a whole number from 0 to 10, the precision, not \"12\"\n"},
      {"{ type: decimal, precision: 39, scale: 2 }",
       "36 precision must be a whole number from 1 to 38, not \"39\"\n"},
      {"{ type: decimal, precision: 0, scale: 0 }",
       "36 precision must be a whole number from 1 to 38, not \"0\"\n"},
      {"{ type: decimal, precision: ten, scale: 0 }",
       "36 precision must be a whole number from 1 to 38, not \"ten\"\n"},
      {"{ type: decimal, precision: 19, scale: 2, storage: integer }",
       "36 precision must be a whole number from 1 to 18 with this storage, not \"19\"\n"},
      {"{ type: decimal, precision: 16, scale: 2, storage: real }",
       "36 precision must be a whole number from 1 to 15 with this storage, not \"16\"\n"},
      {"{ type: decimal, scale: 2, storage: txt }",
       "44 unknown storage \"txt\" (did you mean \"text\"?)\n"},

      {"{ type: datetime, digits: 4 }", "34 unknown digits \"4\"; known: 0, 3, 6, 9\n"},
      {"{ type: datetime, unit: sec }", "32 unknown unit \"sec\"; known: s, ms, us\n"},
      {"{ type: datetime, unit: s, format: '%F' }",
       "43 unit and format exclude each other: numbers are read by a unit, texts by a format\n"},
      {"{ type: datetime, format: '%Y-%q' }", "34 format \"%Y-%q\" has the unknown directive %q\n"},
      {"{ type: datetime, format: '%H:%M' }",
       "34 format \"%H:%M\" does not tell year, month and day, as %Y-%m-%d does\n"},
      {"{ type: blob, encoding: hex }", "32 unknown encoding \"hex\"; known: base64\n"},

      {"{ type: integer, min: 1.5 }", "30 min of column \"a\": 1.5 is not an integer of 64 bits\n"},
      {"{ type: integer, min: 7, max: 6 }", "38 max 6 of column \"a\" is less than min 7\n"},
      {"{ type: real, min: 0.5, max: 0.25 }", "37 max 0.25 of column \"a\" is less than min 0.5\n"},
      {"{ type: decimal, scale: 1, max: 1.55 }",
       "40 max of column \"a\": 1.55 has more than 1 digit after the point\n"},
      {"{ type: date, min: 2026-13-01 }",
       "27 min of column \"a\": \"2026-13-01\" is not a date of ISO 8601\n"},
      {"{ type: date, format: '%d.%m.%Y', min: 1.1.2026 }",
       "47 min of column \"a\": \"1.1.2026\" is not a date of ISO 8601\n"},
      {"{ type: datetime, min: 2026-01-02, max: 2026-01-01 }",
       "48 max 2026-01-01 of column \"a\" is less than min 2026-01-02\n"},
      {"{ type: integer, min: [1] }", "30 min of column \"a\" must be a text, not a list\n"},

      {"{ type: integer, default: x }",
       "34 default of column \"a\": \"x\" is not an integer of 64 bits\n"},
      {"{ type: integer, max: 6, default: 7 }",
       "42 default of column \"a\": 7 is more than max 6\n"},
      {"{ type: integer, default: }", "25 default of column \"a\" has no value\n"},
      {"{ type: boolean, default: 2 }",
       "34 default of column \"a\": 2 is not true, false, 0 or 1\n"},
      {"{ type: json, default: abc }", "31 default of column \"a\": \"abc\" is not JSON\n"},
      {"{ type: json, default: {} }", "31 default of column \"a\" must be a text, not a map\n"},
      {"{ type: blob, default: Zm9 }", "31 default of column \"a\": \"Zm9\" is not base64\n"},
      {"{ type: datetime, default: 0 }",
       "35 default of column \"a\": 0 is a number, and the column has no unit\n"},
      {"{ type: text, scale: 1, digits: 2 }",
       "22 scale belongs to a column of type decimal, not text\n"
       "32 digits belongs to a column of type datetime, not text\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.column);
    CHECK(LoadedColumn(c.column).told() == c.told);
  }
}

TEST_CASE("what a reference leads to is not told") {
  setenv("SLUICE_TEST_DEFAULT", "a secret", 1);
  CHECK(LoadedColumn("{ type: integer, default: env:SLUICE_TEST_DEFAULT }").told() ==
        "34 default of column \"a\": the value of env:SLUICE_TEST_DEFAULT does not fit the type\n");
  const LoadedColumn text("{ type: text, default: env:SLUICE_TEST_DEFAULT }");
  unsetenv("SLUICE_TEST_DEFAULT");
  CHECK(text.told() == "");
  CHECK(text.spec().default_value == StoredValue(std::string("a secret")));
}

}  // namespace
}  // namespace sluice
