#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "support/cells.h"
#include "types/fit.h"
#include "types/plain_fit.h"

using namespace sluice;

namespace {

// A cell that SQL computed, in a column: what is kept, or "-" where it does not fit.
std::string fitted(const Cell& cell, const ColumnSpec& spec) {
  Arena arena;
  const Cell kept = fit_to_type(cell, spec, arena);
  return test::line_of(std::span(&kept, 1));
}

Cell text_cell(std::string_view content) { return Cell::of_bytes(Cell::Kind::text, content); }
Cell blob_cell(std::string_view content) { return Cell::of_bytes(Cell::Kind::blob, content); }

ColumnSpec decimal_of(int scale) {
  ColumnSpec spec = ColumnType::decimal;
  spec.scale = scale;
  return spec;
}

ColumnSpec epoch(ColumnType type, TimeUnit unit) {
  ColumnSpec spec = type;
  spec.unit = unit;
  return spec;
}

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

}  // namespace

// What JSON values become stands in tests/data/types.tsv.
TEST_CASE("what SQL computed fits a column by the same rules") {
  using enum ColumnType;
  struct Case {
    Cell cell;
    ColumnSpec spec;
    std::string_view kept;
  };
  const auto whole = [](std::int64_t value) { return Cell::of_integer(value); };
  const auto number = [](double value) { return Cell::of_real(value); };
  const Case cases[] = {
      {whole(42), integer, "#42"},
      {whole(least), integer, "#-9223372036854775808"},
      {whole(42), real, "~42"},
      {whole(9007199254740993), real, "-"},
      {whole(std::numeric_limits<std::int64_t>::max()), real, "-"},
      {whole(least), real, "~-9.223372036854776e+18"},
      {whole(42), decimal_of(2), "'42.00'"},
      {whole(42), ColumnType::text, "'42'"},
      {whole(1), boolean, "#1"},
      {whole(0), boolean, "#0"},
      {whole(2), boolean, "-"},
      {whole(42), json, "'42'"},
      {whole(1795405279), epoch(datetime, TimeUnit::seconds), "'2026-11-23T03:41:19.000000Z'"},
      {whole(86400), epoch(date, TimeUnit::seconds), "'1970-01-02'"},
      {whole(1795405279), datetime, "-"},
      {whole(42), ColumnType::blob, "-"},

      {number(42.0), integer, "#42"},
      {number(-0.0), integer, "#0"},
      {number(42.5), integer, "-"},
      {number(-9223372036854775808.0), integer, "#-9223372036854775808"},
      {number(9223372036854775808.0), integer, "-"},
      {number(infinite), integer, "-"},
      {number(42.5), real, "~42.5"},
      {number(infinite), real, "-"},
      {number(0.1), decimal_of(2), "'0.10'"},
      {number(0.1 + 0.2), decimal_of(2), "-"},
      {number(1e22), decimal_of(2), "'10000000000000000000000.00'"},
      {number(infinite), decimal_of(2), "-"},
      {number(0.1), ColumnType::text, "'0.1'"},
      {number(42.0), ColumnType::text, "'42'"},
      {number(infinite), ColumnType::text, "-"},
      {number(1.0), boolean, "#1"},
      {number(0.5), boolean, "-"},
      {number(0.1), json, "'0.1'"},
      {number(infinite), json, "-"},
      {number(1.5), epoch(datetime, TimeUnit::milliseconds), "'1970-01-01T00:00:00.001500Z'"},

      {text_cell("42"), integer, "#42"},
      {text_cell("abc"), integer, "-"},
      {text_cell("true"), boolean, "#1"},
      {text_cell("2026-11-23"), date, "'2026-11-23'"},
      {text_cell("Zm9v"), ColumnType::blob, "3 bytes"},
      {text_cell("[1, 2]"), json, "'[1, 2]'"},
      {text_cell("abc"), json, "-"},
      {text_cell("[1, 2"), json, "-"},

      {blob_cell("Zm9v"), ColumnType::blob, "4 bytes"},
      {blob_cell("abc"), ColumnType::text, "'abc'"},
      {blob_cell("\xFF"), ColumnType::text, "-"},
      {blob_cell("42"), integer, "-"},
      {blob_cell("[]"), json, "-"},
  };
  for (const Case& c : cases) {
    const std::string value = test::line_of(std::span(&c.cell, 1));
    CAPTURE(value);
    CAPTURE(name_of(c.spec.type));
    CHECK(fitted(c.cell, c.spec) == c.kept);
  }
}

TEST_CASE("what goes through unchanged is not copied") {
  constexpr std::string_view content = "a text of some length";
  Arena arena;
  CHECK(fit_to_type(text_cell(content), ColumnType::text, arena).bytes == content.data());
  CHECK(fit_to_type(blob_cell(content), ColumnType::blob, arena).bytes == content.data());
  const Cell array = Cell::of_bytes(Cell::Kind::json, "[1]");
  CHECK(fit_to_type(array, ColumnType::json, arena).bytes == array.bytes);
  CHECK(fit_to_type(Cell::of_integer(7), ColumnType::integer, arena).integer == 7);
  CHECK(arena.used_bytes() == 0);
}

TEST_CASE("what fits plainly is what is kept anyway") {
  const std::string_view numbers[] = {"0",
                                      "-0",
                                      "-0.0",
                                      "7",
                                      "-7",
                                      "1.50",
                                      "0.1",
                                      "-0.001",
                                      "4.0",
                                      "4e1",
                                      "123456789012345678",
                                      "1234567890123456789",
                                      "-999999999999999999",
                                      "9007199254740992",
                                      "9007199254740993",
                                      "900719925474099.3",
                                      "0.000000000000000001",
                                      "0.0000000000000000001",
                                      "12345678.123456789"};
  std::vector<Cell> cells = {text_cell(""), text_cell("7"), text_cell("abc"),
                             Cell::of_boolean(true), Cell::of_integer(7), Cell::of_real(1.5),
                             Cell::of_bytes(Cell::Kind::json, "[1]"), blob_cell("\xFF")};
  for (const auto number : numbers) cells.push_back(Cell::of_bytes(Cell::Kind::number, number));
  int plain = 0;
  for (const Cell& cell : cells) {
    for (const auto type : {ColumnType::integer, ColumnType::real, ColumnType::decimal,
                            ColumnType::text, ColumnType::boolean, ColumnType::json}) {
      Cell kept;
      if (!fits_plainly(cell, type, kept)) continue;
      ++plain;
      const std::string line = test::line_of(std::span(&cell, 1));
      CAPTURE(line);
      CAPTURE(name_of(type));
      CHECK(test::line_of(std::span(&kept, 1)) == fitted(cell, type));
    }
  }
  CHECK(plain == 3 + 8 + 7);  // texts, integers, reals
}

TEST_CASE("a misfit names the value, cut short and safe to print") {
  CHECK(misfit_reason(text_cell("abc"), ColumnType::integer).text ==
        "\"abc\" is not an integer of 64 bits");
  CHECK(misfit_reason(Cell::of_boolean(true), ColumnType::real).text ==
        "true is not a number that a double holds");
  CHECK(misfit_reason(text_cell("yes"), ColumnType::boolean).text ==
        "\"yes\" is not true, false, 0 or 1");
  CHECK(misfit_reason(Cell::of_real(infinite), ColumnType::text).text ==
        "infinity is not a number");
  CHECK(misfit_reason(Cell::of_real(0.1 + 0.2), decimal_of(2)).text ==
        "0.30000000000000004 has more than 2 digits after the point");
  CHECK(misfit_reason(Cell::of_integer(7), ColumnType::date).text ==
        "7 is a number, and the column has no unit");
  CHECK(misfit_reason(text_cell("is not"), ColumnType::integer).without_value ==
        "is not an integer of 64 bits");
  const std::string reason =
      misfit_reason(text_cell(std::string(10'000, 'x')), ColumnType::integer).text;
  CHECK(reason.size() < 200);
  CHECK(misfit_reason(text_cell("a\x1b[31m"), ColumnType::integer).text.find('\x1b') ==
        std::string::npos);
}

TEST_CASE("a value that was kept is the same one as a cell") {
  Arena arena;
  for (const Cell& cell :
       {Cell::of_integer(7), Cell::of_real(1.5), text_cell("abc"), blob_cell("\xFF")}) {
    const StoredValue value = stored_value(cell);
    const Cell again = cell_of(value);
    CHECK(test::line_of(std::span(&again, 1)) == test::line_of(std::span(&cell, 1)));
  }
  CHECK(cell_of(StoredValue()).kind == Cell::Kind::null);
}
