// What columns a topic's messages call for: documents in, columns out.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/text.h"
#include "survey/definition_texts.h"
#include "survey/topic_shape.h"

using namespace sluice;
using sluice::test::holds;

namespace {

struct Survey {
  TopicProfile profile;

  explicit Survey(const std::vector<std::string>& values) {
    Offset offset = 0;
    for (const std::string& value : values) {
      profile.add({"shop", "orders", 0}, {.offset = offset++, .value = value});
    }
  }

  TopicShape shape() const { return shape_of(profile); }

  // "id integer, note text null"
  std::string columns() const {
    std::string text;
    for (const FoundColumn& column : shape().columns) {
      text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", column.name,
                          type_text(column.spec), column.nullable ? " null" : "");
    }
    return text;
  }

  std::string remarks() const {
    std::string text;
    for (const FoundColumn& column : shape().columns) {
      for (const std::string& remark : column.remarks) text += remark + "\n";
    }
    for (const std::string& remark : shape().remarks) text += remark + "\n";
    return text;
  }
};

// The type of the column that these JSON values of one attribute call for.
std::string type_for(const std::vector<std::string>& values) {
  std::vector<std::string> messages;
  for (const std::string& value : values) messages.push_back(fmt::format(R"({{"x":{}}})", value));
  return Survey(messages).columns().substr(2);
}

}  // namespace

TEST_CASE("numbers are kept as exactly as they were written") {
  struct Row {
    std::vector<std::string> values;
    std::string type;
  };
  const std::vector<Row> rows = {
      {{"1", "-7", "0"}, "integer"},
      {{"-0", "4e2", "9223372036854775807", "-9223372036854775808"}, "integer"},
      {{"1", "9223372036854775808"}, "decimal (38,0)"},
      {{"12345678901234567890123456789012345678"}, "decimal (38,0)"},
      {{"1", "123456789012345678901234567890123456789"}, "text"},
      {{"1.50", "22.00", "-0.05"}, "decimal (10,2)"},
      {{"1.0", "2.0"}, "decimal (9,1)"},
      {{"123456789.5", "1.5"}, "decimal (14,1)"},
      {{"120", "99.5", "123.45"}, "decimal (10,2)"},
      {{"0.1", "0.25", "1"}, "decimal (10,2)"},
      {{"0.1", "0.12345678"}, "real"},
      {{"0.123456", "0.654321"}, "decimal (14,6)"},
      {{"0.1234567890123456", "0.6543210987654321"}, "real"},
      {{"0.12345678901234567890", "0.10000000000000000001"}, "decimal (28,20)"},
      {{"0.12345678901234567890", "0.5"}, "decimal (28,20)"},
      {{"1e300", "1", "0.5"}, "real"},
      {{"1e-7", "2.5e-3"}, "real"},
      {{"1e25", "3"}, "real"},
      {{"1e400", "1"}, "text"},
      {{"1e-400"}, "text"},
      {{"9007199254740993", "0.5"}, "decimal (21,1)"},
      {{"1234567890123456789012345678901", "0.123456789"}, "text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.values.front());
    CHECK(type_for(row.values) == row.type);
  }
}

TEST_CASE("texts are dates, times or booleans where all of them are") {
  CHECK(type_for({R"("2026-11-23")", R"("2024-02-29")"}) == "date");
  CHECK(type_for({R"("2026-11-23")", R"("2026-02-30")"}) == "text");
  CHECK(type_for({R"("2026-11-23T03:41:19Z")", R"("2026-11-23 03:41+02:00")"}) == "datetime (0)");
  CHECK(type_for({R"("2026-11-23T03:41:19.5Z")"}) == "datetime (3)");
  CHECK(type_for({R"("2026-11-23T03:41:19.1234Z")"}) == "datetime (6)");
  CHECK(type_for({R"("2026-11-23T03:41:19.123456789Z")"}) == "datetime (9)");
  CHECK(type_for({R"("2026-11-23T03:41:19.1234567890Z")"}) == "text");
  CHECK(type_for({R"("2026-11-23")", R"("2026-11-23T03:41:19Z")"}) == "datetime (0)");
  CHECK(type_for({R"("2026-11-23")", R"("")"}) == "text");
  CHECK(type_for({R"("20261123")", R"("2026-11")"}) == "text");
  CHECK(type_for({R"("true")", R"("false")"}) == "boolean");
  CHECK(type_for({R"("true")", "false"}) == "boolean");
  CHECK(type_for({R"("true")", R"("yes")"}) == "text");
  CHECK(type_for({"true", "0"}) == "text");
  CHECK(type_for({R"("007")", R"("42")"}) == "text");
  CHECK(type_for({R"("")"}) == "text");
  CHECK(type_for({"null"}) == "text null");
  CHECK(type_for({R"("2026-11-23")", "null"}) == "date null");
}

TEST_CASE("nested values are columns, JSON or, beside plain ones, text") {
  CHECK(type_for({"[1,2]", "[ ]"}) == "json");
  CHECK(type_for({"{}", "{ }"}) == "json");
  CHECK(type_for({"[1]", R"({"a":1})"}) == "json");
  CHECK(type_for({"[1]", "1"}) == "text");
  CHECK(type_for({R"({"a":1})", "1"}) == "text");
  CHECK(Survey({R"({"o":{"a":1,"b":{"c":"x"}}})"}).columns() == "o_a integer, o_b_c text");
  CHECK(Survey({R"({"o":{"a":1}})", R"({"o":{}})", R"({"o":null})"}).columns() ==
        "o_a integer null");
  CHECK(Survey({R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}}})"}).columns() == "a_b_c_d_e json");
}

TEST_CASE("an object with many keys is a map, not a table") {
  std::string people;
  for (int i = 0; i < 150; ++i) people += fmt::format(R"({}"u{}":{{"n":1}})", i == 0 ? "" : ",", i);
  const Survey survey({fmt::format(R"({{"id":1,"people":{{{}}}}})", people)});
  CHECK(survey.columns() == "id integer, people json");
  CHECK(holds(survey.remarks(), "more than 100 different keys"));
}

TEST_CASE("a column may be null only where that was seen") {
  CHECK(Survey({R"({"a":1,"b":2})", R"({"a":3})"}).columns() == "a integer, b integer null");
  CHECK(Survey({R"({"a":1})", "{}"}).columns() == "a integer null");
}

TEST_CASE("of duplicate keys the last one counts, as it does in a load") {
  const Survey survey({R"({"a":"x","b":{"c":1},"a":1,"b":{"d":2}})", R"({"a":2,"b":{"d":3}})"});
  CHECK(survey.columns() == "a integer, b_d integer");
}

TEST_CASE("names become columns, renamed where SQLite or the program could not take them") {
  const Survey survey({R"({"Name":1,"name":2,"_Source":3,"":4,"a\nb":5,"a\"b":6,"ünï":7,)"
                       R"("first name":8,"$x":9,"a_b":10,"a":{"b":11},"select":12})"});
  CHECK(survey.columns() ==
        "Name integer, name_2 integer, message_Source integer, empty integer, a_b integer, "
        "a\"b integer, ünï integer, first name integer, a_b_2 integer, a_b_3 integer, select "
        "integer");
  CHECK(holds(survey.remarks(), "the name of another column"));
  CHECK(holds(survey.remarks(), "names that begin with $"));
  // The empty one cannot be declared, and what is not declared could not be mapped.
  CHECK(survey.shape().attributes.empty());
}

TEST_CASE("messages that are no objects are told of, with an example") {
  const Survey survey({R"({"a":1})", "{\"a\":\"\xff\"}", R"({"a":2})", "[1]"});
  CHECK(survey.columns() == "a integer");
  CHECK(survey.shape().format == MessageFormat::json);
  CHECK(survey.profile.no_objects().count == 2);
  CHECK(survey.profile.no_objects().first == "orders/0@1");
  CHECK(holds(survey.remarks(), "2 of 4 messages are no JSON objects"));
  CHECK(holds(survey.remarks(), "invalid UTF-8"));
}

TEST_CASE("a topic without objects is read raw") {
  const auto raw = [](const std::vector<std::string>& values) {
    const Survey survey(values);
    CHECK(survey.shape().format == MessageFormat::raw);
    CHECK(survey.shape().attributes.empty());
    return survey.columns();
  };
  CHECK(raw({"The herons wait.", "42 cats"}) == "value text");
  CHECK(raw({"1", "22"}) == "value integer");
  CHECK(raw({"1.50", "22.25"}) == "value decimal (10,2)");
  CHECK(raw({"2026-11-23", "2026-11-24"}) == "value date");
  CHECK(raw({"[1,2]", "[]"}) == "value json");
  CHECK(raw({"[1,2]", "", R"({"a":1})"}) == "value text");
  CHECK(raw({"[1,2]", "[3]", R"({"a":1})"}) == "value json");
  CHECK(raw({"\xff\xfe", "text"}) == "value blob");
  CHECK(raw({"true", "false"}) == "value boolean");
  CHECK(raw({"null", "null"}) == "value text");
}

TEST_CASE("a thousand attributes are a thousand columns; no table can have four thousand") {
  const auto message = [](int count) {
    std::string members;
    for (int i = 0; i < count; ++i) members += fmt::format(R"({}"k{}":{})", i ? "," : "", i, i);
    return fmt::format("{{{}}}", members);
  };
  CHECK(Survey({message(1'000)}).shape().columns.size() == 1'000);
  const Survey wide({message(4'000)});
  CHECK(wide.shape().columns.size() == most_columns);
  CHECK(holds(wide.remarks(), "left out"));
}

TEST_CASE("what was seen of an attribute: shares, extremes, distinct values, lengths") {
  const Survey survey(
      {R"({"a":10,"b":"x"})", R"({"a":9.5,"b":"äöü"})", R"({"a":null})", R"({"a":"t","b":"x"})"});
  const ValueProfile& a = survey.profile.root().members()[0].value;
  CHECK(shares_of(a) == "null 25 %, integer 25 %, number 25 %, text 25 %");
  CHECK(a.numbers().least->written == "9.5");
  CHECK(a.numbers().most->written == "10");
  CHECK(a.distinct().count() == 3);
  const ValueProfile& b = survey.profile.root().members()[1].value;
  CHECK(b.texts().shortest == 1);
  CHECK(b.texts().longest == 3);
  CHECK(b.texts().least == "x");
  CHECK(b.distinct().count() == 2);
}

TEST_CASE("numbers are compared by value, whatever their size") {
  const std::vector<std::string> ascending = {"-1e400", "-12", "-2.5", "-0.1", "0",
                                              "1e-400", "0.1", "2.50", "12",   "1e400"};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    CAPTURE(ascending[i]);
    CHECK(read_number(ascending[i - 1]) < read_number(ascending[i]));
  }
  CHECK((read_number("2.50") <=> read_number("25e-1")) == std::strong_ordering::equal);
  CHECK(read_number("-0.0").canonical() == read_number("0").canonical());
}

TEST_CASE("distinct values are counted exactly up to a bound") {
  Distinct distinct;
  for (std::size_t i = 0; i < Distinct::most; ++i) distinct.add(fmt::to_string(i));
  distinct.add("7");
  CHECK(distinct.count() == Distinct::most);
  CHECK(distinct.is_exact());
  distinct.add("one more");
  CHECK(distinct.count() == Distinct::most);
  CHECK_FALSE(distinct.is_exact());
}
