#include <doctest/doctest.h>

#include "record/json_decoder.h"
#include "support/cells.h"
#include "types/fit.h"

using namespace sluice;

namespace {

// A JSON value, through the decoder and into a column of the type; "-" where it does not fit.
std::string fitted(std::string_view json, ColumnType type) {
  const std::string document = "{\"v\":" + std::string(json) + "}";
  const PlannedAttribute attribute{.path = {"v"}, .as_written = type == ColumnType::json};
  JsonDecoder decoder(std::span(&attribute, 1));
  Batch batch(1, 1, 1);
  batch.take({.value = document});
  REQUIRE(decoder.decode(batch, 0) == std::nullopt);
  const Cell cell = fit_to_type(batch.attributes(0)[0], type, batch.arena());
  return test::line_of(std::span(&cell, 1));
}

}  // namespace

TEST_CASE("which JSON value fits which column, and what is stored") {
  struct Case {
    std::string_view json, integer, real, text, boolean, as_json;
  };
  for (const Case& c : {
           Case{"42", "#42", "~42", "'42'", "-", "'42'"},
           Case{"0", "#0", "~0", "'0'", "#0", "'0'"},
           Case{"1", "#1", "~1", "'1'", "#1", "'1'"},
           Case{"42.0", "#42", "~42", "'42.0'", "-", "'42.0'"},
           Case{"42.5", "-", "~42.5", "'42.5'", "-", "'42.5'"},
           Case{"1.50", "-", "~1.5", "'1.50'", "-", "'1.50'"},
           Case{"1e400", "-", "-", "'1e400'", "-", "'1e400'"},
           Case{"9007199254740993", "#9007199254740993", "-", "'9007199254740993'", "-",
                "'9007199254740993'"},
           Case{"9223372036854775808", "-", "~9.223372036854776e+18", "'9223372036854775808'", "-",
                "'9223372036854775808'"},
           Case{R"("42")", "#42", "~42", "'42'", "-", R"('"42"')"},
           Case{R"("1.5")", "-", "~1.5", "'1.5'", "-", R"('"1.5"')"},
           Case{R"("abc")", "-", "-", "'abc'", "-", R"('"abc"')"},
           Case{R"("")", "-", "-", "''", "-", R"('""')"},
           Case{R"(" 42")", "-", "-", "' 42'", "-", R"('" 42"')"},
           Case{"true", "-", "-", "'true'", "#1", "'true'"},
           Case{"false", "-", "-", "'false'", "#0", "'false'"},
           Case{R"("true")", "-", "-", "'true'", "#1", R"('"true"')"},
           Case{R"("false")", "-", "-", "'false'", "#0", R"('"false"')"},
           Case{R"("1")", "#1", "~1", "'1'", "-", R"('"1"')"},
           Case{R"("TRUE")", "-", "-", "'TRUE'", "-", R"('"TRUE"')"},
           Case{R"({"k": 1})", "-", "-", R"('{"k": 1}')", "-", R"('{"k": 1}')"},
           Case{"[ ]", "-", "-", "'[ ]'", "-", "'[ ]'"},
       }) {
    CAPTURE(c.json);
    CHECK(fitted(c.json, ColumnType::integer) == c.integer);
    CHECK(fitted(c.json, ColumnType::real) == c.real);
    CHECK(fitted(c.json, ColumnType::text) == c.text);
    CHECK(fitted(c.json, ColumnType::boolean) == c.boolean);
    CHECK(fitted(c.json, ColumnType::json) == c.as_json);
  }
}

TEST_CASE("a misfit names the value, cut short and safe to print") {
  const auto text = [](std::string_view value) { return Cell::of_bytes(Cell::Kind::text, value); };
  CHECK(misfit_reason(text("abc"), ColumnType::integer) == "\"abc\" is not an integer of 64 bits");
  CHECK(misfit_reason(Cell::of_boolean(true), ColumnType::real) ==
        "true is not a number that a double holds");
  CHECK(misfit_reason(text("yes"), ColumnType::boolean) == "\"yes\" is not true, false, 0 or 1");
  const std::string reason = misfit_reason(text(std::string(10'000, 'x')), ColumnType::integer);
  CHECK(reason.size() < 200);
  CHECK(misfit_reason(text("a\x1b[31m"), ColumnType::integer).find('\x1b') == std::string::npos);
}
