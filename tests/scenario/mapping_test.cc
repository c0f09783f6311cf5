// What a column may be made of beside an attribute: expressions, elements, raw messages; and what
// goes with them: the filter, alerts, attributes that nobody asked for.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "support/scenario.h"
#include "support/text.h"

using sluice::AlertReport;
using sluice::Error;
using sluice::ExitCode;
using sluice::Report;
using sluice::test::holds;
using sluice::test::Scenario;

namespace {

// A job of topic "orders" with this load_from, these further params and a table of these columns.
struct MappedJob : Scenario {
  MappedJob(std::string_view from, std::string_view params, std::string_view columns) {
    action = fmt::format(
        R"j({{"name": "load-orders", "until": "end", "params": {{
        "load_from": {{"source": "dwh/shop/orders"{}}}, {},
        "load_to": {{"source": "dwh/db/orders"}}}}}})j",
        from, params);
    dataset_yaml = fmt::format(
        "engine: sqlite\npath: data.db\ntables:\n  orders:\n    provenance: true\n    columns:\n{}",
        columns);
    log(0);
  }
};

constexpr const char* id_and_note =
    "      id: { type: integer }\n      note: { type: text, nullable: true }\n";

std::string rows_of(const Scenario& job) {
  return job.ask("SELECT group_concat(id || ':' || coalesce(note, '-'), ' ') FROM orders");
}

}  // namespace

TEST_CASE("a column may be an expression over attributes and broker fields") {
  MappedJob job("", R"j("schema": {
      "id": {"type": "sql", "sql": "id * 10 + \"$offset\""},
      "note": {"type": "sql", "sql": "upper(name) || '@' || \"$topic\" || '/' || \"$partition\""}})j",
                id_and_note);
  job.produce_text(0, R"j({"id":1,"name":"ann"})j");
  job.produce_text(0, R"j({"id":2})j");
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "10:ANN@orders/0 21:-");
}

TEST_CASE("an expression sees numbers as numbers, JSON as JSON and what is not there as NULL") {
  MappedJob job("", R"j("max_rejects": 9, "schema": {
      "id": {"type": "default", "attribute": "id"},
      "note": {"type": "sql", "sql": "typeof(a) || printf(' %.3g', a)"}})j",
                id_and_note);
  for (const char* value :
       {"1", "1.50", "18446744073709551616", "\"1\"", "true", "null", "[1, 2]", "1e-3"}) {
    job.produce_text(0, fmt::format(R"j({{"id":1,"a":{}}})j", value));
  }
  job.produce_text(0, R"j({"id":1})j");
  REQUIRE(job.run().exit_code == 0);
  CHECK(
      job.ask("SELECT group_concat(note, '; ') FROM orders") ==
      "integer 1; real 1.5; real 1.84e+19; text 1; integer 1; null 0; text 0; real 0.001; null 0");
}

TEST_CASE("a number that SQL could only take for another one is no number to reckon with") {
  MappedJob job("", R"j("max_rejects": 9, "filter": "a > 0", "schema": {
      "id": {"type": "replace", "value": 1}})j",
                id_and_note);
  for (const char* value : {"9223372036854775809", "1e400", "-1e400", "5"}) {
    job.produce_text(0, fmt::format(R"j({{"a":{}}})j", value));
  }
  const Report report = job.run();
  CHECK(report.counts.inserted == 1);
  CHECK(report.counts.filtered == 0);
  CHECK(job.ask("SELECT reason FROM orders__rejects ORDER BY offset LIMIT 1") ==
        "the filter cannot be reckoned: 9223372036854775809 is no number that SQL can hold");
}

TEST_CASE("an expression without end is ended by the job's time, and its messages stay") {
  MappedJob job("", R"j("schema": {"id": {"type": "sql", "sql":
      "CASE id WHEN 2 THEN (SELECT count(*) FROM json_each(l) a, json_each(l) b, json_each(l) c, json_each(l) d) ELSE id END"}})j",
                id_and_note);
  std::string list = "[0";
  for (int i = 0; i < 2'000; ++i) list += ",0";
  job.produce_text(0, fmt::format(R"j({{"id":1,"l":{}]}})j", list));
  REQUIRE(job.run().exit_code == 0);
  job.produce_text(0, fmt::format(R"j({{"id":2,"l":{}]}})j", list));
  std::thread later([&] { job.stop.raise(SIGTERM); });
  const Report report = job.run();
  later.join();
  CHECK(report.stop_reason == sluice::StopReason::signal);
  CHECK(report.exit_code == 128 + SIGTERM);
  CHECK(rows_of(job) == "1:-");
  CHECK(job.positions() == "orders/0@1");
}

TEST_CASE("a message that an expression cannot be reckoned for is a reject of its column") {
  MappedJob job("", R"j("max_rejects": 5, "schema": {
      "id": {"type": "sql", "sql": "abs(id)"},
      "note": {"type": "sql", "sql": "json_extract(doc, '$.a')"}})j",
                id_and_note);
  for (const char* value : {R"j({"id":1,"doc":{"a":"x"}})j", R"j({"id":2,"doc":"{broken"})j",
                            R"j({"id":-9223372036854775808,"doc":{}})j",
                            R"j({"id":-4,"doc":null})j", R"j({"id":"y"})j"}) {
    job.produce_text(0, value);
  }
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "1:x 4:- 0:-");
  CHECK(report.counts.rejected == 2);
  CHECK(job.ask("SELECT group_concat(offset || ' ' || column_name || ' ' || reason, '; ') FROM "
                "orders__rejects") ==
        "1 note its expression cannot be reckoned: malformed JSON; "
        "2 id its expression cannot be reckoned: integer overflow");
}

TEST_CASE("an expression for a json column must give JSON") {
  MappedJob job("", R"j("max_rejects": 1, "schema": {"doc": {"type": "sql", "sql": "a"}})j",
                "      doc: { type: json }\n");
  job.produce_text(0, R"j({"a":{"b": [1]}})j");
  job.produce_text(0, R"j({"a":"no JSON"})j");
  const Report report = job.run();
  CHECK(report.counts.rejected == 1);
  CHECK(job.ask("SELECT doc FROM orders") == R"j({"b":[1]})j");
}

TEST_CASE("names that differ only in case are two attributes") {
  MappedJob job("", R"j("schema": {"id": {"type": "sql", "sql": "Id + 0"},
      "note": {"type": "sql", "sql": "id || ''"}})j",
                id_and_note);
  job.produce_text(0, R"j({"id":"small","Id":7})j");
  REQUIRE(job.run().exit_code == 0);
  CHECK(rows_of(job) == "7:small");
}

TEST_CASE("what the filter does not want is counted, gives no row and is never reckoned") {
  MappedJob job("", R"j("filter": "id > 1", "schema": {
      "id": {"type": "default", "attribute": "id"},
      "note": {"type": "sql", "sql": "json_extract(note, '$')"}})j",
                id_and_note);
  for (const char* value : {R"j({"id":1,"note":"{broken"})j", R"j({"id":2,"note":"3"})j",
                            R"j({"id":null})j", R"j({"id":"x","note":"4"})j", R"j({"id":0})j"}) {
    job.produce_text(0, value);
  }
  job.log(0).records[2].value = R"j({"note":"no id at all"})j";
  const Report report = job.run({"params.max_rejects=1"});
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "2:3");
  CHECK(report.counts.messages == 5);
  CHECK(report.counts.filtered == 3);
  CHECK(report.counts.rejected == 1);  // 'x' > 1 in SQL, and no integer
  CHECK(job.positions() == "orders/0@5");
}

TEST_CASE("with explode a message gives a row for each element, or is rejected as a whole") {
  MappedJob job(R"j(, "explode": "items")j", R"j("max_rejects": 9, "schema": {
      "id": {"type": "default", "path": ["$element", "qty"]},
      "note": {"type": "default", "attribute": "name"}})j",
                id_and_note);
  job.produce_text(0, R"j({"name":"a","items":[{"qty":1},{"qty":2}]})j");
  job.produce_text(0, R"j({"name":"b","items":[{"qty":3},{"qty":"x"},{"qty":4}]})j");
  job.produce_text(0, R"j({"name":"c","items":[]})j");
  job.produce_text(0, R"j({"name":"d","items":[{"qty":5}]})j");
  job.produce_text(0, R"j({"name":"e","items":7})j");
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "1:a 2:a 5:d");
  CHECK(report.counts.messages == 5);
  CHECK(report.counts.inserted == 3);
  CHECK(report.counts.filtered == 1);
  CHECK(report.counts.rejected == 2);
  CHECK(job.ask("SELECT group_concat(_offset || '#' || _element, ' ') FROM orders") ==
        "0#0 0#1 3#0");
}

TEST_CASE("a row that the table refuses takes the other rows of its message with it") {
  MappedJob job(R"j(, "explode": ["items"])j", R"j("max_rejects": 9, "schema": {
      "id": {"type": "default", "attribute": "$element"}},
      "alerts": [{"name": "any", "when": "1"}])j",
                id_and_note);
  job.dataset_yaml += "    primary_key: [id]\n";
  job.produce_text(0, R"j({"items":[1,2]})j");
  job.produce_text(0, R"j({"items":[3,2,4]})j");
  job.produce_text(0, R"j({"items":[5,5]})j");
  job.produce_text(0, R"j({"items":[4,3]})j");
  const Report report = job.run();
  CHECK(report.counts.inserted == 4);
  CHECK(report.counts.rejected == 2);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id)") ==
        "1 2 3 4");
  CHECK(job.ask("SELECT group_concat(offset, ' ') FROM orders__rejects") == "1 2");
  CHECK(report.alerts.at(0).count == 4);
}

TEST_CASE("a raw message is one value, an empty one too") {
  MappedJob job(R"j(, "format": "raw")j", R"j("schema": {
      "id": {"type": "sql", "sql": "length(\"$value\")"},
      "note": {
  "type" : "default", "attribute" : "$value"
}
})j",
                id_and_note);
  job.produce_text(0, "no JSON {");
  job.produce_text(0, "");
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "9:no JSON { 0:");
}

TEST_CASE("alerts count the rows they are about, and name the first") {
  MappedJob job("", R"j("max_rejects": 9, "alerts": [
      {"name": "large", "when": "id > 10"}, {"name": "never", "when": "id < 0"},
      {"name": "broken", "when": "json_extract(note, '$') = 1 OR \"$offset\" = 5"}])j",
                id_and_note);
  for (const char* value :
       {R"j({"id":1})j", R"j({"id":11,"note":"1"})j", R"j({"id":"x","note":"1"})j",
        R"j({"id":12})j", R"j({"id":13,"note":"{"})j", R"j({"id":2,"note":"0"})j"}) {
    job.produce_text(0, value);
  }
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  REQUIRE(report.alerts.size() == 3);
  const auto told = [&](std::size_t i) {
    const AlertReport& alert = report.alerts[i];
    return fmt::format("{} {} {} {}", alert.name, alert.count, alert.first, alert.failed);
  };
  CHECK(told(0) == "large 3 orders/0@1 0");
  CHECK(told(1) == "never 0  0");
  CHECK(told(2) == "broken 2 orders/0@1 1");
  CHECK(holds(report.message, "alert \"broken\" could not be reckoned for 1 of the rows"));
  CHECK(holds(to_json(report),
              R"j("alerts":[{"name":"large","count":3,"first":"orders/0@1"},{"name":"never",)j"));
}

TEST_CASE("a row that is not committed raises no alert") {
  MappedJob job("", R"j("alerts": [{"name": "any", "when": "1"}])j", id_and_note);
  job.produce(0, {1, 2});
  job.produce_text(0, "{broken");
  job.produce(0, {3});
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(report.alerts.at(0).count == 2);
}

TEST_CASE("attributes that no column takes are named once in the report") {
  MappedJob job("", R"j("filter": "used = 1")j", id_and_note);
  for (int i = 0; i < 3; ++i)
    job.produce_text(0, R"j({"id":1,"used":1,"spare":2,"other":{"id":3}})j");
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(report.message == "attributes that no column takes: \"spare\", \"other\"");
}

TEST_CASE("or end the job before the first message that has one, whatever the budget") {
  MappedJob job("", R"j("on_new_attribute": "fail", "max_rejects": 9)j", id_and_note);
  job.produce(0, {1});
  job.produce_text(0, "{broken");
  job.produce_text(0, R"j({"id":2,"spare":3})j");
  job.produce(0, {4});
  const Report report = job.run();
  CHECK(report.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(holds(report.message, "orders/0@2: no column takes the attribute \"spare\""));
  CHECK(rows_of(job) == "1:-");
  CHECK(report.counts.rejected == 1);
  CHECK(job.positions() == "orders/0@2");
}

TEST_CASE("topics of different form fill one table, each with its own positions") {
  MappedJob job("", R"j("schema": {"id": {"type": "sql", "sql": "coalesce(id, -1)"},
      "note": {"type": "default", "attribute": "$topic"}})j",
                id_and_note);
  job.source_yaml = "connector: kafka\nservers: localhost:1\ntopics: { orders: {}, lines: {} }\n";
  const std::string_view one = R"j({"source": "dwh/shop/orders"})j";
  job.action.replace(
      job.action.find(one), one.size(),
      R"j([{"source": "dwh/shop/orders"}, {"source": "dwh/shop/lines", "format": "raw"}])j");
  job.produce(0, {1, 2});
  job.cluster.topics["lines"].resize(1);
  job.cluster.topics["lines"][0].append("text");
  REQUIRE(job.run().exit_code == 0);
  job.cluster.topics["lines"][0].append("more");
  REQUIRE(job.run().exit_code == 0);
  CHECK(rows_of(job) == "1:orders 2:orders -1:lines -1:lines");
  CHECK(job.positions() == "lines/0@2 orders/0@2");
}

TEST_CASE("messages that are exploded and others follow each other in a batch") {
  MappedJob job("", R"j("max_rejects": 9, "schema": {
      "id": {"type": "sql", "sql": "coalesce(id, \"$element\")"},
      "note": {"type": "default", "attribute": "$topic"}})j",
                id_and_note);
  job.source_yaml =
      "connector: kafka\nservers: localhost:1\ntopics: { lines: {}, more: {}, orders: {} }\n";
  const std::string_view one = R"j({"source": "dwh/shop/orders"})j";
  job.action.replace(job.action.find(one), one.size(),
                     R"j([{"source": "dwh/shop/lines", "explode": "items"},
                          {"source": "dwh/shop/orders"},
                          {"source": "dwh/shop/more", "explode": "items"}])j");
  job.produce(0, {1, 2});
  job.produce_text(0, R"j({"id":3)j");
  job.produce(0, {4});
  for (const char* topic : {"lines", "more"}) {
    job.cluster.topics[topic].resize(1);
    for (const char* value :
         {R"j({"items":[10,11]})j", R"j({"items":[]})j", R"j({"items":[12]})j"}) {
      job.cluster.topics[topic][0].append(value);
    }
  }
  const Report report = job.run();
  REQUIRE(report.exit_code == 0);
  CHECK(job.ask("SELECT group_concat(id || ':' || note, ' ') FROM (SELECT * FROM orders ORDER BY "
                "note, id)") == "10:lines 11:lines 12:lines 10:more 11:more 12:more "
                                "1:orders 2:orders 4:orders");
  CHECK(report.counts.rejected == 1);
  CHECK(report.counts.filtered == 2);
  CHECK(job.ask("SELECT topic || '@' || offset FROM orders__rejects") == "orders@2");
}

TEST_CASE("an alert sees a decimal as the number that it is, whichever way it is kept") {
  for (const char* storage : {"text", "integer", "real"}) {
    MappedJob job(
        "", R"j("alerts": [{"name": "dear", "when": "price > 100"}])j",
        fmt::format("      price: {{ type: decimal, precision: 10, scale: 2, storage: {} }}\n",
                    storage));
    for (const char* price : {"9.5", "100", "100.01", "250"}) {
      job.produce_text(0, fmt::format(R"j({{"price":{}}})j", price));
    }
    CAPTURE(storage);
    CHECK(job.run().alerts.at(0).count == 2);
  }
}

TEST_CASE("an alert about a column that nothing fills is a mistake in the definition") {
  MappedJob job("", R"j("schema": {"id": {"type": "default", "attribute": "id"}},
      "alerts": [{"name": "noted", "when": "note IS NOT NULL"}])j",
                id_and_note);
  CHECK_THROWS_WITH(job.plan(), doctest::Contains("nothing fills column \"note\" here"));
}

TEST_CASE("a column that the schema leaves out has its default") {
  MappedJob job("", R"j("schema": {"id": {"type": "default", "attribute": "id"}})j",
                "      id: { type: integer }\n      note: { type: text, default: none }\n");
  job.produce(0, {1});
  REQUIRE(job.run().exit_code == 0);
  CHECK(rows_of(job) == "1:none");
}

TEST_CASE(
    "with explode, too, a transaction has no more rows than load_batch_size, but for one message") {
  MappedJob job(R"j(, "explode": "items")j", R"j("load_batch_size": 4, "schema": {
      "id": {"type": "default", "attribute": "$element"}})j",
                id_and_note);
  for (int i = 0; i < 6; ++i) job.produce_text(0, R"j({"items":[1,2,3]})j");
  job.produce_text(0, R"j({"items":[1,2,3,4,5,6,7,8,9]})j");
  std::vector<std::int64_t> rows;
  job.on_commit = [&](const sluice::Counts& counts) { rows.push_back(counts.inserted); };
  REQUIRE(job.run().exit_code == 0);
  CHECK(rows == std::vector<std::int64_t>{6, 12, 18, 27});
  CHECK(job.positions() == "orders/0@7");
}

TEST_CASE("a comment that an expression leaves open ends with the expression") {
  MappedJob job("", R"j("filter": "id > 1 /* but", "schema": {
      "id": {"type": "default", "attribute": "id"},
      "note": {"type": "sql", "sql": "id || '!' -- loud"}},
      "alerts": [{"name": "two", "when": "id = 2 /* or"}])j",
                id_and_note);
  job.produce(0, {1, 2, 3});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(rows_of(job) == "2:2! 3:3!");
  CHECK(report.alerts.at(0).count == 1);
}

TEST_CASE("sources take turns: one with much to read does not keep the others from being read") {
  MappedJob job("", R"j("load_batch_size": 4)j", id_and_note);
  const std::string_view one = R"j({"source": "dwh/shop/orders"})j";
  job.action.replace(job.action.find(one), one.size(),
                     R"j([{"source": "dwh/shop/orders"}, {"source": "dwh/yard/orders"}])j");
  job.dir.write("schemas/sources/yard.yaml", job.source_yaml);
  for (int id = 0; id < 20; ++id) job.produce(0, {id});
  const Report report = job.run({"max_messages=8"});
  REQUIRE(report.exit_code == 0);
  REQUIRE(report.partitions.size() == 2);
  CHECK(report.partitions[0].messages == 4);
  CHECK(report.partitions[1].messages == 4);
}

TEST_CASE("several sources share one batch's room") {
  MappedJob job("", R"j("load_batch_size": 4, "schema": {
      "id": {"type": "default", "attribute": "$element"}})j",
                id_and_note);
  const std::string_view one = R"j({"source": "dwh/shop/orders"})j";
  job.action.replace(
      job.action.find(one), one.size(),
      R"j([{"source": "dwh/shop/orders", "explode": "items"}, {"source": "dwh/yard/orders", "explode": "items"}])j");
  job.dir.write("schemas/sources/yard.yaml", job.source_yaml);
  for (int i = 0; i < 4; ++i) job.produce_text(0, R"j({"items":[1,2,3,4]})j");
  std::vector<std::int64_t> rows;
  job.on_commit = [&](const sluice::Counts& counts) { rows.push_back(counts.inserted); };
  REQUIRE(job.run().exit_code == 0);
  CHECK(rows == std::vector<std::int64_t>{4, 8, 12, 16, 20, 24, 28, 32});
}
