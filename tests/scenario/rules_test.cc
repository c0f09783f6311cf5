// Preparation rules in whole jobs: their order, what they filter and count, how they end a job, and
// what of a message they see before and after mapping.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "job/report.h"
#include "support/scenario.h"
#include "support/text.h"

using sluice::Report;
using sluice::StopReason;
using sluice::test::holds;
using sluice::test::Scenario;

namespace {

// A job of topic "orders" with these source_rules, these further params and a table of these
// columns.
struct RulesJob : Scenario {
  RulesJob(std::string_view source_rules, std::string_view params,
           std::string_view columns =
               "      id: { type: integer }\n      note: { type: text, nullable: true }\n") {
    action = fmt::format(
        R"j({{"name": "load-orders", "until": "end", "params": {{
        "load_from": {{"source": "dwh/shop/orders", "source_rules": [{}]}}, {}
        "load_to": {{"source": "dwh/db/orders"}}}}}})j",
        source_rules, params.empty() ? "" : fmt::format("{},", params));
    dataset_yaml = fmt::format(
        "engine: sqlite\npath: data.db\ntables:\n  orders:\n    provenance: true\n    columns:\n{}",
        columns);
    log(0);
  }

  void produce_all(std::initializer_list<const char*> values) {
    for (const char* value : values) produce_text(0, value);
  }
  std::string all() const {
    return ask("SELECT group_concat(id || ':' || coalesce(note, '-'), ' ') FROM orders");
  }
};

}  // namespace

TEST_CASE("rules run in their order, and each sees what the one before it left") {
  RulesJob job("", R"j("rules": [
      {"attribute_name": "note", "action": "replace", "action_values": ["a", "b"]},
      {"attribute_name": "note", "action": "replace", "action_values": ["b", "c"]},
      {"attribute_name": "note", "action": "concat", "action_value": "id"},
      {"attribute_name": "id", "action": "add", "action_value": 100},
      {"attribute_name": "note", "action": "concat", "action_values": ["/", "id"]}])j");
  job.produce_all({R"j({"id":1,"note":"ab"})j", R"j({"id":2})j"});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(job.all() == "101:cc1/101 102:2/102");
}

TEST_CASE("what is to be put into a text, and is none, makes a reject") {
  RulesJob job("", R"j("max_rejects": 9, "rules": [
      {"attribute_name": "note", "action": "replace", "action_values": ["a", "$key"]}])j");
  job.produce_all({R"j({"id":1,"note":"ab"})j", R"j({"id":2,"note":"ab"})j",
                   R"j({"id":3,"note":"ab"})j", R"j({"id":4,"note":"b"})j"});
  job.log(0).records[0].key = "k";
  job.log(0).records[1].key = "\xFF";
  job.log(0).records[2].key = std::nullopt;
  const Report report = job.run();
  CHECK(report.exit_code == 0);
  CHECK(job.all() == "1:kb 3:b 4:b");
  CHECK(job.ask("SELECT reason FROM orders__rejects") ==
        "rule params.rules[0] (replace): bytes is no text");
}

TEST_CASE("what a rule skips is filtered, and counted by rule") {
  RulesJob job(
      R"j({"attribute_name": "id", "condition": "LT", "condition_value": 0, "action": "skip"})j",
      R"j("rules": [
      {"attribute_name": "note", "condition": "NOT EQUAL", "condition_value": "draft"},
      {"attribute_name": "note", "condition": "IS NULL", "action": "skip"},
      {"attribute_name": "note", "action": "concat", "action_value": "!"}])j");
  job.produce_all({R"j({"id":-1,"note":"a"})j", R"j({"id":1,"note":"draft"})j",
                   R"j({"id":2,"note":"a"})j", R"j({"id":3})j", R"j({"id":4,"note":"draft"})j"});
  const Report report = job.run();
  CHECK(report.counts.messages == 5);
  CHECK(report.counts.filtered == 4);
  CHECK(job.all() == "2:a!");
  CHECK(
      holds(to_json(report),
            R"j("rules":[{"rule":"params.load_from.source_rules[0]","filtered":1},)j"
            R"j({"rule":"params.rules[0]","filtered":2},{"rule":"params.rules[1]","filtered":1},)j"
            R"j({"rule":"params.rules[2]","filtered":0}])j"));
  CHECK(holds(to_text(report), "  rule params.rules[0]: 2 rows filtered\n"));
  CHECK(holds(to_text(report), "  rule params.rules[1]: 1 row filtered\n"));
  CHECK_FALSE(holds(to_text(report), "params.rules[2]"));
  CHECK(job.positions() == "orders/0@5");
}

TEST_CASE("a job without rules reports none") {
  RulesJob job("", "");
  job.produce_all({R"j({"id":1})j"});
  CHECK_FALSE(holds(to_json(job.run()), "\"rules\""));
}

TEST_CASE("else_value is for what the condition does not hold for") {
  RulesJob job("", R"j("rules": [
      {"attribute_name": "id", "condition": "IS INT", "else_value": -1},
      {"attribute_name": "note", "condition": "IN", "condition_values": ["a", "b"],
       "action": "concat", "action_value": "+", "else_value": "other"}])j");
  job.produce_all({R"j({"id":1,"note":"a"})j", R"j({"id":"x","note":"c"})j", R"j({"id":1.5})j"});
  CHECK(job.run().exit_code == 0);
  CHECK(job.all() == "1:a+ -1:other -1:other");
}

TEST_CASE("source rules come before the filter, expressions and mappings") {
  RulesJob job(R"j({"attribute_name": "amount", "action": "mul", "action_value": 100},
      {"attribute_name": "name", "condition": "IS NULL", "action": "default",
       "action_value": "nobody"})j",
               R"j("filter": "amount >= 100", "schema": {
      "id": {"type": "sql", "sql": "amount + 1"},
      "note": {"type": "default", "attribute": "name"}})j");
  job.produce_all({R"j({"amount":1,"name":"Ann"})j", R"j({"amount":0.5})j", R"j({"amount":2})j"});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.counts.filtered == 1);
  CHECK(job.all() == "101:Ann 201:nobody");
}

TEST_CASE("a json column takes what a source rule made of its attribute, as JSON") {
  RulesJob job(R"j({"attribute_name": "doc", "condition": "IS NULL", "action": "default",
       "action_value": "none \"yet\""})j",
               R"j("schema": {"id": {"type": "default", "attribute": "id"},
                              "doc": {"type": "default", "attribute": "doc"}})j",
               "      id: { type: integer }\n      doc: { type: json }\n");
  job.produce_all({R"j({"id":1,"doc":{"a": [1]}})j", R"j({"id":2})j"});
  CHECK(job.run().exit_code == 0);
  CHECK(job.ask("SELECT group_concat(doc, ' ') FROM orders") == R"j({"a": [1]} "none \"yet\"")j");
}

TEST_CASE("a json column that rules only look at keeps its JSON to the letter") {
  RulesJob job("",
               R"j("schema": {"id": {"type": "default", "attribute": "id"},
                              "doc": {"type": "default", "attribute": "doc"},
                              "more": {"type": "replace", "value": "x"},
                              "made": {"type": "sql", "sql": "json_quote(doc)"}},
                   "rules": [
      {"attribute_name": "doc", "condition": "EQUAL", "condition_value": 3, "action": "skip"},
      {"attribute_name": "doc", "condition": "EQUAL", "condition_value": "\u00e9", "action": "keep",
       "else_value": "other"},
      {"attribute_name": "more", "condition": "EQUAL", "condition_value": "x", "action": "concat",
       "action_value": "y"},
      {"attribute_name": "made", "condition": "REGEXP", "condition_value": "^o", "action": "replace",
       "action_values": ["o", "O"]}])j",
               "      id: { type: integer }\n      doc: { type: json }\n"
               "      more: { type: json }\n      made: { type: json }\n");
  job.produce_all({R"j({"id":1,"doc":3.0})j", R"j({"id":2,"doc":"\u00e9"})j",
                   R"j({"id":3,"doc":"one"})j", R"j({"id":4,"doc":{"a":3}})j"});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.counts.filtered == 1);
  CHECK(job.ask("SELECT group_concat(id || doc || more || made, ' ') FROM orders") ==
        R"j(2"\u00e9""xy""é" 3"other""xy""One" 4"other""xy""{\"a\":3}")j");
}

TEST_CASE("what is replaced inside of an object or an array leaves one") {
  RulesJob job("",
               R"j("schema": {"id": {"type": "default", "attribute": "id"},
                              "doc": {"type": "default", "attribute": "doc"}},
                   "rules": [{"attribute_name": "doc", "action": "regexp_replace",
                              "action_values": ["[a-z]+@[a-z.]+", "?"]}])j",
               "      id: { type: integer }\n      doc: { type: json }\n");
  job.produce_all(
      {R"j({"id":1,"doc":{"to": ["ann@x.org", 1.50]}})j", R"j({"id":2,"doc":"b@y.org"})j"});
  CHECK(job.run().exit_code == 0);
  CHECK(job.ask("SELECT group_concat(doc, ' ') FROM orders") == R"j({"to": ["?", 1.50]} "?")j");
}

TEST_CASE("two columns of one attribute have rules of their own") {
  RulesJob job("", R"j("schema": {
      "id": {"type": "default", "attribute": "id"},
      "note": {"type": "default", "attribute": "id"}},
      "rules": [{"attribute_name": "note", "action": "add", "action_value": 1}])j");
  job.produce_all({R"j({"id":1})j"});
  CHECK(job.run().exit_code == 0);
  CHECK(job.all() == "1:2");
}

TEST_CASE("rules on columns change what the broker, a constant and an expression gave") {
  RulesJob job("", R"j("schema": {
      "id": {"type": "default", "attribute": "$offset"},
      "note": {"type": "replace", "value": "x"},
      "up": {"type": "sql", "sql": "upper(name)"},
      "at": {"type": "default", "attribute": "$timestamp"}},
      "rules": [
      {"attribute_name": "id", "action": "mul", "action_value": 10},
      {"attribute_name": "note", "action": "concat", "action_values": ["name", "$partition"]},
      {"attribute_name": "up", "action": "substring", "action_values": [0, 2]},
      {"attribute_name": "at", "action": "date_replace",
       "action_values": ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]},
      {"attribute_name": "day", "action": "default", "action_value": "$today"}])j",
               "      id: { type: integer }\n      note: { type: text }\n      up: { type: text }\n"
               "      at: { type: text }\n      day: { type: date }\n");
  job.produce_all({R"j({"name":"ann"})j", R"j({"name":"bob"})j"});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(job.ask("SELECT group_concat(id || note || up || at || day, ' ') FROM orders") ==
        "0xann0AN2026-01-012026-01-01 10xbob0BO2026-01-012026-01-01");
}

TEST_CASE("a constant and a time that rules leave as they are stay what they are") {
  RulesJob job("", R"j("schema": {
      "id": {"type": "replace", "value": 1},
      "kept": {"type": "replace", "value": 1.5},
      "more": {"type": "replace", "value": 1.5},
      "at": {"type": "default", "attribute": "$timestamp"}},
      "rules": [
      {"attribute_name": "kept", "condition": "GT", "condition_value": 1},
      {"attribute_name": "more", "action": "add", "action_value": 1},
      {"attribute_name": "at", "condition": "IS DATE"}])j",
               "      id: { type: integer }\n"
               "      kept: { type: decimal, precision: 9, scale: 2, storage: integer }\n"
               "      more: { type: decimal, precision: 9, scale: 2, storage: integer }\n"
               "      at: { type: datetime, format: '%d.%m.%Y' }\n");
  job.produce_all({"{}"});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.exit_code == 0);
  CHECK(job.ask("SELECT kept || ' ' || more || ' ' || at FROM orders") ==
        "150 250 2026-01-01T00:00:00.000000Z");
}

TEST_CASE("a rule sees the column as it was mapped, and its value still has to fit") {
  RulesJob job("", R"j("max_rejects": 9, "rules": [
      {"attribute_name": "id", "condition": "EQUAL", "condition_value": "n/a", "action": "default",
       "action_value": 0},
      {"attribute_name": "id", "action": "div", "action_value": 2}])j");
  job.produce_all({R"j({"id":"n/a"})j", R"j({"id":4})j", R"j({"id":5})j", R"j({"id":"x"})j"});
  const Report report = job.run();
  CHECK(report.counts.rejected == 2);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM orders") == "0 2");
  CHECK(
      job.ask("SELECT group_concat(offset || ' ' || column_name || ' ' || reason, '; ') FROM "
              "orders__rejects") ==
      "2 id 2.5 is not an integer of 64 bits; 3 id rule params.rules[1] (div): \"x\" is no number");
}

TEST_CASE("a split is applied last of all, and its rows are numbered") {
  RulesJob job("", R"j("rules": [
      {"attribute_name": "note", "action": "split", "action_value": ","},
      {"attribute_name": "note", "action": "replace", "action_values": ["b", "x,y"]}])j");
  job.produce_all({R"j({"id":1,"note":"a,b,,c"})j", R"j({"id":2})j", R"j({"id":3,"note":","})j"});
  const Report report = job.run();
  CHECK(report.counts.messages == 3);
  CHECK(report.counts.inserted == 5);
  CHECK(report.counts.filtered == 1);
  CHECK(job.all() == "1:a 1:x 1:y 1:c 2:-");
  CHECK(job.ask("SELECT group_concat(_offset || '.' || _element, ' ') FROM orders") ==
        "0.0 0.1 0.2 0.3 1.0");
  CHECK(holds(to_json(report), R"j({"rule":"params.rules[0]","filtered":1})j"));
}

TEST_CASE("a message whose split has a part that does not fit is one reject") {
  RulesJob job("", R"j("max_rejects": 1, "rules": [
      {"attribute_name": "id", "action": "split", "action_value": ";"}])j");
  job.produce_all({R"j({"id":"1;2;x"})j", R"j({"id":"3;4"})j"});
  const Report report = job.run();
  CHECK(report.counts.rejected == 1);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM orders") == "3 4");
}

TEST_CASE("rows of explode and of a split are numbered through") {
  RulesJob job(R"j({"attribute_name": "$element", "action": "split", "action_value": " "})j",
               R"j("schema": {"id": {"type": "default", "attribute": "id"},
                              "note": {"type": "default", "attribute": "$element"}})j");
  job.produce_all({R"j({"id":1,"tags":["a b","c"]})j", R"j({"id":2,"tags":["d"]})j"});
  const Report report = job.run({R"j(params.load_from.explode="tags")j"});
  CHECK(report.counts.inserted == 4);
  CHECK(job.ask("SELECT group_concat(_offset || '.' || _element || note, ' ') FROM orders") ==
        "0.0a 0.1b 0.2c 1.0d");
}

TEST_CASE("action_error ends the job with 65 and keeps what came before, whatever the budget") {
  RulesJob job("", R"j("max_rejects": 100, "rules": [
      {"attribute_name": "note", "condition": "REGEXP", "condition_value": "^bad",
       "action": "action_error"}])j");
  job.produce_all({R"j({"id":1})j", R"j({"id":2,"note":"bad one"})j", R"j({"id":3})j"});
  const Report report = job.run();
  CHECK(report.exit_code == 65);
  CHECK(report.stop_reason == StopReason::error);
  CHECK(
      holds(report.message,
            "orders/0@1, column \"note\": rule params.rules[0] (action_error): it is \"bad one\""));
  CHECK(job.rows() == "1");
  CHECK(job.positions() == "orders/0@1");
  CHECK(job.ask("SELECT count(*) FROM orders__rejects") == "0");
}

TEST_CASE("stop_workflow ends the job well after its message's batch, and the next one goes on") {
  RulesJob job("", R"j("rules": [
      {"attribute_name": "note", "condition": "EQUAL", "condition_value": "end of day",
       "action": "Stop_workflow"}])j");
  for (int id = 1; id <= 5; ++id) {
    job.produce_text(0,
                     fmt::format(R"j({{"id":{},"note":"{}"}})j", id, id == 3 ? "end of day" : "a"));
  }
  const Report report = job.run({"params.load_from.extract_chunk_size=1"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::rule);
  CHECK(holds(to_json(report), R"j("state":"succeeded","stop_reason":"rule")j"));
  CHECK(job.rows() == "1 2 3");
  CHECK(job.ask("SELECT stop_reason FROM sluice_jobs") == "rule");
  CHECK(job.run().stop_reason == StopReason::caught_up);
  CHECK(job.rows() == "1 2 3 4 5");
}

TEST_CASE("rules of one topic leave the messages of the other alone") {
  RulesJob job("", "");
  job.action = R"j({"name": "load-orders", "until": "end", "params": {
      "load_from": [
        {"source": "dwh/shop/orders", "partitions": [0], "source_rules": [
          {"attribute_name": "id", "action": "add", "action_value": 10},
          {"attribute_name": "id", "action": "split", "action_value": "1"}]},
        {"source": "dwh/shop/orders", "partitions": [1], "source_rules": [
          {"attribute_name": "id", "condition": "GT", "condition_value": 2, "action": "skip"}]}],
      "load_to": {"source": "dwh/db/orders"}}})j";
  job.produce(0, {12, 3});
  job.produce(1, {2, 3});
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.counts.filtered == 1);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id)") ==
        "2 3 22");
}

TEST_CASE("what a rejected message skipped is not counted") {
  RulesJob job(
      R"j({"attribute_name": "$element", "condition": "EQUAL", "condition_value": 1,
                    "action": "skip"})j",
      R"j("max_rejects": 1, "schema": {"id": {"type": "default", "attribute": "$element"}})j");
  job.produce_all({R"j({"tags":[1,2,"x"]})j", R"j({"tags":[1,2]})j"});
  const Report report = job.run({R"j(params.load_from.explode="tags")j"});
  CHECK(report.counts.rejected == 1);
  CHECK(report.counts.inserted == 1);
  REQUIRE(report.rules.size() == 1);
  CHECK(report.rules[0].filtered == 1);
}

TEST_CASE("an upsert's tombstone deletes by the key, also where rules test the key's column") {
  RulesJob job("", R"j("write_mode": "upsert", "schema": {
      "id": {"type": "default", "attribute": "$key"},
      "note": {"type": "default", "attribute": "note"}},
      "rules": [
      {"attribute_name": "id", "condition": "LT", "condition_value": 0, "action": "skip"},
      {"attribute_name": "note", "action": "concat", "action_value": "!"}])j");
  job.dataset_yaml += "    primary_key: [id]\n";
  job.produce_all({R"j({"note":"a"})j", R"j({"note":"b"})j", R"j({"note":"c"})j", ""});
  const char* keys[] = {"1", "2", "-1", "1"};
  for (std::size_t i = 0; i < 4; ++i) job.log(0).records[i].key = keys[i];
  job.log(0).records[3].value.reset();
  const Report report = job.run();
  CAPTURE(report.message);
  CHECK(report.counts.deleted == 1);
  CHECK(report.counts.filtered == 1);
  CHECK(job.all() == "2:b!");
}
