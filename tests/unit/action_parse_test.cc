#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "action/parse_action.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<const SourceText> action_document(std::string text,
                                                  std::string path = "actions/x.json") {
  return std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)});
}

// A small valid action with some of its parts replaced.
struct Sample {
  std::string load_from = R"({"source": "dwh/game/sample"})";
  std::string params;    // more members of params, each with a comma in front
  std::string document;  // more members of the document

  std::string text() const {
    return R"({"params": {"load_from": )" + load_from + R"(, "load_to": {"source": "dwh/prim/t"})" +
           params + "}" + document + "}";
  }
};
Sample with_load(std::string members) {
  return {R"({"source": "dwh/game/sample", )" + members + "}", "", ""};
}
Sample with_params(std::string members) { return {Sample().load_from, ", " + members, ""}; }
Sample with_document(std::string members) { return {Sample().load_from, "", ", " + members}; }
Sample with_column(const std::string& mapping) {
  return with_params(R"("schema": {"a": )" + mapping + "}");
}

Action accepted(const std::string& text) {
  CAPTURE(text);
  Problems problems;
  auto action = parse_action(action_document(text), {}, problems);
  CHECK(problems.text() == "");
  REQUIRE(action.has_value());
  CHECK_FALSE(action->is_partial);
  return std::move(*action);
}
Action accepted(const Sample& sample) { return accepted(sample.text()); }

// The messages of all errors without their places, one a line.
std::string complaints(const std::string& text, std::vector<Override> overrides = {}) {
  CAPTURE(text);
  Problems problems;
  const auto action = parse_action(action_document(text), overrides, problems);
  CHECK((action && !action->is_partial) == !problems.any());
  std::string out;
  for (const Problem& problem : problems.errors()) {
    CHECK(problem.place.document != nullptr);
    CHECK(problem.place.line > 0);
    CHECK(problem.place.column > 0);
    out += (out.empty() ? "" : "\n") + problem.message;
  }
  return out;
}
std::string complaints(const Sample& sample) { return complaints(sample.text()); }

std::string errors(const std::string& text, std::vector<Override> overrides = {}) {
  Problems problems;
  const auto action = parse_action(action_document(text), overrides, problems);
  CHECK((!action || action->is_partial));
  return problems.text();
}

TEST_CASE("an action that says everything is read completely") {
  const Action action = accepted(R"({
    "$schema": "../schemas/action-v1.schema.json",
    "name": "load-guesses", "type": "load",
    "params": {
      "load_from": [
        {"source": "dwh/game/sample", "offset_number": {"0": 7, "12": -90}, "partitions": [12, 0],
         "until_offset": 100, "extract_chunk_size": 5000, "format": "json"},
        {"source": "dwh/game/other.topic_1-x", "timestamp": "2026-11-23T00:00:00Z",
         "until_timestamp": 1795392000001}],
      "schema": {
        "index": {"type": "default", "attribute": "index"},
        "city": {"type": "default", "path": ["origin", "city", "$name"]},
        "season": {"type": "replace", "value": "sum\u006der"}},
      "load_to": [{"source": "dwh/data_prim/a\"b c"}],
      "load_batch_size": 50000, "load_batch_interval": "1s", "max_rejects": 3},
    "execution_mode": "serverless", "timeout": "10m", "until": "end",
    "segmentation": {"active": true, "type": "automatic"}, "instances": 2,
    "max_messages": 9223372036854775807, "idle_timeout": 0.5, "if_running": "skip",
    "lock_timeout": 0, "memory_limit": "64MB"})");
  CHECK(action.name == "load-guesses");
  REQUIRE(action.load_from.size() == 2);
  const LoadFrom& first = action.load_from[0];
  CHECK(first.source.container == "game");
  CHECK(first.source.item == "sample");
  CHECK(first.source.place.line == 6);
  CHECK(first.source.place.column == 20);
  const std::map<std::int32_t, Offset> starts = {{0, 7}, {12, -90}};
  CHECK(std::get<1>(first.offset_number->value) == starts);
  CHECK(first.partitions->value == std::vector<std::int32_t>{0, 12});
  CHECK(std::get<Offset>(first.until_offset->value) == 100);
  CHECK(first.extract_chunk_size == 5000);
  CHECK_FALSE(first.timestamp.has_value());
  const LoadFrom& second = action.load_from[1];
  CHECK(second.source.item == "other.topic_1-x");
  CHECK(second.timestamp->value == 1'795'392'000'000);
  CHECK(second.until_timestamp->value == 1'795'392'000'001);
  CHECK_FALSE(second.partitions.has_value());
  REQUIRE(action.schema.has_value());
  REQUIRE(action.schema->size() == 3);
  CHECK(action.schema->at(0).column == "index");
  const auto& attribute = std::get<Mapping::Take>(action.schema->at(0).from);
  CHECK(attribute.path == Path{"index"});
  CHECK(attribute.is_attribute);
  const auto& path = std::get<Mapping::Take>(action.schema->at(1).from);
  CHECK(path.path == Path{"origin", "city", "$name"});
  CHECK_FALSE(path.is_attribute);
  const auto& constant = std::get<Mapping::Constant>(action.schema->at(2).from);
  CHECK(std::get<std::string>(constant.value) == "summer");
  CHECK(constant.text == "\"sum\\u006der\"");
  CHECK(action.load_to.container == "data_prim");
  CHECK(action.load_to.item == "a\"b c");
  CHECK(action.load_batch_size == 50'000);
  CHECK(action.load_batch_interval == seconds(1));
  CHECK(action.max_rejects == 3);
  CHECK(action.timeout == std::chrono::minutes(10));
  CHECK(action.until == Until::end);
  CHECK(action.segmentation_active);
  CHECK(action.instances == 2);
  CHECK(action.max_messages == 9'223'372'036'854'775'807);
  CHECK(action.idle_timeout == milliseconds(500));
  CHECK(action.if_running == IfRunning::skip);
  CHECK(action.lock_timeout == milliseconds(0));
  CHECK(action.memory_limit_bytes == 64 << 20);
}

TEST_CASE("an action that says little has the documented defaults") {
  const Action action = accepted(Sample());
  CHECK(action.name == "x");
  CHECK_FALSE(action.schema.has_value());
  CHECK(action.schema_place.column == 12);
  CHECK_FALSE(action.load_batch_size.has_value());
  CHECK_FALSE(action.load_batch_interval.has_value());
  CHECK_FALSE(action.max_rejects.has_value());
  CHECK(action.timeout == std::chrono::hours(2));
  CHECK(action.execution_mode == ExecutionMode::serverless);
  CHECK(action.until == Until::timeout);
  CHECK_FALSE(action.segmentation_active);
  CHECK(action.instances == 1);
  CHECK(action.lock_timeout == seconds(60));
  CHECK(action.if_running == IfRunning::fail);
}

TEST_CASE("an action without a name is called like its file") {
  struct Case {
    const char* path;
    const char* name;
  };
  for (const auto& [path, name] : {Case{"actions/guesses.json", "guesses"},
                                   {"a.b.json", "a.b"},
                                   {"actions/guesses", "guesses"},
                                   {"actions/v1.2", "v1.2"}}) {
    Problems problems;
    const auto action = parse_action(action_document(Sample().text(), path), {}, problems);
    REQUIRE(action.has_value());
    CHECK(action->name == name);
  }
}

TEST_CASE("always-up has no timeout unless one is written") {
  CHECK_FALSE(accepted(with_document(R"("execution_mode": "always-up")")).timeout.has_value());
  CHECK_FALSE(accepted(with_document(R"("execution_mode": "always-up", "timeout": null)"))
                  .timeout.has_value());
  CHECK(accepted(with_document(R"("timeout": 90, "execution_mode": "always-up")")).timeout ==
        seconds(90));
}

TEST_CASE("null is as good as absent where nothing is the default") {
  for (const char* key : {"load_batch_size", "load_batch_interval", "schema"}) {
    accepted(with_params("\"" + std::string(key) + "\": null"));
  }
  for (const char* key : {"offset_number", "timestamp", "until_offset", "until_timestamp",
                          "partitions", "extract_chunk_size"}) {
    accepted(with_load("\"" + std::string(key) + "\": null"));
  }
  for (const char* key :
       {"max_messages", "idle_timeout", "instances", "segmentation", "concurrent_executions"}) {
    accepted(with_document("\"" + std::string(key) + "\": null"));
  }
}

TEST_CASE("a replaced value keeps its kind, and a number its exact text") {
  const auto constant = [](const std::string& value) {
    const Action action = accepted(with_column(R"({"type": "replace", "value": )" + value + "}"));
    return std::get<Mapping::Constant>(action.schema->front().from);
  };
  for (const char* number :
       {"-9223372036854775808", "1.50", "12345678901234567890", "-1e400", "1e-400"}) {
    CHECK(std::holds_alternative<JsonNumber>(constant(number).value));
    CHECK(constant(number).text == number);
  }
  CHECK(std::get<bool>(constant("true").value));
  CHECK(std::holds_alternative<std::monostate>(constant("null").value));
}

TEST_CASE("concurrent_executions is the original's word for waiting") {
  CHECK(accepted(with_document(R"("concurrent_executions": true)")).if_running == IfRunning::wait);
  CHECK(accepted(with_document(R"("concurrent_executions": false)")).if_running == IfRunning::fail);
  CHECK(accepted(with_document(R"("concurrent_executions": false, "if_running": "skip")"))
            .if_running == IfRunning::skip);
  CHECK(accepted(with_document(R"("concurrent_executions": true, "if_running": "wait")"))
            .if_running == IfRunning::wait);
  CHECK(complaints(with_document(R"("concurrent_executions": true, "if_running": "skip")")) ==
        "\"concurrent_executions\": true means \"if_running\": \"wait\", which the document "
        "contradicts");
}

TEST_CASE("every problem is told at once, with its line and a caret") {
  CHECK(errors(R"({
  "tpye": "load",
  "params": {
    "load_from": { "source": "dwh/game", "offset_number": "seven" },
    "schema": { "Zoë": { "type": "default" }, "b": { "type": "replce", "value": 1 } },
    "max_rejects": -1
  },
  "timeout": "soon",
  "timeout": "2h",
  "until": "ned"
})") ==
        R"(actions/x.json:2:3: unknown key "tpye" (did you mean "type"?)
    "tpye": "load",
    ^
actions/x.json:3:13: "load_to" is missing: where to write
    "params": {
              ^
actions/x.json:4:30: "source" must be "dwh/SOURCE/TOPIC", not "dwh/game"
      "load_from": { "source": "dwh/game", "offset_number": "seven" },
                               ^
actions/x.json:4:59: "offset_number" must be an offset N, the last N offsets as -N, or a map of partitions to these, not "seven"
      "load_from": { "source": "dwh/game", "offset_number": "seven" },
                                                            ^
actions/x.json:5:24: "Zoë" needs an "attribute" or a "path"
      "schema": { "Zoë": { "type": "default" }, "b": { "type": "replce", "value": 1 } },
                         ^
actions/x.json:5:62: "type" must be "default", "replace" or "sql", not "replce" (did you mean "replace"?)
      "schema": { "Zoë": { "type": "default" }, "b": { "type": "replce", "value": 1 } },
                                                               ^
actions/x.json:6:20: "max_rejects" must be a whole number from 0 to 9223372036854775807, not -1
      "max_rejects": -1
                     ^
actions/x.json:8:14: "timeout" must be seconds or a duration such as "90s", "5m" or "2h", more than zero, not "soon"
    "timeout": "soon",
               ^
actions/x.json:9:3: "timeout" is written twice, first at line 8, column 3
    "timeout": "2h",
    ^
actions/x.json:10:12: "until" must be "timeout" or "end", not "ned" (did you mean "end"?)
    "until": "ned"
             ^
)");
}

TEST_CASE("a document that is no object is no action") {
  CHECK(complaints("[]") == "expected \"{\": an action is one JSON object");
  CHECK(complaints("\"x\"") == "expected \"{\": the document is one object");
  CHECK(complaints("{}") == "\"params\" is missing: what to read and where to write");
  CHECK(complaints(R"({"params": {}})") ==
        "\"load_from\" is missing: what to read\n\"load_to\" is missing: where to write");
  CHECK(complaints(R"({"params": []})") == "\"params\" must be an object, not an array");
}

TEST_CASE("an unknown key is answered with the nearest one, or with the place where it belongs") {
  CHECK(complaints(with_document(R"("tmeout": 1)")) ==
        "unknown key \"tmeout\" (did you mean \"timeout\"?)");
  CHECK(complaints(with_document(R"("max_rejects": 1)")) ==
        "unknown key \"max_rejects\" (it belongs in \"params\")");
  CHECK(complaints(with_params(R"("partitions": [1])")) ==
        "unknown key \"partitions\" (it belongs in \"load_from\")");
  CHECK(complaints(with_params(R"("timeout": 1)")) ==
        "unknown key \"timeout\" (it belongs at the top of the document)");
  CHECK(complaints(with_load(R"("ofset_number": 1)")) ==
        "unknown key \"ofset_number\" (did you mean \"offset_number\"?)");
  CHECK(complaints(with_column(R"({"type": "default", "atribute": "a", "attribute": "a"})")) ==
        "unknown key \"atribute\" (did you mean \"attribute\"?)");
  CHECK(complaints(with_document(R"("segmentation": {"activ": true})")) ==
        "unknown key \"activ\" (did you mean \"active\"?)");
  CHECK(complaints(with_document(R"("\u001b[2Jqqqqqqqq": 1)")) ==
        "unknown key \"\\x1B[2Jqqqqqqqq\"");
}

TEST_CASE("filter, alerts, explode and the form of messages are read, and what is wrong is told") {
  const Action action =
      accepted(R"j({"params": {"load_from": {"source": "dwh/s/t", "explode": "items"},
    "load_to": {"source": "dwh/d/t"}, "filter": "a > 1", "on_new_attribute": "fail",
    "schema": {"n": {"type": "sql", "sql": "length(name)"},
               "p": {"type": "default", "path": ["a", 0, "b"]}},
    "alerts": [{"name": "large", "when": "n > 2"}]}})j");
  CHECK(action.filter->value == "a > 1");
  CHECK(action.on_new_attribute == OnNewAttribute::fail);
  CHECK(action.load_from.at(0).explode->value == Path{"items"});
  CHECK(std::get<Mapping::Expression>(action.schema->at(0).from).sql == "length(name)");
  CHECK(std::get<Mapping::Take>(action.schema->at(1).from).path == Path{"a", 0u, "b"});
  CHECK(action.alerts.at(0).name == "large");
  CHECK(action.alerts.at(0).when == "n > 2");

  struct Case {
    Sample sample;
    const char* complaint;
  };
  const Case cases[] = {
      {with_load(R"("format": "raw", "explode": ["items"])"),
       "\"explode\" needs JSON messages, and \"format\" is \"raw\" here"},
      {with_load(R"("explode": [])"),
       "\"explode\" must be an array of keys from the root down such as [\"origin\", \"city\"], "
       "not "
       "an array"},
      {with_load(R"("explode": [0])"),
       "\"explode\" begins at the message's object: its first step is a key"},
      {with_params(R"("filter": "")"), "\"filter\" must be a text that is not empty, not \"\""},
      {with_params(R"("alerts": {"name": "a"})"),
       "\"alerts\" must be a list of alerts, not an object"},
      {with_params(R"("alerts": [{"name": "a"}])"), "an alert needs a \"when\""},
      {with_params(R"("alerts": [{"name": "a", "wen": "1", "when": "1"}])"),
       "unknown key \"wen\" (did you mean \"when\"?)"},
      {with_params(R"("alerts": [{"name": "a", "when": "1"}, {"name": "a", "when": "2"}])"),
       "two alerts are called \"a\"; the report tells them by name"},
      {with_params(R"("on_new_attribute": "fial")"),
       "\"on_new_attribute\" must be \"ignore\" or \"fail\", not \"fial\" (did you mean "
       "\"fail\"?)"},
      {with_column(R"({"type": "sql"})"), "\"a\" needs an expression as \"sql\""},
      {with_column(R"({"type": "sql", "sql": "1", "attribute": "a"})"),
       "\"attribute\" has no place in a mapping of type \"sql\""},
      {with_column(R"({"type": "default", "path": ["a", -1]})"),
       "\"path\" must hold keys as texts and indexes from 0, not -1"},
  };
  for (const Case& c : cases) CHECK(complaints(c.sample) == c.complaint);
}

TEST_CASE("the group that is told the offsets is a name") {
  CHECK(accepted(with_document(R"("publish_group": "nightly")")).publish_group == "nightly");
  CHECK_FALSE(accepted(with_document(R"("publish_group": null)")).publish_group.has_value());
  CHECK_FALSE(accepted(Sample()).publish_group.has_value());
  CHECK(complaints(with_document(R"("publish_group": "")")) ==
        "\"publish_group\" must be a text that is not empty, not \"\"");
  CHECK(complaints(with_document(R"("publish_group": true)")) ==
        "\"publish_group\" must be a text that is not empty, not true");
}

TEST_CASE("what to do when the source lost messages or is another one") {
  const Action by_default = accepted(with_params(R"("on_data_loss": null)"));
  CHECK(by_default.on_data_loss == OnDataLoss::fail);
  CHECK(by_default.on_topic_changed == OnTopicChanged::fail);
  const Action chosen =
      accepted(with_params(R"("on_data_loss": "skip", "on_topic_changed": "restart")"));
  CHECK(chosen.on_data_loss == OnDataLoss::skip);
  CHECK(chosen.on_topic_changed == OnTopicChanged::restart);
  CHECK(complaints(with_params(R"("on_data_loss": "skpi")")) ==
        "\"on_data_loss\" must be \"fail\" or \"skip\", not \"skpi\" (did you mean \"skip\"?)");
}

TEST_CASE("the memory of queues and batches is a size that a load can work with") {
  CHECK(accepted(with_document(R"("memory_limit": "1GB")")).memory_limit_bytes == 1 << 30);
  CHECK(accepted(with_document(R"("memory_limit": 16777216)")).memory_limit_bytes == 16 << 20);
  CHECK_FALSE(accepted(with_document(R"("memory_limit": null)")).memory_limit_bytes.has_value());
  CHECK(complaints(with_document(R"("memory_limit": "much")")) ==
        "\"memory_limit\" must be bytes or a size such as \"256MB\" or \"1GB\", not \"much\"");
  CHECK(complaints(with_document(R"("memory_limit": "1MB")")) ==
        "\"memory_limit\" must be at least \"16MB\", not \"1MB\"");
}

TEST_CASE("what asks for nothing, or for what is done anyway, is accepted") {
  for (const char* members :
       {R"("on_new_attribute": "ignore")", R"("rules": [])", R"("filter": null)", R"("alerts": [])",
        R"("expect": {})", R"("max_reject_ratio": null)"}) {
    accepted(with_params(members));
  }
  accepted(with_load(R"("format": "json", "explode": null, "source_rules": [])"));
}

TEST_CASE("a word that will never be right is wrong now") {
  CHECK(complaints(with_params(R"("write_mode": "apend")")) ==
        "\"write_mode\" must be \"append\" or \"upsert\", not \"apend\" (did you mean "
        "\"append\"?)");
  CHECK(complaints(with_load(R"("format": 1)")) == "\"format\" must be \"json\" or \"raw\", not 1");
  CHECK(complaints(with_load(R"("format": "avro")")) ==
        "\"format\" \"avro\" is not supported yet");
}

TEST_CASE("write_mode and newest_by say which row of a key is kept") {
  const Action by_default = accepted(with_params(R"("write_mode": null, "newest_by": null)"));
  CHECK(by_default.write_mode.value == WriteMode::append);
  CHECK_FALSE(by_default.newest_by);
  const Action upsert = accepted(with_params(R"("newest_by": "at", "write_mode": "upsert")"));
  CHECK(upsert.write_mode.value == WriteMode::upsert);
  REQUIRE(upsert.newest_by);
  CHECK(upsert.newest_by->value == "at");
  CHECK(upsert.newest_by->place.column > 1);

  const char* needs =
      "\"newest_by\" says which row of a key is kept, which needs "
      "\"write_mode\": \"upsert\"";
  CHECK(complaints(with_params(R"("newest_by": "at")")) == needs);
  CHECK(complaints(with_params(R"("newest_by": "at", "write_mode": "append")")) == needs);
  CHECK(complaints(with_params(R"("newest_by": "", "write_mode": "upsert")")) ==
        "\"newest_by\" must be a text that is not empty, not \"\"");
}

TEST_CASE("keys of the original format without a meaning are named in one warning") {
  Problems problems;
  const auto action = parse_action(action_document(R"({"log_level": "debug", "params": {
    "load_from": [{"source": "dwh/game/sample", "force_utf8": true, "encoding": "auto"}],
    "schema": {"a": {"type": "default", "table": "sample", "attribute": "a",
                     "operation": "SELECT"}},
    "load_to": {"source": "dwh/prim/t", "force_utf8": true}, "dataXPATH": "/a",
    "segmentation": {"active": true}},
    "segmentation": {"active": true, "type": "automatic", "chunksize": 1}})"),
                                   {}, problems);
  CHECK(problems.text() == "");
  CHECK(action.has_value());
  REQUIRE(problems.warnings().size() == 1);
  CHECK(problems.warnings()[0].text() ==
        "actions/x.json:1:2: \"log_level\", \"chunksize\", \"dataXPATH\", \"segmentation\", "
        "\"force_utf8\", "
        "\"encoding\", \"table\", \"operation\" have no meaning for this program "
        "and are ignored\n"
        "  {\"log_level\": \"debug\", \"params\": {\n"
        "   ^\n");
}

TEST_CASE("a document without such keys gives no warning") {
  Problems problems;
  CHECK(parse_action(action_document(Sample().text()), {}, problems).has_value());
  CHECK(problems.warnings().empty());
}

TEST_CASE("an address has three parts, and a topic the letters that Kafka takes") {
  for (const char* bad : {"", "dwh", "dwh/game", "dwh/game/", "dwh//sample", "/game/sample",
                          "dwh/game/sample/x", "dwh/game/sample/", "DWH/game/sample", "x/game/a"}) {
    Sample sample;
    sample.load_from = R"({"source": ")" + std::string(bad) + "\"}";
    CHECK(complaints(sample) ==
          "\"source\" must be \"dwh/SOURCE/TOPIC\", not \"" + std::string(bad) + "\"");
  }
  for (const std::string& bad :
       {std::string("a b"), std::string("ä"), std::string("."), std::string("..")}) {
    Sample sample;
    sample.load_from = R"({"source": "dwh/game/)" + bad + "\"}";
    CHECK(complaints(sample) == "\"" + bad +
                                    "\" cannot be a topic: Kafka takes up to 249 letters, digits, "
                                    "dots, dashes and underscores");
  }
  Sample longest;
  longest.load_from = R"({"source": "dwh/game/)" + std::string(249, 'a') + "\"}";
  accepted(longest);
  longest.load_from = R"({"source": "dwh/game/)" + std::string(250, 'a') + "\"}";
  CHECK(complaints(longest).find("cannot be a topic") != std::string::npos);
  Sample escape;
  escape.load_from = R"({"source": "dwh/../sample"})";
  CHECK(complaints(escape) == "\"..\" cannot be the name of a source");
}

TEST_CASE("load_from is an object or an array of objects, load_to one destination") {
  Sample sample;
  sample.load_from = "[]";
  CHECK(complaints(sample) ==
        "\"load_from\" must be an object or an array of objects, not an empty array");
  sample.load_from = "\"dwh/game/sample\"";
  CHECK(complaints(sample) ==
        "\"load_from\" must be an object or an array of objects, not \"dwh/game/sample\"");
  sample.load_from = "[1, {}]";
  CHECK(complaints(sample) ==
        "\"load_from\" must hold objects, not 1\n"
        "\"load_from\" needs a \"source\": \"dwh/SOURCE/TOPIC\"");
  CHECK(complaints(R"({"params": {"load_from": {"source": "dwh/a/b"},
      "load_to": [{"source": "dwh/a/b"}, {"source": "dwh/a/c"}]}})") ==
        "\"load_to\" takes one destination; write an action for each table");
  CHECK(complaints(R"({"params": {"load_from": {"source": "dwh/a/b"}, "load_to": {}}})") ==
        "\"load_to\" needs a \"source\": \"dwh/DATASET/TABLE\"");
}

TEST_CASE("ranges are checked as far as the document tells") {
  struct Case {
    const char* members;
    const char* complaint;
  };
  for (const auto& [members, complaint] : {
           Case{R"("offset_number": 1, "timestamp": 1)",
                "\"offset_number\" and \"timestamp\" exclude each other: keep one"},
           {R"("until_offset": 1, "until_timestamp": 1)",
            "\"until_offset\" and \"until_timestamp\" exclude each other: keep one"},
           {R"("offset_number": 5, "until_offset": 5)",
            "the range is empty: it starts at offset 5 and ends before 5"},
           {R"("offset_number": {"0": 1, "1": 9}, "until_offset": {"0": 2, "1": 8})",
            "the range is empty: it starts at offset 9 and ends before 8"},
           {R"("offset_number": 5, "until_offset": {"3": 4})",
            "the range is empty: it starts at offset 5 and ends before 4"},
           {R"("timestamp": "2026-11-23", "until_timestamp": "2026-11-22")",
            "the range is empty: it starts at 2026-11-23T00:00:00.000Z and ends before "
            "2026-11-22T00:00:00.000Z"},
           {R"("offset_number": {"01": 1})", "\"01\" is not the number of a partition"},
           {R"("offset_number": {"-1": 1})", "\"-1\" is not the number of a partition"},
           {R"("offset_number": {"2147483648": 1})",
            "\"2147483648\" is not the number of a partition"},
           {R"("offset_number": {"0": "x"})",
            "an offset in \"offset_number\" must be a whole number, not \"x\""},
           {R"("offset_number": {"2": 1}, "partitions": [0, 1])",
            "partition 2 is not among \"partitions\""},
           {R"("offset_number": {})",
            "\"offset_number\" must be an offset N, the last N offsets as -N, or a map of "
            "partitions to these, not an object"},
           {R"("offset_number": 1.5)",
            "\"offset_number\" must be an offset N, the last N offsets as -N, or a map of "
            "partitions to these, not 1.5"},
           {R"("offset_number": 9223372036854775808)",
            "\"offset_number\" must be an offset N, the last N offsets as -N, or a map of "
            "partitions to these, not 9223372036854775808"},
           {R"("until_offset": -1)",
            "\"until_offset\" must be an offset from 0, or a map of partitions to offsets, not "
            "-1"},
           {R"("until_offset": {"0": -1})",
            "an offset in \"until_offset\" must be a whole number from 0, not -1"},
           {R"("timestamp": "yesterday")",
            "\"timestamp\" must be an ISO 8601 time such as \"2026-11-23T04:00:00Z\" or "
            "milliseconds since 1970, not before 1970, not \"yesterday\""},
           {R"("partitions": [])",
            "\"partitions\" must be an array of partition numbers such as [0, 3], not an array"},
           {R"("partitions": [1, 1])", "partition 1 is named twice"},
           {R"("partitions": [-1, "2"])",
            "\"partitions\" must hold partition numbers, not -1\n"
            "\"partitions\" must hold partition numbers, not \"2\""},
           {R"("extract_chunk_size": 0)",
            "\"extract_chunk_size\" must be a whole number from 1 to 9223372036854775807, not 0"},
       }) {
    CHECK(complaints(with_load(members)) == complaint);
  }
}

TEST_CASE("ranges that may hold something are accepted") {
  for (const char* members :
       {R"("offset_number": -7, "until_offset": 5)", R"("offset_number": 4, "until_offset": 5)",
        R"("offset_number": {"0": 9}, "until_offset": {"1": 5})",
        R"("offset_number": 7, "until_timestamp": 5)", R"("offset_number": -9223372036854775807)",
        R"("until_offset": 9223372036854775807)"}) {
    accepted(with_load(members));
  }
}

TEST_CASE("settings that exclude each other or are out of range are refused") {
  struct Case {
    const char* members;
    const char* complaint;
  };
  for (const auto& [members, complaint] : {
           Case{R"("timeout": null)",
                "\"timeout\" may only be null with \"execution_mode\": \"always-up\""},
           {R"("timeout": 0)",
            "\"timeout\" must be seconds or a duration such as \"90s\", \"5m\" or \"2h\", more "
            "than zero, not 0"},
           {R"("idle_timeout": -5)",
            "\"idle_timeout\" must be seconds or a duration such as \"90s\", \"5m\" or \"2h\", "
            "more than zero, not -5"},
           {R"("lock_timeout": null)",
            "\"lock_timeout\" must be seconds or a duration such as \"90s\", \"5m\" or \"2h\", "
            "not null"},
           {R"("until": "end", "execution_mode": "always-up")",
            "\"until\": \"end\" contradicts \"execution_mode\": \"always-up\", which goes on "
            "until a signal"},
           {R"("execution_mode": "alwaysup")",
            "\"execution_mode\" must be \"serverless\" or \"always-up\", not \"alwaysup\" (did "
            "you mean \"always-up\"?)"},
           {R"("type": "aggregate")", "\"type\" must be \"load\", not \"aggregate\""},
           {R"("name": "")", "\"name\" must be a text that is not empty, not \"\""},
           {R"("instances": 0)",
            "\"instances\" must be a whole number from 1 to 9223372036854775807, not 0"},
           {R"("instances": 1e2)",
            "\"instances\" must be a whole number from 1 to 9223372036854775807, not 1e2"},
           {R"("max_messages": 99999999999999999999)",
            "\"max_messages\" must be a whole number from 1 to 9223372036854775807, not "
            "99999999999999999999"},
           {R"("segmentation": {"active": "yes", "type": "lines"})",
            "\"active\" must be true or false, not \"yes\"\n"
            "\"type\" must be \"automatic\", not \"lines\""},
           {R"("segmentation": true)", "\"segmentation\" must be an object, not true"},
           {R"("if_running": true)",
            "\"if_running\" must be \"fail\", \"skip\" or \"wait\", not true"},
           {R"("concurrent_executions": "no")",
            "\"concurrent_executions\" must be true or false, not \"no\""},
       }) {
    CHECK(complaints(with_document(members)) == complaint);
  }
}

TEST_CASE("a mapping holds what its type needs and nothing else") {
  struct Case {
    const char* mapping;
    const char* complaint;
  };
  for (const auto& [mapping, complaint] : {
           Case{"1", "\"a\" must be an object, not 1"},
           {"{}", "\"a\" needs a \"type\": \"default\", \"replace\" or \"sql\""},
           {R"({"type": "default"})", "\"a\" needs an \"attribute\" or a \"path\""},
           {R"({"type": "default", "attribute": "x", "path": ["x"]})",
            "\"attribute\" and \"path\" exclude each other: keep one"},
           {R"({"type": "default", "attribute": ""})",
            "\"attribute\" must be a text that is not empty, not \"\""},
           {R"({"type": "default", "path": "x.y"})",
            "\"path\" must be an array of keys from the root down such as [\"origin\", \"city\"], "
            "not \"x.y\""},
           {R"({"type": "default", "path": [null]})",
            "\"path\" must hold keys as texts and indexes from 0, not null"},
           {R"({"type": "default", "attribute": "x", "value": 1})",
            "\"value\" has no place in a mapping of type \"default\""},
           {R"({"type": "replace"})", "\"a\" needs a \"value\""},
           {R"({"type": "replace", "value": [1]})",
            "\"value\" must be a text, a number, true, false or null, not an array"},
           {R"({"type": "replace", "value": 1, "attribute": "x"})",
            "\"attribute\" has no place in a mapping of type \"replace\""},
       }) {
    CHECK(complaints(with_column(mapping)) == complaint);
  }
  CHECK(complaints(with_params(R"("schema": {})")) ==
        "\"schema\" maps no column; without it every column takes the attribute of its own name");
  CHECK(complaints(with_params(R"("schema": {"": {"type": "replace", "value": 1}})")) ==
        "a column needs a name");
}

TEST_CASE("every truncation of a valid action is a problem with a place, never a crash") {
  const std::string whole = with_column(R"({"type": "default", "path": ["ö", "\u00e9"]})").text();
  accepted(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(complaints(whole.substr(0, size)).empty());
  }
}

TEST_CASE("every single byte taken out of a valid action leaves an action or problems") {
  const std::string whole =
      with_document(R"("timeout": "9s", "segmentation": {"active": true})").text();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged.erase(at, 1);
    complaints(damaged);  // checks that there is an action or a problem with a place
  }
}

TEST_CASE("a file that cannot be read ends with code 66 and its name") {
  const auto failure = [](const std::string& path) -> std::string {
    try {
      read_document(path);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::no_input);
      return error.what();
    }
    return "";
  };
  CHECK(failure("no/such/file.json") == "cannot read no/such/file.json: No such file or directory");
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK(failure(folder) == "cannot read " + folder + ": it is a directory");
}

TEST_CASE("a file is read byte by byte as it is") {
  const auto path = std::filesystem::temp_directory_path() / "sluice_action_parse_test.json";
  for (const std::string& text : {std::string(), std::string("\xEF\xBB\xBF{\r\n\0}", 8)}) {
    std::ofstream(path, std::ios::binary) << text;
    const auto read = read_document(path.string());
    CHECK(read->text == text);
    CHECK(read->path == path.string());
  }
  std::filesystem::remove(path);
}

TEST_CASE("the action of the guessing game is right") {
  Problems problems;
  const auto action =
      parse_action(read_document(SLUICE_PROJECT_DIR "/actions/guesses.json"), {}, problems);
  CHECK(problems.text() == "");
  CHECK(problems.warnings().empty());
  REQUIRE(action.has_value());
  CHECK(action->name == "load-guesses");
  CHECK(action->until == Until::timeout);
}

}  // namespace
}  // namespace sluice
