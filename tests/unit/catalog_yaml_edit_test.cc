// A person's YAML file with one thing more, or less, and all else as it was.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "catalog/yaml_edit.h"

using namespace sluice;

namespace {

using Keys = std::vector<std::string>;

const YamlItem attributes{.key = "attributes", .children = {{.key = "id", .value = "integer"}}};

std::string inserted(const std::string& text, const Keys& path, const YamlItem& item = attributes) {
  return insert_yaml(text, path, item).value_or("nothing");
}

}  // namespace

TEST_CASE("an entry comes last in a map of several lines, comments stay where they are") {
  CHECK(inserted("# head\ntopics:\n  orders:   # all of them\n    offset_policy: earliest  # kept\n"
                 "\n  # about payments\n  payments: {}\n# foot\n",
                 {"topics", "orders"}) ==
        "# head\ntopics:\n  orders:   # all of them\n    offset_policy: earliest  # kept\n"
        "    attributes:\n      id: integer\n"
        "\n  # about payments\n  payments: {}\n# foot\n");
}

TEST_CASE("an entry comes first in a map of one line") {
  CHECK(inserted("topics:\n  orders: { offset_policy: latest }  # new ones\n",
                 {"topics", "orders"}) ==
        "topics:\n  orders: { attributes: { id: integer }, offset_policy: latest }  # new ones\n");
  CHECK(inserted("topics: { orders: {} }\n", {"topics", "orders"}) ==
        "topics: { orders: { attributes: { id: integer } } }\n");
}

TEST_CASE("a key without a value gets one, a map that is missing is made") {
  CHECK(inserted("topics:\n  orders:   # later\n  payments:\n", {"topics", "orders"}) ==
        "topics:\n  orders:   # later\n    attributes:\n      id: integer\n  payments:\n");
  CHECK(inserted("servers:\n- a:1\n- b:2", {"topics", "orders"}) ==
        "servers:\n- a:1\n- b:2\ntopics:\n  orders:\n    attributes:\n      id: integer\n");
  CHECK(inserted("servers: a:1\ntopics:\n  payments: {}\n", {"topics", "orders"}) ==
        "servers: a:1\ntopics:\n  payments: {}\n  orders:\n    attributes:\n      id: integer\n");
}

TEST_CASE("what would change anything else is not done") {
  CHECK_FALSE(insert_yaml("x: &all { offset_policy: latest }\ntopics:\n  orders: *all\n",
                          Keys{"topics", "orders"}, attributes));
  CHECK_FALSE(insert_yaml("topics: 7\n", Keys{"topics", "orders"}, attributes));
  CHECK_FALSE(insert_yaml("topics: [", Keys{"topics"}, attributes));
  CHECK_FALSE(insert_yaml("topics:\n  orders: ~\n", Keys{"topics", "orders"}, attributes));
}

TEST_CASE("an entry goes with all that belongs to it") {
  const std::string text =
      "tables:\n  a:\n    columns:\n      x: { type: text }\n\n  # about b\n  b:\n    columns:\n"
      "      y: { type: text }\n";
  CHECK(remove_yaml(text, Keys{"tables"}, "a") ==
        "tables:\n\n  # about b\n  b:\n    columns:\n      y: { type: text }\n");
  CHECK(remove_yaml(text, Keys{"tables"}, "b") ==
        "tables:\n  a:\n    columns:\n      x: { type: text }\n\n  # about b\n");
  CHECK_FALSE(remove_yaml("tables: { a: {} }\n", Keys{"tables"}, "a"));
  CHECK_FALSE(remove_yaml(text, Keys{"tables"}, "c"));
}

TEST_CASE("names are written so that YAML reads them as they are") {
  for (const char* plain : {"orders", "_id", "a-b.c", "data/x.db"})
    CHECK(yaml_text(plain) == plain);
  CHECK(yaml_text("null") == "\"null\"");
  CHECK(yaml_text("Yes") == "\"Yes\"");
  CHECK(yaml_text("7") == "\"7\"");
  CHECK(yaml_text("") == "\"\"");
  CHECK(yaml_text("a: b") == "\"a: b\"");
  CHECK(yaml_text("a\"b\n\x7f") == "\"a\\\"b\\n\\u007f\"");
  for (const std::string name : {"a \"b\" # c", "ünï", "\x01\x7f", "- x", "*a", "a\\b", "~"}) {
    CAPTURE(name);
    const YamlItem item{.key = name, .value = "text"};
    CHECK(insert_yaml("topics: {}\nb: 1\n", Keys{"topics"}, item));
    CHECK(insert_yaml("topics:\n  a: 1\n", Keys{"topics"}, item));
  }
}
