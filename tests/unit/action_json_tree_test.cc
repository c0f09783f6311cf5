#include <doctest/doctest.h>

#include "action/json_tree.h"
#include "support/capture.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

std::shared_ptr<const SourceText> json_document(std::string text) {
  return std::make_shared<const SourceText>(SourceText{"a.json", std::move(text)});
}

// The whole error text of a document that is not JSON.
std::string error_text(std::string text) {
  Problems problems;
  const auto tree = parse_json(json_document(std::move(text)), problems);
  CHECK_FALSE(tree.has_value());
  CHECK(problems.errors().size() == 1);
  return problems.text();
}

// "LINE:COLUMN: message" only.
std::string first_error(std::string text) {
  const std::string all = error_text(std::move(text));
  const std::string first = all.substr(0, all.find('\n'));
  return first.substr(std::string("a.json:").size());
}

TEST_CASE("a tree keeps order, places, and numbers as they were written") {
  Problems problems;
  const auto tree = parse_json(
      json_document("\xEF\xBB\xBF{\n  \"ä\": [1.50, 9223372036854775807, \"a\\u00e9\\n\"],\n"
                    "  \"b\" : { \"c\": null, \"d\": true } }\n"),
      problems);
  CHECK(problems.text() == "");
  REQUIRE(tree.has_value());
  REQUIRE(tree->members.size() == 2);
  CHECK(tree->place().line == 1);
  CHECK(tree->place().column == 1);
  const JsonMember& first = tree->members[0];
  CHECK(first.key == "ä");
  CHECK(first.place().line == 2);
  CHECK(first.place().column == 3);
  REQUIRE(first.value.items.size() == 3);
  CHECK(first.value.place().column == 8);
  CHECK(first.value.items[0].written == "1.50");
  CHECK(first.value.items[0].is(Kind::number));
  CHECK(first.value.items[1].written == "9223372036854775807");
  CHECK(first.value.items[1].place().column == 15);
  CHECK(first.value.items[2].text == "aé\n");
  CHECK(first.value.items[2].written == "\"a\\u00e9\\n\"");
  const JsonMember* second = tree->find("b");
  REQUIRE(second != nullptr);
  CHECK(second->value.place().column == 9);
  CHECK(second->value.find("c")->value.is(Kind::null));
  CHECK(second->value.find("d")->value.is(Kind::boolean));
  CHECK(second->value.find("e") == nullptr);
}

TEST_CASE("a number of any size is kept") {
  for (const char* number : {"0", "-0", "1e400", "-1.5E-7", "123456789012345678901234567890"}) {
    CAPTURE(number);
    Problems problems;
    const auto tree = parse_json(json_document(std::string("[") + number + "]"), problems);
    REQUIRE(tree.has_value());
    CHECK(tree->items.front().written == number);
  }
}

TEST_CASE("a syntax error says where it is and what would be right") {
  struct Case {
    const char* text;
    const char* error;
  };
  for (const auto& [text, error] : {
           Case{"", "1:1: the document is empty"},
           {" \n ", "1:1: the document is empty"},
           {"3", "1:1: expected \"{\": the document is one object"},
           {"{\"a\" 1}", "1:6: expected \":\" after the key, found \"1\""},
           {"{\"a\"x: 1}", "1:5: expected \":\" after the key, found \"x\""},
           {"{\"a\":1, \"b\"}", "1:12: expected \":\" after the key, found \"}\""},
           {"{\"a\":1, \"b\",}", "1:12: expected \":\" after the key, found \",\""},
           {"{\"a\": \"b\"x}", "1:10: expected \",\" or \"}\", found \"x\""},
           {"{\"a\": 1 \"b\": 2}", "1:9: expected \",\" or \"}\", found \"b\""},
           {"{\"a\": 1,}", "1:9: no comma belongs after the last member"},
           {"{\"a\": 1,, \"b\": 2}", "1:9: one comma too many"},
           {"{\"a\": [1, ]}", "1:11: no comma belongs after the last element"},
           {"{\"a\": [1,,2]}", "1:10: one comma too many"},
           {"{\"a\": [1 2]}", "1:10: expected \",\" or \"]\", found \"2\""},
           {"{\"a\": [1,2}", "1:11: expected \",\" or \"]\", found \"}\""},
           {"{\"a\": {\"b\": 1]}", "1:14: expected \",\" or \"}\", found \"]\""},
           {"{\"a\": }", "1:7: expected a value before \"}\""},
           {"{\"a\":1:2}", "1:7: expected \",\" or \"}\", found \":\""},
           {"{\"a\": 01}", "1:7: \"01\" is not a JSON number"},
           {"{\"a\": +1}", "1:7: \"+1\" is not a JSON number"},
           {"{\"a\": 1.}", "1:7: \"1.\" is not a JSON number"},
           {"{\"a\": 1e}", "1:7: \"1e\" is not a JSON number"},
           {"{\"a\": -}", "1:7: \"-\" is not a JSON number"},
           {"{'a': 1}", "1:2: keys and texts are written in double quotes"},
           {"{\"a\": 'b'}", "1:7: keys and texts are written in double quotes"},
           {"{a: 1}", "1:2: expected a key in double quotes, found \"a\""},
           {"{\"a\": True}", "1:7: \"True\" is not a JSON value (did you mean \"true\"?)"},
           {"{\"a\": nul}", "1:7: \"nul\" is not a JSON value (did you mean \"null\"?)"},
           {"{\"a\": summer}",
            "1:7: \"summer\" is not a JSON value; a text is written in double quotes"},
           {"{\"a\": 1, // why\n\"b\": 2}", "1:10: JSON has no comments"},
           {"{\"a\": 1 # why\n}", "1:9: JSON has no comments"},
           {"{\"a\": 1} x", "1:10: nothing may follow the end of the document"},
           {"{\"a\": 1}}", "1:9: nothing may follow the end of the document"},
           {"{\"a\": 1} {}", "1:10: nothing may follow the end of the document"},
           {"{\n\"a\": {\"b\": 1}", "1:1: this \"{\" is never closed"},
           {"{\n\"a\": [1", "2:6: this \"[\" is never closed"},
           {"{\"a\": 1]", "1:8: this \"]\" closes nothing"},
           {"{\"a\": \"x",
            "1:7: this string is not closed on its line: a quote is missing, or a "
            "control character in it is not written as an escape such as \\n"},
           {"{\"a\": 1,\n\"b: 2,\n\"c\": 3}",
            "2:1: this string is not closed on its line: a quote is missing, or a control "
            "character in it is not written as an escape such as \\n"},
       }) {
    CAPTURE_BINDING(text);
    CHECK(first_error(text) == error);
  }
}

TEST_CASE("an escape that means no character is shown where it stands") {
  for (const char* escape : {"\\q", "\\u12", "\\u12g4", "\\ud800", "\\ud800\\u0041", "\\udc00"}) {
    CAPTURE(escape);
    const std::string in_value = first_error(std::string("{\"k\": \"x\\u0041") + escape + "\"}");
    CHECK(in_value.starts_with("1:15: this escape means no character"));
    const std::string in_key = first_error(std::string("{\"x") + escape + "\": 1}");
    CHECK(in_key.starts_with("1:4: this escape means no character"));
  }
}

TEST_CASE("a byte that is not UTF-8 is shown where it stands") {
  CHECK(error_text("{\"ö\": \"\xFF\"}") ==
        "a.json:1:8: this byte is not valid UTF-8; save the file as UTF-8\n"
        "  {\"ö\": \"\xEF\xBF\xBD\"}\n"
        "         ^\n");
}

TEST_CASE("columns are counted in characters") {
  CHECK(error_text("{\"naïve 🎲\": tru}") ==
        "a.json:1:13: \"tru\" is not a JSON value (did you mean \"true\"?)\n"
        "  {\"naïve 🎲\": tru}\n"
        "              ^\n");
}

TEST_CASE("a key that is written twice names both places, and the tree goes on") {
  Problems problems;
  const auto tree =
      parse_json(json_document("{\"a\": {\"x\": 1,\n  \"\\u0078\": 2}, \"b\": 3}"), problems);
  CHECK(problems.text() ==
        "a.json:2:3: \"x\" is written twice, first at line 1, column 8\n"
        "    \"\\u0078\": 2}, \"b\": 3}\n"
        "    ^\n");
  REQUIRE(tree.has_value());
  REQUIRE(tree->find("a")->value.members.size() == 1);
  CHECK(tree->find("a")->value.find("x")->value.written == "1");
  CHECK(tree->find("b") != nullptr);
}

TEST_CASE("nesting ends at 64 levels") {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  Problems problems;
  CHECK(parse_json(json_document(nested(64)), problems).has_value());
  CHECK_FALSE(problems.any());
  CHECK(first_error(nested(65)) == "1:65: nested deeper than 64 levels");
  CHECK(first_error(nested(100'000)) == "1:65: nested deeper than 64 levels");
}

TEST_CASE("a single value of any kind can be read from the rest of a document") {
  const auto value = [](const std::string& text) {
    Problems problems;
    return parse_json_value(json_document("key=" + text), 4, problems);
  };
  CHECK(value("12")->written == "12");
  CHECK(value("12")->place().column == 5);
  CHECK(value("\"a\"")->text == "a");
  CHECK(value(" {\"a\": 1} ")->find("a")->place().column == 7);
  CHECK(value("null")->is(Kind::null));
  for (const char* text : {"", "1,2", "1]", "1],[2", "10s", "007", "{", "\"", "]["}) {
    CAPTURE(text);
    CHECK_FALSE(value(text).has_value());
  }
}

}  // namespace
}  // namespace sluice
