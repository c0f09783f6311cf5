#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "json_outcomes.h"
#include "record/json_decoder.h"
#include "record/tokens.h"
#include "support/capture.h"
#include "support/cells.h"

using namespace sluice;
using sluice::test::JsonOutcomes;

namespace {

// Decodes one document and writes its cells as one line, or "reject: why".
std::string decoded(std::string_view json, std::vector<PlannedAttribute> attributes) {
  JsonDecoder decoder(attributes);
  Batch batch(attributes.size(), 1, 1);
  batch.take({.value = json});
  if (const auto fault = decoder.decode(batch, 0)) return "reject: " + fault->reason;
  return test::line_of(batch.attributes(0));
}

const std::vector<PlannedAttribute> a_b = {{.path = {"a"}}, {.path = {"b"}}};
const std::vector<PlannedAttribute> a_as_written = {{.path = {"a"}, .as_written = true}};
const std::vector<PlannedAttribute> city = {{.path = {"origin", "city"}}};

struct DecodedCase {
  std::string_view json;
  std::string_view cells;
};

std::string nested_arrays(int levels) {
  return "{\"a\":" + std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']') + "}";
}

}  // namespace

TEST_CASE("attributes are found wherever they stand, and keep what they were written as") {
  for (const auto& [json, cells] : {
           DecodedCase{R"({"a":1,"b":"x"})", "1 'x'"},
           DecodedCase{R"({"b":"x","a":1})", "1 'x'"},
           DecodedCase{R"({"c":[1,{"a":2}],"a":1.50,"d":null,"b":true})", "1.50 true"},
           DecodedCase{R"({})", "- -"},
           DecodedCase{R"({"a":null})", "null -"},
           DecodedCase{R"({"a":"","b":false})", "'' false"},
           DecodedCase{R"({"a":-0,"b":1e400})", "-0 1e400"},
           DecodedCase{R"({"a":12345678901234567890123,"b":0.10})", "12345678901234567890123 0.10"},
           DecodedCase{R"({"a":{"b":[1, 2]} ,"b":[ ]})", R"({"b":[1, 2]} [ ])"},
           DecodedCase{"{\"a\" : \"\xC3\xA9\\u00e9\\n\" }", "'\xC3\xA9\xC3\xA9\n' -"},
           DecodedCase{R"({"a":"\ud83d\ude00"})", "'\xF0\x9F\x98\x80' -"},
           DecodedCase{R"({"a":"x\u0000y"})", std::string_view("'x\0y' -", 7)},
           DecodedCase{R"({"\u0061":1})", "1 -"},
           DecodedCase{"\xEF\xBB\xBF{\"a\":1}", "1 -"},
           DecodedCase{" \t\r\n{\"a\":1}\n ", "1 -"},
       }) {
    CAPTURE_BINDING(json);
    CHECK(decoded(json, a_b) == cells);
  }
}

TEST_CASE("of duplicate keys the last one wins, with all that is below it") {
  CHECK(decoded(R"({"a":1,"a":2,"b":3,"b":null})", a_b) == "2 null");
  CHECK(decoded(R"({"origin":{"city":"Oslo"},"origin":{"iata":"OSL"}})", city) == "-");
  CHECK(decoded(R"({"origin":{"city":"Oslo"},"origin":null})", city) == "-");
  CHECK(decoded(R"({"origin":{"city":"Oslo","city":"Lima"}})", city) == "'Lima'");
}

TEST_CASE("a path leads into nested objects, and through anything else to nothing") {
  CHECK(decoded(R"({"origin":{"iata":"OSL","city":"Oslo"}})", city) == "'Oslo'");
  CHECK(decoded(R"({"origin":[{"city":"Oslo"}]})", city) == "-");
  CHECK(decoded(R"({"origin":"Oslo"})", city) == "-");
  CHECK(decoded(R"({"city":"Oslo"})", city) == "-");
}

TEST_CASE("a value and what is inside it can both be wanted") {
  CHECK(decoded(R"({"a":{"b":{"c":1}}})",
                {{.path = {"a"}}, {.path = {"a", "b"}}, {.path = {"a", "b", "c"}}}) ==
        R"({"b":{"c":1}} {"c":1} 1)");
}

TEST_CASE("a value is kept as JSON text where that is wanted") {
  CHECK(decoded(R"({"a":"x\u00e9"})", a_as_written) == R"("x\u00e9")");
  CHECK(decoded(R"({"a":{"k": [1,2 ]}  })", a_as_written) == R"({"k": [1,2 ]})");
  CHECK(decoded(R"({"a":1.0})", a_as_written) == "1.0");
  CHECK(decoded(R"({"a":true})", a_as_written) == "true");
  CHECK(decoded(R"({"a":null})", a_as_written) == "null");
}

TEST_CASE("the whole document is checked, whether anybody reads it or not") {
  for (const std::string_view json : {
           R"({"a":1,"z":tru})",
           R"({"a":1,"z":nulll})",
           R"({"a":1,"z":01})",
           R"({"a":1,"z":1.})",
           R"({"a":1,"z":.5})",
           R"({"a":1,"z":+1})",
           R"({"a":1,"z":1e})",
           R"({"a":1,"z":-})",
           R"({"a":1,"z":NaN})",
           R"({"a":1,"z":[1 2]})",
           R"({"a":1,"z":[1,]})",
           R"({"a":1,"z":{"y"}})",
           R"({"a":1,"z":{"y":1,}})",
           R"({"a":1,})",
           R"({"a":1)",
           R"({"a":1}})",
           R"({"a":1}{"a":2})",
           R"({"a":1} x)",
           R"({"a" 1})",
           R"({a:1})",
           R"({"a":1,"z":"\x"})",
           R"({"a":1,"z":"\ud800"})",
           R"({"a":1,"\ud800":1})",
           R"({"a":1,"z":"\ude00x"})",
           R"({"a":1,"z":["\q"]})",
           "{\"a\":1,\"z\":\"\x01\"}",
           "{\"a\":1,\"z\":\"\xFF\"}",
           "{\"a\":1,\"z\":\"\xED\xA0\x80\"}",
           R"({"a":"x)",
           "{",
           "",
           " ",
           "[1,2]",
           "[1,",
           "1",
           "\"x\"",
           "null",
           "nul",
           R"({"a":'x'})",
           R"({"a":1 "b":2})",
           R"({"a":1,"z":12abc})",
           R"({"a":1,"z":"x"y})",
           R"({"a"::1})",
           R"({"a":1,,"b":2})",
           R"({"a"x:1})",
           R"({"a"x :1})",
           R"({"z"x:1})",
           R"({"a":"b"x})",
           R"({"a":"b" x})",
           R"({"z":"b"x})",
           R"({"z":"b"x,"a":1})",
           R"({"a":"b"1})",
           R"({"a":"b"true,"b":1})",
           R"({"z":["b"x]})",
           R"({"a":"b"""})",
           R"({"a":1"x"})",
           R"({"a":true"x"})",
           R"({"a":"\"x})",
           R"({"a"x:1})",
           R"({"a":1,"z":{"y":1]})",
           R"({"a":1,"z":[1}})",
       }) {
    CAPTURE(json);
    const std::string result = decoded(json, a_b);
    CHECK(result.starts_with("reject: "));
  }
}

TEST_CASE("what touches a closing quote is found, wherever the parser's blocks of 64 bytes end") {
  for (std::size_t shift = 0; shift < 200; ++shift) {
    CAPTURE(shift);
    const std::string before = "{\"z\":\"" + std::string(shift, '.') + "\",";
    for (const char* rest : {R"("a"x:1})", R"("a":"b"x})", R"("y":"b"x})", R"("y"x:1})",
                             R"("a":1"x"})", R"("y":"\\"x})", R"("y":["b"x]})"}) {
      CAPTURE(rest);
      CHECK(decoded(before + rest, a_b).starts_with("reject: "));
    }
    CHECK(decoded(before + R"("a":"b"})", a_b) == "'b' -");
  }
}

TEST_CASE("a reject says what is wrong") {
  CHECK(decoded("", a_b) == "reject: the value is empty, not JSON");
  CHECK(decoded("[1]", a_b) == "reject: a JSON array, not an object");
  CHECK(decoded("17", a_b) == "reject: a single value, not a JSON object");
  CHECK(decoded("{\"a\":\"\xFF\"}", a_b) == "reject: not JSON: invalid UTF-8");
  CHECK(decoded(R"({"a":"x)", a_b) == "reject: not JSON: a string is not closed");
  CHECK(decoded(R"({"a":1}2)", a_b) ==
        "reject: not JSON: it does not end with the bracket that it began with");
  CHECK(decoded(R"({"a":1}{})", a_b) ==
        "reject: not JSON: something follows the end of the object");
  CHECK(decoded(R"({"a":tru})", a_b) ==
        "reject: not JSON: a value is none of number, string, true, false, null");
}

TEST_CASE("a document may be 1,024 levels deep, and no deeper") {
  CHECK(decoded(nested_arrays(1023), city) == "-");
  CHECK(decoded(nested_arrays(1024), city) == "reject: nested deeper than 1,024 levels");
  CHECK(decoded(nested_arrays(100'000), city).starts_with("reject: "));
}

TEST_CASE("messages of different shapes follow each other") {
  JsonDecoder decoder(a_b);
  Batch batch(2, 1, 1);
  const std::string long_text(100'000, 'x');
  const std::vector<std::string> documents = {R"({"a":1,"b":2})", R"({"b":4,"a":3})", "{broken",
                                              R"({"a":")" + long_text + R"("})",
                                              R"({"a":5,"b":6})"};
  std::vector<std::string> lines;
  for (const std::string& document : documents) {
    const std::uint32_t message = batch.take({.value = document});
    const auto fault = decoder.decode(batch, message);
    lines.push_back(fault ? "reject" : test::line_of(batch.attributes(message)));
  }
  CHECK(lines == std::vector<std::string>{"1 2", "3 4", "reject", "'" + long_text + "' -", "5 6"});
}

TEST_CASE("messages that are decoded together give what each gives by itself") {
  // Each of them ends in a way that another text might go on from.
  const std::vector<std::string> ends = {
      R"({"a":"open)",
      R"({"a":1)",
      R"({"a":)",
      R"({"a")",
      R"({"a":"x\)",
      R"({"a":1}\)",
      R"({"a":1}")",
      R"({"a":1},)",
      R"({"a":[1,)",
      R"({"a":tr)",
      R"({"a":-)",
      R"({"a":1}{"a":2})",
      "{\"a\":1}\xC3",
      "{\"a\":\"\xE2\x82",
      "\xEF\xBB\xBF{\"a\":1}",
      "\xEF\xBB",
      std::string("{\"a\":1}\0", 8),
      "",
      " ",
      "{",
      "[",
      "}",
      "]",
      "[1]",
      "7",
      "\"x\"",
      "tru",
      ",",
      ":",
      "{\"a\":\"x\ny\"}",
      "\n{\"a\":1}\n",
      R"({"a":"\\","b":"\""})",
      R"({"new":1,"a":1})",
  };
  const std::vector<std::string> behind = {
      R"({"a":2,"b":"y"})", R"(","a":3})", "\x82\xAC\"}", "ue}", "2}", R"("b":1})",
  };
  for (const std::string& end : ends) {
    for (const std::string& next : behind) {
      const std::vector<std::string> documents = {R"({"b":"\u0041","a":0})", end, next,
                                                  R"({"b":5,"a":"z"})"};
      CAPTURE(end);
      CAPTURE(next);
      CHECK(JsonOutcomes(a_b).together(documents) == JsonOutcomes(a_b).alone(documents));
    }
  }
}

TEST_CASE("the tokens of texts that stand one behind another are found at once") {
  const std::string row = std::string(R"({"a":1}{} )") + std::string(Arena::padding, ' ');
  Tokens tokens;
  REQUIRE(tokens.find(std::string_view(row).substr(0, 10)) == nullptr);
  CHECK(std::vector<std::uint32_t>(tokens.begin(), tokens.end() + 1) ==
        std::vector<std::uint32_t>{0, 1, 4, 5, 6, 7, 8, 10});
}

TEST_CASE("messages that do not stand in a row are decoded together all the same") {
  const std::string large = R"({"a":")" + std::string(2 << 20, 'x') + R"("})";
  const std::vector<std::string> documents = {R"({"a":1})", large, R"({"a":2})", R"({"a":3})"};
  CHECK(JsonOutcomes(a_b).together(documents) == JsonOutcomes(a_b).alone(documents));

  JsonDecoder decoder(a_b);
  Batch batch(2, 1, 1);
  batch.take({.value = R"({"a":1})"});
  batch.take({.value = R"({"a":2,"b":)"});
  batch.drop_from(1);
  batch.take({.value = R"({"b":3})"});
  batch.take({.value = R"({"b":4})"});
  decoder.decode(batch, 0, 3, [](std::uint32_t, const JsonDecoder::Undecodable& why) {
    FAIL_CHECK(why.reason);
  });
  CHECK(test::line_of(batch.attributes(0)) == "1 -");
  CHECK(test::line_of(batch.attributes(1)) == "- 3");
  CHECK(test::line_of(batch.attributes(2)) == "- 4");
}

TEST_CASE("what is decoded together learns new attributes, and fails by them, in their order") {
  const std::vector<std::string> documents = {R"({"a":1})", R"({"x":0,"a":2})", R"({"y":0,"x":0})",
                                              R"({"a":3,"z":[1})", R"({"a":4})"};
  for (const bool fails : {false, true}) {
    CHECK(JsonOutcomes(a_b, fails).together(documents) ==
          JsonOutcomes(a_b, fails).alone(documents));
  }
}

TEST_CASE("a path may count the elements of an array from 0") {
  const std::vector<PlannedAttribute> second = {{.path = {"a", 1u}},
                                                {.path = {"a", 0u, "b"}, .as_written = true}};
  for (const auto& [json, cells] : {
           DecodedCase{R"({"a":[1,2,3]})", "2 -"},
           DecodedCase{R"({"a":[{"b":"x"},"y"]})", R"('y' "x")"},
           DecodedCase{R"({"a":[1]})", "- -"},
           DecodedCase{R"({"a":{"1":2}})", "- -"},
           DecodedCase{R"({"a":[[],{"b":1}],"a":[{"b":null},[7]]})", "[7] null"},
           DecodedCase{R"({"a":[1,2],"a":5})", "- -"},
       }) {
    CAPTURE_BINDING(json);
    CHECK(decoded(json, second) == cells);
  }
}

namespace {

// The records that a document gives with `explode` of "items", separated by "; ".
std::string exploded(std::string_view json) {
  const std::vector<PlannedAttribute> attributes = {{.path = {"id"}},
                                                    {.path = {"items"}, .as_written = true},
                                                    {.path = {"qty"}, .of_element = true},
                                                    {.path = {}, .of_element = true}};
  JsonDecoder decoder(attributes, 1);
  Batch batch(attributes.size(), 1, 1);
  const std::uint32_t message = batch.take({.value = json});
  if (const auto fault = decoder.decode(batch, message)) return "reject: " + fault->reason;
  if (batch.messages()[message].fate == Fate::filtered) return "filtered";
  std::string lines;
  for (std::uint32_t record = 0; record < batch.record_count(); ++record) {
    const auto cells = batch.attributes(record);
    CHECK(batch.record(record).message == message);
    if (record > 0) lines += "; ";
    lines += fmt::format("{}: {} {}", batch.record(record).element, test::line_of(cells.first(1)),
                         test::line_of(cells.last(2)));
  }
  return lines;
}

}  // namespace

TEST_CASE(
    "with explode each element of the array gives a record, the attributes beside it in each") {
  for (const auto& [json, records] : {
           DecodedCase{R"({"id":1,"items":[{"qty":2},{"qty":3}]})",
                       R"(0: 1 2 {"qty":2}; 1: 1 3 {"qty":3})"},
           DecodedCase{R"({"items":[{"qty":2},{},7,"x",null],"id":1})",
                       R"(0: 1 2 {"qty":2}; 1: 1 - {}; 2: 1 - 7; 3: 1 - 'x'; 4: 1 - null)"},
           DecodedCase{R"({"items":[[1,2]]})", "0: - - [1,2]"},
           DecodedCase{R"({"id":1,"items":[]})", "filtered"},
           DecodedCase{R"({"id":1,"items":null})", "filtered"},
           DecodedCase{R"({"id":1})", "filtered"},
           DecodedCase{R"({"items":[1],"items":[2,3],"id":1})", "0: 1 - 2; 1: 1 - 3"},
           DecodedCase{R"({"items":{"qty":1}})", "reject: what is to be exploded is no array"},
           DecodedCase{R"({"items":"[1]"})", "reject: what is to be exploded is no array"},
           DecodedCase{R"({"$element":{"qty":9},"items":[{"qty":2}]})", R"(0: - 2 {"qty":2})"},
       }) {
    CAPTURE_BINDING(json);
    CHECK(exploded(json) == records);
  }
  CHECK(exploded(R"({"items":[{"qty":1},{"qty":tru}]})").starts_with("reject: not JSON"));
}

TEST_CASE("members that no attribute takes are named once, and cost no second look") {
  JsonDecoder decoder(a_b);
  Batch batch(2, 1, 1);
  const auto decode = [&](std::string_view json) {
    const std::uint32_t message = batch.take({.value = json});
    REQUIRE(!decoder.decode(batch, message));
    return test::line_of(batch.attributes(message));
  };
  CHECK(decode(R"({"x":1,"a":1,"y":{"z":1},"b":2,"w":0,"w":1})") == "1 2");
  CHECK(decode(R"({"x":2,"a":3,"y":[],"b":4,"w":0})") == "3 4");
  CHECK(decode(R"({"b":6,"new \u00e9":1,"a":5,"x":2})") == "5 6");
  CHECK(decode(R"({"b":8,"new \u00e9":1,"a":7})") == "7 8");
  CHECK(decoder.new_attributes() == std::vector<std::string>{"x", "y", "w", "new \xC3\xA9"});
}

TEST_CASE("no more than a few hundred new attributes are kept") {
  JsonDecoder decoder(a_b);
  Batch batch(2, 1, 1);
  for (int i = 0; i < 1'000; ++i) {
    const std::string json = fmt::format(R"({{"key{}":1,"a":{}}})", i, i);
    const std::uint32_t message = batch.take({.value = json});
    REQUIRE(!decoder.decode(batch, message));
    CHECK(test::line_of(batch.attributes(message)) == fmt::format("{} -", i));
  }
  CHECK(decoder.new_attributes().size() == JsonDecoder::most_new_attributes);
}

TEST_CASE("where a new attribute fails, the message ends the job and names it") {
  JsonDecoder decoder(a_b, {}, true);
  Batch batch(2, 1, 1);
  CHECK(!decoder.decode(batch, batch.take({.value = R"({"a":1})"})));
  for (int times = 0; times < 2; ++times) {
    const auto fault = decoder.decode(batch, batch.take({.value = R"({"a":1,"c":{"a":2}})"}));
    REQUIRE(fault);
    CHECK(fault->ends_job);
    CHECK(fault->reason == "no column takes the attribute \"c\", and on_new_attribute is \"fail\"");
  }
  const auto broken = decoder.decode(batch, batch.take({.value = R"({"c":1,"a":})"}));
  REQUIRE(broken);
  CHECK(!broken->ends_job);
}

TEST_CASE("a key that holds a quote or a backslash is never guessed") {
  JsonDecoder decoder(a_b);
  Batch batch(2, 1, 1);
  const auto decode = [&](std::string_view json) {
    const std::uint32_t message = batch.take({.value = json});
    REQUIRE(!decoder.decode(batch, message));
    return test::line_of(batch.attributes(message));
  };
  CHECK(decode(R"({"a\":\"b":1,"a":"z"})") == "'z' -");
  CHECK(decode(R"({"a":"b"})") == "'b' -");
  CHECK(decode(R"({"a\\":1,"a":2})") == "2 -");
  CHECK(decode(R"({"a\\":1,"a":2})") == "2 -");
  const std::vector<PlannedAttribute> with_quote = {{.path = {"x\"y"}}, {.path = {"x"}}};
  CHECK(decoded(R"({"x\"y":1,"x":2})", with_quote) == "1 2");
  CHECK(decoded(R"({"x":"y"})", with_quote) == "- 'y'");
}

TEST_CASE("keys of all lengths are told from those that only begin or end like them") {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string key(size, 'k');
    const std::string same(size - 1, 'k');
    const std::vector<PlannedAttribute> attributes = {{.path = {key}}};
    CAPTURE(size);
    CHECK(decoded(fmt::format(R"({{"{}":1}})", key), attributes) == "1");
    for (const std::string& other : {key + "k", key + " ", same, same + "x", "x" + same}) {
      CAPTURE(other);
      CHECK(decoded(fmt::format(R"({{"{}":1}})", other), attributes) == "-");
    }
  }
}

TEST_CASE("an escape is found wherever it stands in a document") {
  for (const auto& [json, cells] : {
           DecodedCase{R"({"a":"x\ny","b":"z"})", "'x\ny' 'z'"},
           DecodedCase{R"({"a":"z","b":"\t"})", "'z' '\t'"},
           DecodedCase{R"({"c":"\u0041","a":"z"})", "'z' -"},
           DecodedCase{R"({"c\n":1,"a":"\u0041"})", "'A' -"},
       }) {
    CAPTURE_BINDING(json);
    CHECK(decoded(json, a_b) == cells);
  }
}

TEST_CASE("a broken message leaves nothing behind for the next one") {
  JsonDecoder decoder(a_b, {}, true);
  Batch batch(2, 1, 1);
  const auto broken = decoder.decode(batch, batch.take({.value = R"({"zz":1,"a":tru})"}));
  REQUIRE(broken);
  CHECK(!broken->ends_job);
  CHECK(!decoder.decode(batch, batch.take({.value = R"({"a":5})"})));
}
