// Every row of tests/data/rules.tsv, from the rule as an action holds it to the value after it; and
// the README's table, which is made of the same rows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <set>

#include "action/parse_action.h"
#include "action/rule_words.h"
#include "base/json_text.h"
#include "plan/make_plan.h"
#include "prepare/rules/json_value.h"
#include "prepare/rules/rules.h"
#include "record/json_decoder.h"
#include "support/one_partition.h"
#include "support/value_table.h"

namespace sluice {
namespace {

class Midnight final : public Clock {
 public:
  Instant now() const override { return Instant(); }
  EpochMs wall_ms() const override { return 1'767'225'600'000; }  // 2026-01-01
};

// "BETWEEN [1, 5]": a word of rules and the value or the values beside it.
struct Notation {
  std::string word;
  std::string values;
  bool is_condition = false;
};

template <class Word>
void find_word(std::span<const Word> words, bool are_conditions, const std::string& subject,
               Notation& found) {
  for (const Word& word : words) {
    const std::string text(word.word);
    const bool begins = subject == text || subject.starts_with(text + " ");
    if (!begins || text.size() <= found.word.size()) continue;
    found = {text, subject.substr(std::min(text.size() + 1, subject.size())), are_conditions};
  }
}

Notation notation_of(const std::string& subject) {
  Notation found;
  find_word(test_words(), true, subject, found);
  find_word(action_words(), false, subject, found);
  return found;
}

// The rule as an action holds it. A condition sets true where it holds, and false elsewhere.
std::string rule_of(const Notation& notation) {
  const std::string key = notation.is_condition ? "condition" : "action";
  std::string rule = fmt::format(R"({{"attribute_name": "v", "{}": "{}")", key, notation.word);
  if (!notation.values.empty()) {
    rule += fmt::format(R"(, "{}_value{}": {})", key, notation.values[0] == '[' ? "s" : "",
                        notation.values);
  }
  if (notation.is_condition) {
    rule += R"(, "action": "default", "action_value": true)";
    if (notation.word != "ALL") rule += R"(, "else_value": false)";
  }
  return rule + "}";
}

Catalog catalog(ColumnType type) {
  Catalog catalog;
  SourceEntry game;
  game.name = "game";
  Topic topic;
  topic.name = "guesses";
  game.topics = {{"guesses", topic}};
  catalog.sources = {{"game", game}};
  Column column;
  column.name = "v";
  column.spec.type = type;
  column.nullable = true;
  Table table;
  table.name = "guesses";
  table.columns = {column};
  Dataset dataset;
  dataset.name = "db";
  dataset.tables = {{"guesses", table}};
  catalog.datasets = {{"db", dataset}};
  return catalog;
}

// Where a rule stands: on the attribute v, or on the column v of type json.
enum class On { attribute, json_column };

LoadPlan plan_with(const std::string& rule, On on) {
  const bool on_attribute = on == On::attribute;
  const std::string text = fmt::format(
      R"({{"params": {{"load_from": {{"source": "dwh/game/guesses", "source_rules": [{}]}},
                      "rules": [{}], "load_to": {{"source": "dwh/db/guesses"}}}}}})",
      on_attribute ? rule : "", on_attribute ? "" : rule);
  Problems problems;
  const auto document = std::make_shared<const SourceText>(SourceText{"x.json", text});
  const auto action = parse_action(document, {}, problems);
  std::optional<LoadPlan> plan;
  if (action) {
    plan =
        make_plan(*action, catalog(on_attribute ? ColumnType::text : ColumnType::json), problems);
  }
  REQUIRE_MESSAGE(plan.has_value(), problems.text());
  return std::move(*plan);
}

std::string json_of(const Cell& cell) {
  if (cell.is_null_or_missing()) return "null";
  if (cell.kind == Cell::Kind::boolean) return cell.integer != 0 ? "true" : "false";
  if (cell.kind != Cell::Kind::text) return std::string(cell.view());
  std::string text;
  append_json_string(text, cell.view());
  return text;
}

// A rule, with all that a message passes on its way to it.
class OneRule {
 public:
  OneRule(const std::string& rule, On on) : on_(on), plan_(plan_with(rule, on)) {}

  std::string result(const std::string& json) {
    Batch batch(plan_.attributes.size(), 1, 1);
    const std::string document =
        fmt::format(R"({{{}"seven":7,"ann":"Ann","zero":0,"nothing":null,"yes":true,"no":false}})",
                    json == "(missing)" ? "" : fmt::format("\"v\":{},", json));
    const std::uint32_t message = batch.take({.offset = 7, .value = document});
    REQUIRE(!JsonDecoder(plan_.attributes).decode(batch, message));
    Rules rules(plan_, test::one_partition(), clock_);
    rules.prepare_attributes(batch, 0);
    rules.prepare_columns(batch, 0);
    if (!batch.rejects().empty()) return told(batch.rejects()[0]);
    if (batch.record(0).is_filtered) {
      CHECK(batch.record(0).skipped_by == 1);
      return "skipped";
    }
    std::string values;
    for (std::uint32_t record = 0; record < batch.record_count(); ++record) {
      CHECK(batch.record(record).element == record);
      values += (record > 0 ? "; " : "") + json_of(batch.attributes(record)[plan_.rules[0].cell]);
    }
    return rules.asks_to_stop() ? values + ", and the job ends" : values;
  }

 private:
  // Without the rule that every reason begins with.
  std::string told(const Reject& reject) const {
    const char* rule =
        on_ == On::attribute ? "params.load_from.source_rules[0] on \"v\"" : "params.rules[0]";
    const std::string begin = fmt::format("rule {} ({}): ", rule, plan_.rules[0].action_word);
    CHECK(reject.reason.text.starts_with(begin));
    return (reject.ends_job ? "the job ends with 65: " : "reject: ") +
           reject.reason.text.substr(std::min(begin.size(), reject.reason.text.size()));
  }

  const On on_;
  const LoadPlan plan_;
  const Midnight clock_;
};

void check_table_of_rules(On on) {
  const std::vector<test::ValueRow> rows = test::read_value_table("rules.tsv");
  REQUIRE(rows.size() >= 300);
  std::unique_ptr<OneRule> rule;
  const std::string* of = nullptr;
  for (const test::ValueRow& row : rows) {
    // A condition of a rule on columns is about columns.
    if (on == On::json_column && row.subject.find("\"attribute_name\"") != std::string::npos)
      continue;
    CAPTURE(row.line);
    CAPTURE(row.subject);
    CAPTURE(row.json);
    if (of == nullptr || *of != row.subject) {
      rule = std::make_unique<OneRule>(rule_of(notation_of(row.subject)), on);
      of = &row.subject;
    }
    CHECK(rule->result(row.json) == row.result);
  }
}

TEST_CASE("the table of rules: what a condition says and what an action makes of a value") {
  check_table_of_rules(On::attribute);
}

TEST_CASE("a json column's rules see the values that its JSON stands for, and leave JSON") {
  check_table_of_rules(On::json_column);
}

TEST_CASE("what JSON has no form for stays what it is, so that the column refuses it") {
  Arena arena;
  const Cell bytes = json_of_value(Cell::of_bytes(Cell::Kind::blob, "\xFF"), arena);
  CHECK(bytes.kind == Cell::Kind::blob);
  CHECK(bytes.view() == "\xFF");
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(json_of_value(Cell::of_real(infinity), arena).kind == Cell::Kind::real);
  CHECK(json_of_value(Cell::of_real(0.5), arena).view() == "0.5");
}

TEST_CASE("the table of rules has every condition and every action") {
  std::set<std::string> shown;
  for (const test::ValueRow& row : test::read_value_table("rules.tsv")) {
    shown.insert(notation_of(row.subject).word);
  }
  for (const TestWord& word : test_words()) CHECK(shown.count(std::string(word.word)) == 1);
  for (const ActionWord& word : action_words()) CHECK(shown.count(std::string(word.word)) == 1);
}

TEST_CASE("the README's table of rules is made of the same rows") {
  const std::string wanted = test::value_reference(test::read_value_table("rules.tsv"),
                                                   "Rule | JSON value → after it | Rejected");
  const std::string there = test::readme_table("rules.tsv");
  if (there != wanted && std::getenv("SLUICE_WRITE_REFERENCE") != nullptr) {
    test::write_readme_table("rules.tsv", wanted);
    return;
  }
  INFO("run scripts/types-reference");
  CHECK(there == wanted);
}

}  // namespace
}  // namespace sluice
