// `sluice extract --write`, then `sluice run`: what was learnt from a sample takes all of it. Every
// topic says the type of every column that it must get.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "catalog/load_catalog.h"
#include "source/kafka/embedded_broker.h"
#include "support/process.h"
#include "support/project.h"
#include "support/temp_dir.h"
#include "support/text.h"
#include "survey/definition_texts.h"

using namespace sluice::test;
using sluice::EmbeddedBroker;

namespace {

// A project whose source "shop" declares no topic yet, and has comments.
class LearntShop {
 public:
  LearntShop() { write_source(""); }

  void write_source(const std::string& topics) const {
    dir_.write("schemas/sources/shop.yaml",
               fmt::format("# The shop.\nconnector: kafka\nservers: {}   # in memory\n{}{}",
                           broker_.address(), topics.empty() ? "" : "topics:\n", topics));
  }

  Ended sluice(std::vector<std::string> arguments, const std::string& input = {}) const {
    arguments.insert(arguments.begin(), SLUICE_BINARY);
    return Process(std::move(arguments), dir_.path().string(), {}, input).wait();
  }

  void produce(const std::string& topic, const std::string& lines,
               std::vector<std::string> more = {}, int partitions = 3) {
    if (topics_.insert(topic).second) broker_.create_topic(topic, partitions);
    std::vector<std::string> arguments = {"produce", "shop/" + topic};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = sluice(arguments, lines);
    CAPTURE(ended.err);
    REQUIRE(ended.exit_code == 0);
  }

  Ended extract(const std::string& topic, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"extract", "shop/" + topic};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return sluice(std::move(arguments));
  }

  // "id integer, note text null", as the dataset's file says now.
  std::string columns(const std::string& table) const {
    sluice::Problems problems;
    const auto catalog = sluice::load_catalog(dir_.path().string(), {{}, {"shop"}}, problems);
    CHECK(problems.text() == "");
    std::string text;
    for (const auto& column : catalog.datasets.at("shop").tables.at(table).columns) {
      text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", column.name,
                          sluice::type_text(column.spec), column.nullable ? " null" : "");
    }
    return text;
  }

  // Writes definitions by what the topic holds.
  void learn(const std::string& topic, const std::string& expected) const {
    CAPTURE(topic);
    const Ended found = extract(topic, {"--write"});
    CAPTURE(found.out);
    CAPTURE(found.err);
    REQUIRE(found.exit_code == 0);
    CHECK(columns(topic) == expected);
  }

  // Loads the topics by what was learnt. Answers a line for each, "orders: 3 inserted, 0 rejected".
  std::string load(const std::vector<std::string>& topics, int max_rejects) const {
    std::vector<std::string> actions;
    for (const std::string& topic : topics)
      actions.push_back(fmt::format("actions/{}.json", topic));
    std::vector<std::string> arguments = {"check"};
    arguments.insert(arguments.end(), actions.begin(), actions.end());
    CHECK(sluice(arguments).exit_code == 0);
    arguments = {
        "run",      "--until", "end", "--set", fmt::format("params.max_rejects={}", max_rejects),
        "--output", "json"};
    arguments.insert(arguments.end(), actions.begin(), actions.end());
    const Ended ran = sluice(arguments);
    CAPTURE(ran.err);
    CHECK(ran.exit_code == 0);
    std::string text;
    std::istringstream reports(ran.out);
    for (std::string report; std::getline(reports, report);) {
      text += fmt::format("{}: {} inserted, {} rejected\n", json_value(report, "action"),
                          json_value(report, "inserted"), json_value(report, "rejected"));
    }
    return text;
  }

  const TempDir& dir() const { return dir_; }
  std::string source_text() const { return content_of(dir_.file("schemas/sources/shop.yaml")); }

 private:
  EmbeddedBroker broker_;
  TempDir dir_;
  std::set<std::string> topics_;
};

struct Odd {
  std::string topic;
  std::string lines;
  std::string columns;
  int rows = 0;
  int rejects = 0;
  std::vector<std::string> options = {};  // of produce
};

std::string thousand_keys() {
  std::string members;
  for (int i = 0; i < 1'000; ++i) members += fmt::format(R"({}"k{}":{})", i ? "," : "", i, i);
  return fmt::format("{{{}}}\n", members);
}

std::string thousand_columns() {
  std::string columns;
  for (int i = 0; i < 1'000; ++i) columns += fmt::format("{}k{} integer", i ? ", " : "", i);
  return columns;
}

std::string map_of_people() {
  std::string people;
  for (int i = 0; i < 150; ++i) people += fmt::format(R"({}"u{}":{{"n":1}})", i ? "," : "", i);
  return fmt::format("{{\"people\":{{{}}}}}\n", people);
}

const std::vector<Odd> odd_topics = {
    {"mixed",
     R"({"a":1,"b":"x"})"
     "\n"
     R"({"a":"one","b":2})"
     "\n"
     R"({"a":true,"b":null})"
     "\n"
     R"({"a":[1],"b":{"c":1}})"
     "\n",
     "a text, b text null", 4},
    {"deep",
     R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}},"x":{"y":{"z":1}}})"
     "\n",
     "a_b_c_d_e json, x_y_z integer", 1},
    {"arrays", "[1,2]\n[{\"a\":1}]\n[]\n", "value json", 3},
    {"plain", "The herons wait.\n42 cats\n\"quoted\"\n", "value text", 3},
    {"numbers", "1\n-2\n30\n", "value integer", 3},
    {"prices", "1.50\n22.25\n", "value decimal (10,2)", 2},
    {"big",
     R"({"a":9223372036854775807,"b":9223372036854775808,"c":1})"
     "\n"
     R"({"a":1,"b":2,"c":1234567890123456789012345678901234567890})"
     "\n",
     "a integer, b decimal (38,0), c text", 2},
    {"huge",
     R"({"a":1e400,"b":1e300,"c":4e2})"
     "\n",
     "a text, b real, c integer", 1},
    {"decimals",
     R"({"a":120,"b":0.5,"c":1.50,"d":0.12345678901234567890})"
     "\n"
     R"({"a":99.5,"b":0.12345678,"c":2.25,"d":0.10000000000000000001})"
     "\n"
     R"({"a":1.25,"b":3,"c":0.05,"d":0.20000000000000000001})"
     "\n",
     "a decimal (10,2), b real, c decimal (10,2), d decimal (28,20)", 3},
    {"nulls",
     R"({"a":null,"b":1,"c":{"d":1}})"
     "\n"
     R"({"a":null,"c":null})"
     "\n{}\n",
     "a text null, b integer null, c_d integer null", 3},
    {"twice",
     R"({"a":"x","a":1,"b":{"c":1},"b":{"d":2}})"
     "\n",
     "a integer, b_d integer", 1},
    {"names",
     R"({"Name":1,"name":2,"_source":3,"a\"b":4,"ünï":5,"first name":6,"select":7,"$x":8,)"
     R"("offset":9,"timestamp":"soon","value":10,"a_b":11,"a":{"b":12},"rowid":13,"it's":14,)"
     R"("null":15,"7":16,"c\nd":17})"
     "\n",
     "Name integer, name_2 integer, message_source integer, a\"b integer, ünï integer, "
     "first name integer, select integer, offset integer, timestamp text, value integer, "
     "a_b integer, a_b_2 integer, rowid integer, it's integer, null integer, 7 integer, "
     "c_d integer",
     1},
    {"nameless",
     R"({"":1,"b":{"":2},"key":3,"n\u0000l":4})"
     "\n",
     "empty integer, b_ integer, key integer, n_l integer", 1},
    {"times",
     R"({"day":"2026-11-23","zoned":"2026-11-23T05:41:19.5+02:00","local":"2026-11-23 03:41",)"
     R"("fine":"2026-11-23T03:41:19.123456789Z","both":"2026-11-23","odd":"2026-11-23+02:00"})"
     "\n"
     R"({"day":"2024-02-29","zoned":"2026-11-22T22:11:19-0530","local":"2026-11-23T03:41:19",)"
     R"("fine":"2026-11-23T03:41:19Z","both":"2026-11-23T03:41:19Z","odd":"2026-11-24"})"
     "\n",
     "day date, zoned datetime (3), local datetime (0), fine datetime (9), both datetime (0), "
     "odd text",
     2},
    {"words_of_truth",
     R"({"a":"true","b":true,"c":"yes"})"
     "\n"
     R"({"a":"false","b":"false","c":"no"})"
     "\n",
     "a boolean, b boolean, c text", 2},
    {"empty_texts",
     R"({"a":"","b":""})"
     "\n"
     R"({"a":"","b":"2026-11-23"})"
     "\n",
     "a text, b text", 2},
    {"empty_objects",
     R"({"a":{},"b":{}})"
     "\n"
     R"({"a":{},"b":{"c":1}})"
     "\n",
     "a json, b_c integer null", 2},
    {"tombstones", "gone\n{\"a\":1}\ngone\n{\"a\":2}\n", "a integer", 2, 0, {"--null", "gone"}},
    {"broken", "{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":2}\n{\"a\":\n{\"a\":3}\n", "a integer", 3, 2},
    {"people", map_of_people(), "people json", 1},
    {"bytes", "\xff\xfe\n\x80\n", "value blob", 2},
    {"digits",
     R"({"zip":"00501","id":"42"})"
     "\n"
     R"({"zip":"94105","id":"43"})"
     "\n",
     "zip text, id text", 2},
    {"nested_kinds",
     R"({"a":[1],"b":{"c":1}})"
     "\n"
     R"({"a":{"x":1},"b":"none"})"
     "\n",
     "a json, b text", 2},
    // The last, since whoever learns or loads another topic reads the columns of all.
    {"wide", thousand_keys(), thousand_columns(), 1},
};

}  // namespace

TEST_CASE("a topic of every sample is learnt, and loaded by what was learnt") {
  LearntShop shop;
  const std::vector<std::pair<std::string, std::string>> samples = {
      {"guesses", "index integer, points integer, name text"},
      {"flights",
       "_id text, flight_number text, flight_carrier text, origin_city text, origin_airport text, "
       "origin_gps_lat decimal (10,2), origin_gps_lon decimal (10,2), destination_city text, "
       "destination_airport text, destination_gps_lat decimal (10,2), destination_gps_lon decimal "
       "(10,2), price decimal (10,2), seats_total integer, seats_free integer, delayed boolean, "
       "departure datetime (0), arrival datetime (0), updated integer"},
      {"orders",
       "orderNo integer, customerId text, item text, quantity integer, unitPrice decimal (10,2), "
       "currency text, status text, orderedAt datetime (0)"},
      {"payments",
       "paymentNo text, orderNo integer, amount decimal (10,2), currency text, method text, paidAt "
       "integer"},
      {"sensors",
       "sensor text, temperature decimal (9,1), humidity decimal (9,1), battery integer, "
       "measured_at integer, ok boolean"},
      {"words", "value text"}};
  std::vector<std::string> topics;
  std::string loaded;
  for (const auto& [name, columns] : samples) {
    shop.produce(name, "", {"--sample", name, "--count", "3000"});
    shop.learn(name, columns);
    topics.push_back(name);
    loaded += fmt::format("\"load-{}\": 3000 inserted, 0 rejected\n", name);
  }
  CHECK(shop.load(topics, 0) == loaded);
}

TEST_CASE("odd topics are learnt, and loaded by what was learnt") {
  LearntShop shop;
  CHECK(odd_topics.size() >= 20);
  std::vector<std::string> topics;
  std::string loaded;
  for (const Odd& odd : odd_topics) {
    shop.produce(odd.topic, odd.lines, odd.options, 1);
    shop.learn(odd.topic, odd.columns);
    const std::string line =
        fmt::format("\"load-{}\": {} inserted, {} rejected\n", odd.topic, odd.rows, odd.rejects);
    if (odd.rejects > 0) {
      CHECK(shop.load({odd.topic}, odd.rejects) == line);
      continue;
    }
    topics.push_back(odd.topic);
    loaded += line;
  }
  CHECK(shop.load(topics, 0) == loaded);
}

TEST_CASE("an empty topic is told of and nothing is written") {
  LearntShop shop;
  shop.produce("orders", "");
  const Ended shown = shop.extract("orders");
  CHECK(shown.exit_code == 0);
  CHECK(holds(shown.out, "nothing to learn from"));
  const Ended written = shop.extract("orders", {"--write"});
  CHECK(written.exit_code == 66);
  CHECK(holds(written.err, "nothing was written"));
  CHECK_FALSE(std::filesystem::exists(shop.dir().file("actions")));
  CHECK_FALSE(std::filesystem::exists(shop.dir().file("schemas/datasets")));
}

TEST_CASE("what is asked for must be a topic of a source of the catalog") {
  const LearntShop shop;
  CHECK(shop.sluice({"extract", "shop"}).exit_code == 64);
  CHECK(shop.sluice({"extract", "other/orders"}).exit_code == 78);
  CHECK(shop.extract("orders", {"--write", "--table", "sluice_x"}).exit_code == 64);
}

TEST_CASE("the sample is shared out over all partitions, old messages and new ones") {
  LearntShop shop;
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += fmt::format("{{\"id\":{}}}\n", i);
  shop.produce("orders", lines);
  const Ended some = shop.extract("orders", {"--messages", "30", "--output", "json"});
  CHECK(json_value(some.out, "messages") == "30");
  CHECK(json_value(some.out, "offsets") == "300");
  CHECK(json_value(some.out, "partitions") == "3");
  CHECK(holds(some.out, R"("path":["id"],"column":"id","type":"integer","nullable":false,)"
                        R"("seen":{"integer":30},"nulls":0,"missing":0,"distinct":30,)"
                        R"("distinct_is_exact":true,"min":0,"max":299,"remarks":[])"));
  const Ended all = shop.extract("orders", {"--complete", "--output", "json"});
  CHECK(json_value(all.out, "messages") == "300");
}

TEST_CASE("keys, headers and messages that are no objects are told of") {
  LearntShop shop;
  shop.produce("orders", "a|{\"id\":1}\nb|nonsense\na|gone\nb|{\"id\":2}\n",
               {"--key-separator", "|", "--null", "gone", "--header", "trace=x"}, 1);
  const Ended shown = shop.extract("orders");
  CHECK(holds(shown.out, "2 JSON objects, 1 others, 1 tombstones"));
  CHECK(holds(shown.out,
              "1 of 4 messages are no JSON objects and will be rejects, the first "
              "orders/0@1: not JSON"));
  CHECK(holds(shown.out, "4 of 4 have a key, 2 distinct"));
  CHECK(holds(shown.out, R"(4 of 4 have headers, the first [["trace","x"]])"));
}

TEST_CASE("what a person wrote stays: comments, order, tables, actions") {
  LearntShop shop;
  shop.write_source("  orders: { offset_policy: latest }  # mine\n  other:\n    # nothing\n");
  shop.dir().write("schemas/datasets/mart.yaml",
                   "engine: sqlite   # what else\npath: mart.db\ntables:\n  # the old one\n  old:\n"
                   "    columns:\n      id: { type: text }  # an id\n");
  shop.produce("orders", "{\"id\":1}\n");
  REQUIRE(shop.extract("orders", {"--write", "--dataset", "mart", "--table", "new"}).exit_code ==
          0);
  CHECK(holds(shop.source_text(), "# The shop.\n"));
  CHECK(holds(shop.source_text(),
              "  orders: { attributes: { id: integer }, offset_policy: latest }  # mine\n"
              "  other:\n    # nothing\n"));
  const std::string dataset = shop.dir().file("schemas/datasets/mart.yaml");
  const std::string text = content_of(dataset);
  CHECK(text ==
        "engine: sqlite   # what else\npath: mart.db\ntables:\n  # the old one\n  old:\n"
        "    columns:\n      id: { type: text }  # an id\n"
        "  new:  # found in shop/orders\n    columns:\n      id: { type: integer }\n"
        "    provenance: true\n");

  const Ended again = shop.extract("orders", {"--write", "--dataset", "mart", "--table", "new"});
  CHECK(again.exit_code == 78);
  CHECK(holds(again.err, "has a table \"new\" already"));
  CHECK(holds(again.err, "actions/orders.json is there already"));
  CHECK(content_of(dataset) == text);

  shop.produce("orders", "{\"id\":1.5}\n");
  const Ended forced =
      shop.extract("orders", {"--write", "--dataset", "mart", "--table", "new", "--force"});
  // Attributes in one line cannot be replaced, so nothing is.
  CHECK(forced.exit_code == 78);
  CHECK(holds(forced.err, "add by hand"));
  CHECK(content_of(dataset) == text);
}

TEST_CASE("a source file that only its owner may read stays so") {
  using std::filesystem::perms;
  LearntShop shop;
  shop.produce("orders", "{\"id\":1}\n");
  const std::string source = shop.dir().file("schemas/sources/shop.yaml");
  const perms own = perms::owner_read | perms::owner_write;
  for (const perms chosen : {own, own | perms::group_read | perms::group_write}) {
    std::filesystem::permissions(source, chosen);
    // What a run that was killed left behind, for everybody to read.
    std::ofstream(source + ".new") << "password: old\n";
    std::filesystem::permissions(source + ".new", own | perms::group_read | perms::others_read);
    REQUIRE(shop.extract("orders", {"--write", "--force"}).exit_code == 0);
    CHECK(holds(shop.source_text(), "id: integer"));
    CHECK(std::filesystem::status(source).permissions() == chosen);
    CHECK_FALSE(std::filesystem::exists(source + ".new"));
  }
}

TEST_CASE("by force a table, an action and attributes are replaced where they stand") {
  LearntShop shop;
  shop.write_source("  orders:\n    attributes:\n      old: text\n    offset_policy: earliest\n");
  shop.produce("orders", "{\"id\":1}\n");
  const Ended refused = shop.extract("orders", {"--write"});
  CHECK(refused.exit_code == 78);
  CHECK(holds(refused.err, "declares attributes of topic orders, but not \"id\""));
  CHECK_FALSE(std::filesystem::exists(shop.dir().file("actions/orders.json")));
  REQUIRE(shop.extract("orders", {"--write", "--force"}).exit_code == 0);
  CHECK(holds(shop.source_text(),
              "  orders:\n    offset_policy: earliest\n    attributes:\n      id: integer\n"));
  shop.produce("orders", "{\"id\":\"x\"}\n");
  REQUIRE(shop.extract("orders", {"--write", "--force"}).exit_code == 0);
  CHECK(shop.columns("orders") == "id text");
}
