#include <doctest/doctest.h>

#include "catalog/load_catalog.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

struct LoadedDataset {
  test::TempDir dir;
  Catalog catalog;
  Problems problems;

  explicit LoadedDataset(std::string_view text) {
    dir.write("schemas/datasets/db.yaml", text);
    catalog = load_catalog(dir.path().string(), {{}, {"db"}}, problems);
  }

  const Dataset& dataset() const { return catalog.datasets.at("db"); }
  std::string told() const {
    std::string lines;
    for (const Problem& problem : problems.errors()) {
      lines += std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) +
               " " + problem.message + "\n";
    }
    return lines;
  }
};

const std::string dataset_head = "engine: sqlite\npath: a.db\n";

std::string told_of_dataset(std::string_view rest) {
  return LoadedDataset(dataset_head + std::string(rest)).told();
}

// The problems of a table `t` with these columns (line 4) and what stands in lines below.
std::string told_of_columns(std::string_view columns, std::string_view below = "") {
  return told_of_dataset("tables: { t: {\n  columns: { " + std::string(columns) + " }" +
                         (below.empty() ? "" : ",\n  ") + std::string(below) + " } }\n");
}

TEST_CASE("a dataset tells its file and its tables") {
  const LoadedDataset loaded(
      "engine: sqlite\n"
      "path: data/prim.db\n"
      "tables:\n"
      "  guesses:\n"
      "    columns:\n"
      "      index:  { type: integer }\n"
      "      points: { type: real, nullable: true }\n"
      "      name:   { type: text, nullable: false }\n"
      "      won:    { type: boolean }\n"
      "      more:   { type: json }\n"
      "    primary_key: [index]\n"
      "    indexes: [[name], [name, won]]\n"
      "    provenance: true\n");
  CHECK(loaded.told() == "");
  CHECK(loaded.dataset().path == loaded.dir.file("data/prim.db"));
  const Table& table = loaded.dataset().tables.at("guesses");
  CHECK(table.name == "guesses");
  CHECK(table.place.line == 4);
  CHECK(table.primary_key == std::vector<std::string>{"index"});
  CHECK(table.indexes == std::vector<std::vector<std::string>>{{"name"}, {"name", "won"}});
  CHECK(table.provenance);
  std::string columns;
  for (const Column& column : table.columns) {
    columns += column.name + " " + std::string(name_of(column.spec.type)) +
               (column.nullable ? " nullable" : "") + "\n";
  }
  CHECK(columns == "index integer\npoints real nullable\nname text\nwon boolean\nmore json\n");
  CHECK(table.find("points")->place.line == 7);
  CHECK(table.find("POINTS") == nullptr);
}

TEST_CASE("names may hold anything but nothing and NUL") {
  const LoadedDataset loaded(
      dataset_head +
      "tables:\n"
      "  select: { columns: { 'a\"b': { type: text }, 'a b': { type: text }, "
      "\"it's;\": { type: text }, ключ: { type: text } },\n"
      "            primary_key: ['a\"b'] }\n");
  CHECK(loaded.told() == "");
  const Table& table = loaded.dataset().tables.at("select");
  CHECK(table.find("a\"b") != nullptr);
  CHECK(table.find("a b") != nullptr);
  CHECK(table.find("it's;") != nullptr);
  CHECK(table.find("ключ") != nullptr);
  CHECK(table.primary_key == std::vector<std::string>{"a\"b"});
  CHECK(told_of_columns("'': { type: text }") == "4:14 a name must not be empty\n");
  CHECK(told_of_columns("\"a\\0b\": { type: text }") == "4:14 a name must not hold a NUL\n");
}

TEST_CASE("an absolute path stays as it is") {
  CHECK(LoadedDataset("engine: sqlite\npath: /x/y.db\n").dataset().path == "/x/y.db");
}

TEST_CASE("how SQLite keeps the file is set by the dataset, else it is what loads fast") {
  CHECK(LoadedDataset(dataset_head).dataset().sqlite == SqliteSettings());
  const LoadedDataset loaded(
      dataset_head + "sqlite: { page_size: 4096, cache_size: 64MB, wal_autocheckpoint: 5000 }\n");
  CHECK(loaded.told() == "");
  CHECK(loaded.dataset().sqlite == SqliteSettings{4096, 64 << 20, 5000});
}

TEST_CASE("every problem of a dataset is told at its place") {
  struct Case {
    std::string_view text;
    std::string_view told;
  };
  const Case cases[] = {
      {"path: a.db\n", "1:1 a dataset needs \"engine: sqlite\"\n"},
      {"engine: sqlite\n", "1:1 a dataset needs \"path: data/prim.db\", its database file\n"},
      {"engine: postgresql\npath: a\n", "1:9 engine postgresql is not supported yet\n"},
      {"engine: sqllite\npath: a\n", "1:9 unknown engine \"sqllite\" (did you mean \"sqlite\"?)\n"},
      {"engine: sqlite\npath: ''\n", "2:7 path must name a file, such as data/prim.db\n"},
      {"engine: sqlite\npath: ':memory:'\n", "2:7 path must name a file, such as data/prim.db\n"},
      {"engine: sqlite\npath: a\nsqlite: { page_size: 1000 }\n",
       "3:22 page_size must be a power of two from 512 to 65536, not \"1000\"\n"},
      {"engine: sqlite\npath: a\nsqlite:\n  cache_size: 1KB\n  wal_autocheckpoint: -1\n",
       "4:15 cache_size must be a size such as 64MB, at least 64KB, not \"1KB\"\n"
       "5:23 wal_autocheckpoint must be a number of pages, 1 or more, not \"-1\"\n"},
      {"engine: sqlite\npath: a\ntables: { t: {} }\n", "3:11 table \"t\" needs columns\n"},
      {"engine: sqlite\npath: a\ntables: { t: }\n",
       "3:11 table \"t\" is empty; fill it or leave it out\n"},
      {"engine: sqlite\npath: a\ntables: { t: { columns: {} } }\n",
       "3:25 columns must name at least one column\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(LoadedDataset(c.text).told() == c.told);
  }
}

TEST_CASE("every problem of a column is told at its place") {
  struct Case {
    std::string_view columns;
    std::string_view told;
  };
  const Case cases[] = {
      {"a: integer", "4:17 a column must be a map, as in { type: integer }\n"},
      {"a: {}", "4:14 column \"a\" needs a type, as in { type: integer }\n"},
      {"a: { type: integr }", "4:25 unknown column type \"integr\" (did you mean \"integer\"?)\n"},
      {"a: { type: text, nullable: yes }", "4:41 nullable must be true or false, not \"yes\"\n"},
      {"a: { type: text, nulable: true }",
       "4:31 unknown key \"nulable\" (did you mean \"nullable\"?)\n"},
      {"a: { type: text }, A: { type: text }",
       "4:33 \"A\" and \"a\" in line 4 differ only in case, which is one name to SQLite\n"},
      {"a: { type: text }, a: { type: text }",
       "4:33 duplicate key \"a\", the first is in line 4\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.columns);
    CHECK(told_of_columns(c.columns) == c.told);
  }
}

TEST_CASE("letters beyond ASCII differ by case, as for SQLite") {
  CHECK(told_of_columns("ä: { type: text }, Ä: { type: text }") == "");
}

TEST_CASE("keys and indexes name columns that can be in them") {
  struct Case {
    std::string_view below;
    std::string_view told;
  };
  const Case cases[] = {
      {"primary_key: [id]", ""},
      {"primary_key: [idd]",
       "5:17 primary_key names an unknown column \"idd\" (did you mean \"id\"?)\n"},
      {"primary_key: [ID]",
       "5:17 primary_key names an unknown column \"ID\" (did you mean \"id\"?)\n"},
      {"primary_key: [id, id]", "5:21 primary_key names \"id\" twice\n"},
      {"primary_key: id", "5:16 primary_key must be a list, as in [a, b]\n"},
      {"primary_key: []", "5:16 primary_key must name at least one column\n"},
      {"primary_key: [size]",
       "5:16 column \"size\" is part of the primary key, so it cannot be nullable\n"},
      {"indexes: [id]", "5:13 an index must be a list, as in [a, b]\n"},
      {"indexes: [[id], [siz]]",
       "5:20 an index names an unknown column \"siz\" (did you mean \"size\"?)\n"},
      {"provenance: 1", "5:15 provenance must be true or false, not \"1\"\n"},
      {"primary_keys: [id]", "5:3 unknown key \"primary_keys\" (did you mean \"primary_key\"?)\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.below);
    CHECK(told_of_columns("id: { type: integer }, size: { type: real, nullable: true }", c.below) ==
          c.told);
  }
}

TEST_CASE("reserved names are refused in any case") {
  for (const std::string name : {"sqlite_x", "SQLite_x", "sluice_jobs", "t__metadata", "t__Rejects",
                                 "t__GAPS", "t__newest", "t__Anchors"}) {
    CAPTURE(name);
    const std::string told =
        told_of_dataset("tables: { " + name + ": { columns: { a: { type: text } } } }\n");
    CHECK(told.starts_with("3:11 \"" + name + "\" is reserved: "));
  }
  for (const std::string name :
       {"_source", "_topic", "_generation", "_partition", "_offset", "_element", "_OFFSET"}) {
    CAPTURE(name);
    CHECK(told_of_columns(name + ": { type: text }") ==
          "4:14 \"" + name + "\" is reserved: it is one of the columns that provenance adds\n");
  }
  CHECK(told_of_columns("offset: { type: text }, sqlite_x: { type: text }") == "");
  CHECK(told_of_dataset("tables: { metadata: { columns: { a: { type: text } } } }\n") == "");
}

TEST_CASE("tables that differ only in case are one table to SQLite") {
  CHECK(
      told_of_dataset("tables:\n"
                      "  Orders: { columns: { a: { type: text } } }\n"
                      "  orders: { columns: { a: { type: text } } }\n") ==
      "5:3 \"orders\" and \"Orders\" in line 4 differ only in case, which is one name to SQLite\n");
}

}  // namespace
}  // namespace sluice
