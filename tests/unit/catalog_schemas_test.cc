#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "catalog/keys.h"
#include "catalog/load_catalog.h"

namespace sluice {
namespace {

using Names = std::vector<std::string>;

Names supported(std::span<const Known> words) {
  Names names;
  for (const Known& known : words) {
    if (known.is_supported) names.emplace_back(known.word);
  }
  std::ranges::sort(names);
  return names;
}

class Schema {
 public:
  explicit Schema(const std::string& file)
      : root_(parser_.load(SLUICE_PROJECT_DIR "/schemas/" + file)) {}

  // The keys of the object, or the texts of the list, at the JSON pointer.
  Names names(const char* pointer) {
    const simdjson::dom::element found = root_.at_pointer(pointer);
    Names names;
    if (found.is_object()) {
      for (const auto field : found.get_object()) names.emplace_back(field.key);
    } else {
      for (const auto item : found.get_array()) names.emplace_back(item.get_string().value());
    }
    std::ranges::sort(names);
    return names;
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

TEST_CASE("the schema of sources lists what the reader takes") {
  Schema schema("source-v1.schema.json");
  CHECK(schema.names("/properties") == supported(source_keys));
  CHECK(schema.names("/properties/connector/anyOf/0/enum") == supported(connectors));
  CHECK(schema.names("/properties/security/properties") == supported(security_keys));
  CHECK(schema.names("/properties/security/properties/protocol/anyOf/0/enum") ==
        supported(security_protocols));
  CHECK(schema.names("/properties/security/properties/mechanism/anyOf/0/enum") ==
        supported(security_mechanisms));
  CHECK(schema.names("/$defs/topic/properties") == supported(topic_keys));
  CHECK(schema.names("/$defs/topic/properties/offset_policy/anyOf/0/enum") ==
        supported(offset_policies));
  CHECK(schema.names("/$defs/attribute_type/enum") == supported(attribute_types));
}

TEST_CASE("the schema of datasets lists what the reader takes") {
  Schema schema("dataset-v1.schema.json");
  CHECK(schema.names("/properties") == supported(dataset_keys));
  CHECK(schema.names("/properties/engine/anyOf/0/enum") == supported(engines));
  CHECK(schema.names("/properties/sqlite/properties") == supported(sqlite_keys));
  CHECK(schema.names("/$defs/table/properties") == supported(table_keys));
  CHECK(schema.names("/$defs/column/properties") == supported(column_keys));
  CHECK(schema.names("/$defs/column_type/enum") == supported(column_types));
}

TEST_CASE("the catalog of the tour is read without a problem") {
  setenv("SLUICE_DEMO_BROKER", "127.0.0.1:9092", 1);
  Problems problems;
  const Catalog catalog = load_catalog(SLUICE_PROJECT_DIR, {{"game"}, {"data_prim"}}, problems);
  unsetenv("SLUICE_DEMO_BROKER");
  CHECK(problems.text() == "");
  CHECK(catalog.sources.at("game").servers == "127.0.0.1:9092");
  CHECK(catalog.sources.at("game").topics.contains("guesses"));
  CHECK(catalog.datasets.at("data_prim").tables.at("guesses").columns.size() == 7);
}

}  // namespace
}  // namespace sluice
