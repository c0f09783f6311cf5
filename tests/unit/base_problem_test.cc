#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/problem.h"

namespace sluice {
namespace {

std::shared_ptr<const SourceText> document(std::string text, std::string path = "a.json") {
  return std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)});
}

TEST_CASE("a place counts lines and characters from one") {
  const auto doc = document("ab\nçd🎲e\n");
  const auto expect = [&](std::size_t offset, int line, int column) {
    CAPTURE(offset);
    const Place place = Place::at(doc, offset);
    CHECK(place.line == line);
    CHECK(place.column == column);
  };
  expect(0, 1, 1);
  expect(1, 1, 2);
  expect(2, 1, 3);  // the line's end belongs to its line
  expect(3, 2, 1);
  expect(5, 2, 2);   // ç takes two bytes
  expect(10, 2, 4);  // the die takes four
  expect(12, 3, 1);
  expect(999, 3, 1);
}

TEST_CASE("a place is the same whatever was asked for before it") {
  const std::string text = "ab\nçd🎲e\xFF\n\n\x80z\n";
  const std::vector<std::shared_ptr<const SourceText>> documents = {
      document(text), document("\xEF\xBB\xBF" + text), document("one line")};
  const auto told = [](const std::shared_ptr<const SourceText>& doc, std::size_t offset) {
    const Place place = Place::at(doc, offset);
    return fmt::format("{}:{}", place.line, place.column);
  };
  for (std::size_t first = 0; first < 25; ++first) {
    for (std::size_t second = 0; second < 25; ++second) {
      for (const auto& before : documents) {
        const std::string alone = told(document(documents[0]->text), second);
        told(before, first);
        CHECK(told(documents[0], second) == alone);
      }
    }
  }
}

TEST_CASE("a byte-order mark is no character") {
  const auto doc = document("\xEF\xBB\xBF{x");
  CHECK(Place::at(doc, 3).column == 1);
  CHECK(Place::at(doc, 4).column == 2);
  CHECK(Place::at(doc, 0).column == 1);
  CHECK(Problem{Place::at(doc, 4), "no x"}.text() == "a.json:1:2: no x\n  {x\n   ^\n");
}

TEST_CASE("a problem shows its line and points at the column") {
  const auto doc = document("{\n  \"tmeout\": 3\n}");
  const Problem problem{Place::at(doc, 4), "unknown key"};
  CHECK(problem.text() ==
        "a.json:2:3: unknown key\n"
        "    \"tmeout\": 3\n"
        "    ^\n");
}

TEST_CASE("the caret counts characters, and a tab is one") {
  const auto doc = document("\t\"Zoë\": x\r\n");
  const Problem problem{Place::at(doc, doc->text.find('x')), "no x"};
  CHECK(problem.text() ==
        "a.json:1:9: no x\n"
        "   \"Zoë\": x\n"
        "          ^\n");
}

TEST_CASE("a line cannot act on the terminal") {
  const auto doc = document("a\x1B[2J\xFF x");
  CHECK(Problem{Place::at(doc, 0), "bad"}.text() ==
        "a.json:1:1: bad\n  a [2J\xEF\xBF\xBD x\n  ^\n");
}

TEST_CASE("a long line is cut on both sides of the column") {
  const auto doc = document(fmt::format("{:a<200}X{:b<200}", "", ""));
  const std::string text = Problem{Place::at(doc, 200), "here"}.text();
  CHECK(text == fmt::format("a.json:1:201: here\n  …{}X{}…\n  {}^\n", std::string(45, 'a'),
                            std::string(44, 'b'), std::string(46, ' ')));
}

TEST_CASE("a problem of a whole document has no line, one of nothing has no path") {
  CHECK(Problem{{document("x"), 0, 0}, "is empty"}.text() == "a.json: is empty\n");
  CHECK(Problem{{document("x"), 1, 0}, "is odd"}.text() == "a.json:1: is odd\n");
  CHECK(Problem{{}, "is odd"}.text() == "is odd\n");
  CHECK(Problem{{document(""), 1, 1}, "is empty"}.text() == "a.json:1:1: is empty\n");
}

TEST_CASE("problems are told in the order of document and line, each once") {
  const auto first = document("a\nb\nc", "first");
  const auto second = document("a", "second");
  Problems problems;
  CHECK_FALSE(problems.any());
  problems.add(Place::at(first, 4), "three");
  problems.add(Place::at(second, 0), "other");
  problems.add(Place::at(first, 0), "one");
  problems.add(Place::at(first, 4), "three");
  CHECK(problems.any());
  CHECK(problems.text() ==
        "first:1:1: one\n  a\n  ^\n"
        "first:3:1: three\n  c\n  ^\n"
        "second:1:1: other\n  a\n  ^\n");
}

TEST_CASE("a warning is not an error") {
  Problems problems;
  problems.warn({}, "a password in clear text");
  CHECK_FALSE(problems.any());
  CHECK(problems.text().empty());
  REQUIRE(problems.warnings().size() == 1);
  CHECK(problems.warnings().front().message == "a password in clear text");
}

}  // namespace
}  // namespace sluice
