#include "record/json_decoder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/cells.h"

using namespace sluice;

namespace {

// Decodes one document and writes its cells as one line, or "reject: why".
std::string decoded(std::string_view json, std::vector<PlannedAttribute> attributes) {
  JsonDecoder decoder(attributes);
  Batch batch(attributes.size(), 1, 1);
  batch.take({.value = json});
  if (const auto fault = decoder.decode(batch, 0)) return "reject: " + *fault;
  return test::line_of(batch.attributes(0));
}

const std::vector<PlannedAttribute> a_b = {{.path = {"a"}}, {.path = {"b"}}};
const std::vector<PlannedAttribute> a_as_written = {{.path = {"a"}, .as_written = true}};
const std::vector<PlannedAttribute> city = {{.path = {"origin", "city"}}};

struct Case {
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
           Case{R"({"a":1,"b":"x"})", "1 'x'"},
           Case{R"({"b":"x","a":1})", "1 'x'"},
           Case{R"({"c":[1,{"a":2}],"a":1.50,"d":null,"b":true})", "1.50 true"},
           Case{R"({})", "- -"},
           Case{R"({"a":null})", "null -"},
           Case{R"({"a":"","b":false})", "'' false"},
           Case{R"({"a":-0,"b":1e400})", "-0 1e400"},
           Case{R"({"a":12345678901234567890123,"b":0.10})", "12345678901234567890123 0.10"},
           Case{R"({"a":{"b":[1, 2]} ,"b":[ ]})", R"({"b":[1, 2]} [ ])"},
           Case{"{\"a\" : \"\xC3\xA9\\u00e9\\n\" }", "'\xC3\xA9\xC3\xA9\n' -"},
           Case{R"({"a":"\ud83d\ude00"})", "'\xF0\x9F\x98\x80' -"},
           Case{R"({"a":"x\u0000y"})", std::string_view("'x\0y' -", 7)},
           Case{R"({"\u0061":1})", "1 -"},
           Case{"\xEF\xBB\xBF{\"a\":1}", "1 -"},
           Case{" \t\r\n{\"a\":1}\n ", "1 -"},
       }) {
    CAPTURE(json);
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
  CHECK(decoded(R"({"a":{"b":{"c":1}}})", {{.path = {"a"}}, {.path = {"a", "b"}},
                                           {.path = {"a", "b", "c"}}}) ==
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
           R"({"a":1,"z":tru})", R"({"a":1,"z":nulll})", R"({"a":1,"z":01})", R"({"a":1,"z":1.})",
           R"({"a":1,"z":.5})", R"({"a":1,"z":+1})", R"({"a":1,"z":1e})", R"({"a":1,"z":-})",
           R"({"a":1,"z":NaN})", R"({"a":1,"z":[1 2]})", R"({"a":1,"z":[1,]})",
           R"({"a":1,"z":{"y"}})", R"({"a":1,"z":{"y":1,}})", R"({"a":1,})", R"({"a":1)",
           R"({"a":1}})", R"({"a":1}{"a":2})", R"({"a":1} x)", R"({"a" 1})", R"({a:1})",
           R"({"a":1,"z":"\x"})", R"({"a":1,"z":"\ud800"})", R"({"a":1,"\ud800":1})",
           R"({"a":1,"z":"\ude00x"})", R"({"a":1,"z":["\q"]})", "{\"a\":1,\"z\":\"\x01\"}",
           "{\"a\":1,\"z\":\"\xFF\"}", "{\"a\":1,\"z\":\"\xED\xA0\x80\"}", R"({"a":"x)", "{", "",
           " ", "[1,2]", "[1,", "1", "\"x\"", "null", "nul", R"({"a":'x'})", R"({"a":1 "b":2})",
           R"({"a":1,"z":12abc})", R"({"a":1,"z":"x"y})", R"({"a"::1})", R"({"a":1,,"b":2})",
           R"({"a"x:1})", R"({"a"x :1})", R"({"z"x:1})", R"({"a":"b"x})", R"({"a":"b" x})",
           R"({"z":"b"x})", R"({"z":"b"x,"a":1})", R"({"a":"b"1})", R"({"a":"b"true,"b":1})",
           R"({"z":["b"x]})", R"({"a":"b"""})", R"({"a":1"x"})", R"({"a":true"x"})",
           R"({"a":"\"x})", R"({"a"x:1})", R"({"a":1,"z":{"y":1]})", R"({"a":1,"z":[1}})",
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
  CHECK(decoded(R"({"a":1}2)", a_b) == "reject: not JSON: it does not end with the bracket that it began with");
  CHECK(decoded(R"({"a":1}{})", a_b) == "reject: not JSON: something follows the end of the object");
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
  const std::vector<std::string> documents = {
      R"({"a":1,"b":2})", R"({"b":4,"a":3})", "{broken", R"({"a":")" + long_text + R"("})",
      R"({"a":5,"b":6})"};
  for (const std::string& document : documents) batch.take({.value = document});
  std::vector<std::string> lines;
  for (std::uint32_t i = 0; i < documents.size(); ++i) {
    const auto fault = decoder.decode(batch, i);
    lines.push_back(fault ? "reject" : test::line_of(batch.attributes(i)));
  }
  CHECK(lines == std::vector<std::string>{"1 2", "3 4", "reject", "'" + long_text + "' -", "5 6"});
}
