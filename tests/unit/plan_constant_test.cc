#include <doctest/doctest.h>
#include <fmt/format.h>

#include "plan/constant.h"

namespace sluice {
namespace {

std::string shown(const std::optional<PlannedConstant>& constant) {
  if (!constant) return "misfit";
  if (const auto* integer = std::get_if<std::int64_t>(&*constant)) {
    return fmt::format("integer {}", *integer);
  }
  if (const auto* real = std::get_if<double>(&*constant)) return fmt::format("real {}", *real);
  if (const auto* text = std::get_if<std::string>(&*constant)) return "text " + *text;
  if (const auto* blob = std::get_if<StoredBlob>(&*constant)) return "blob " + blob->bytes;
  return "null";
}

TEST_CASE("a constant fits a column as a message's value would") {
  struct Case {
    Scalar value;
    std::string text;
    std::string_view integer;
    std::string_view real;
    std::string_view boolean;
    std::string_view text_column;
    std::string_view json;
  };
  const JsonNumber number;
  using S = std::string;
  const Case cases[] = {
      {number, "42", "integer 42", "real 42", "misfit", "text 42", "text 42"},
      {number, "1", "integer 1", "real 1", "integer 1", "text 1", "text 1"},
      {number, "42.0", "integer 42", "real 42", "misfit", "text 42.0", "text 42.0"},
      {number, "42.50", "misfit", "real 42.5", "misfit", "text 42.50", "text 42.50"},
      {number, "1e300", "misfit", "real 1e+300", "misfit", "text 1e300", "text 1e300"},
      {number, "9007199254740993", "integer 9007199254740993", "misfit", "misfit",
       "text 9007199254740993", "text 9007199254740993"},
      {S("42"), "\"42\"", "integer 42", "real 42", "misfit", "text 42", "text \"42\""},
      {S("42.0"), "\"42.0\"", "integer 42", "real 42", "misfit", "text 42.0", "text \"42.0\""},
      {S("42.5"), "\"42.5\"", "misfit", "real 42.5", "misfit", "text 42.5", "text \"42.5\""},
      {S("-9223372036854775808"), "\"-9223372036854775808\"", "integer -9223372036854775808",
       "real -9.223372036854776e+18", "misfit", "text -9223372036854775808",
       "text \"-9223372036854775808\""},
      {S("007"), "\"007\"", "misfit", "misfit", "misfit", "text 007", "text \"007\""},
      {S("1."), "\"1.\"", "misfit", "misfit", "misfit", "text 1.", "text \"1.\""},
      {S("nan"), "\"nan\"", "misfit", "misfit", "misfit", "text nan", "text \"nan\""},
      {S("1e400"), "\"1e400\"", "misfit", "misfit", "misfit", "text 1e400", "text \"1e400\""},
      {S(""), "\"\"", "misfit", "misfit", "misfit", "text ", "text \"\""},
      {S("a\nb"), "\"a\\nb\"", "misfit", "misfit", "misfit", "text a\nb", "text \"a\\nb\""},
      {S("true"), "\"true\"", "misfit", "misfit", "integer 1", "text true", "text \"true\""},
      {S("1"), "\"1\"", "integer 1", "real 1", "misfit", "text 1", "text \"1\""},
      {true, "true", "integer 1", "misfit", "integer 1", "text true", "text true"},
      {false, "false", "integer 0", "misfit", "integer 0", "text false", "text false"},
      {Scalar(), "null", "null", "null", "null", "null", "null"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Mapping::Constant constant{c.value, c.text, {}};
    CHECK(shown(fit_constant(constant, ColumnType::integer).value) == c.integer);
    CHECK(shown(fit_constant(constant, ColumnType::real).value) == c.real);
    CHECK(shown(fit_constant(constant, ColumnType::boolean).value) == c.boolean);
    CHECK(shown(fit_constant(constant, ColumnType::text).value) == c.text_column);
    CHECK(shown(fit_constant(constant, ColumnType::json).value) == c.json);
  }
}

TEST_CASE("a constant follows the options of its column, and says why it does not") {
  ColumnSpec decimal = ColumnType::decimal;
  decimal.scale = 2;
  ColumnSpec bounded = ColumnType::integer;
  bounded.bounds.emplace();
  bounded.bounds->max.whole = 9;
  bounded.bounds->max_text = "9";
  const auto fitted = [](Scalar value, std::string text, const ColumnSpec& spec) {
    const FittedConstant constant = fit_constant({std::move(value), std::move(text), {}}, spec);
    return constant.value ? shown(constant.value) : constant.misfit;
  };
  using S = std::string;
  CHECK(fitted(JsonNumber(), "1.5", decimal) == "text 1.50");
  CHECK(fitted(JsonNumber(), "1.555", decimal) == "1.555 has more than 2 digits after the point");
  CHECK(fitted(S("2026-11-23T05:00+02:00"), "", ColumnType::datetime) ==
        "text 2026-11-23T03:00:00.000000Z");
  CHECK(fitted(S("2026-11-23"), "", ColumnType::date) == "text 2026-11-23");
  CHECK(fitted(S("Zm9v"), "", ColumnType::blob) == "blob foo");
  CHECK(fitted(JsonNumber(), "9", bounded) == "integer 9");
  CHECK(fitted(JsonNumber(), "10", bounded) == "10 is more than max 9");
  CHECK(fitted(Scalar(), "null", bounded) == "null");
}

}  // namespace
}  // namespace sluice
