#include <doctest/doctest.h>

#include <limits>

#include "types/cell_order.h"

namespace sluice {
namespace {

using Kind = Cell::Kind;

Cell text(std::string_view content) { return Cell::of_bytes(Kind::text, content); }
Cell number(std::string_view content) { return Cell::of_bytes(Kind::number, content); }

char sign_of(std::partial_ordering order) {
  if (order == std::partial_ordering::unordered) return '?';
  return order < 0 ? '<' : order > 0 ? '>' : '=';
}

char order_of(const Cell& a, const Cell& b) { return sign_of(compare_cells(a, b)); }

}  // namespace

TEST_CASE("numbers are compared as numbers, whatever they are written as") {
  CHECK(order_of(number("9"), number("10")) == '<');
  CHECK(order_of(number("1e1"), number("10.0")) == '=');
  CHECK(order_of(number("1e400"), number("1e401")) == '<');
  CHECK(order_of(number("-1e400"), number("-1e401")) == '>');
  CHECK(order_of(number("0.1"), number("0.10000000000000000000000000000000000000001")) == '<');
  CHECK(order_of(number("-0"), number("0.0")) == '=');
  CHECK(order_of(number("0"), number("-1e-400")) == '>');
  CHECK(order_of(number("0.01"), number("0.001")) == '>');
  CHECK(order_of(Cell::of_integer(9007199254740993), number("9007199254740992.5")) == '>');
  CHECK(order_of(Cell::of_real(0.5), Cell::of_integer(1)) == '<');
  CHECK(order_of(Cell::of_real(1e22), number("10000000000000000000000")) == '=');
  CHECK(order_of(Cell::of_real(std::numeric_limits<double>::infinity()), number("1")) == '?');
}

TEST_CASE("numbers of 18 digits and more are compared digit by digit") {
  CHECK(order_of(number("999999999999999999"), number("9999999999999999999")) == '<');
  CHECK(order_of(number("9999999999999999999"), number("9999999999999999998")) == '>');
  CHECK(order_of(number("-9999999999999999999"), number("-1")) == '<');
  CHECK(order_of(number("0.000000000000000001"), number("0.0000000000000000011")) == '<');
  CHECK(order_of(number("999999999999999999"), number("0.99999999999999999")) == '>');
  CHECK(order_of(number("99999999999999999.9"), number("99999999999999999.90")) == '=');
}

TEST_CASE("a text goes for a number beside one, and two texts are texts") {
  CHECK(order_of(text("9"), number("10")) == '<');
  CHECK(order_of(text("9"), text("10")) == '>');
  CHECK(order_of(text("nine"), number("10")) == '?');
  CHECK(order_of(text(" 9"), number("9")) == '?');
  CHECK(order_of(text(""), text("a")) == '<');
}

TEST_CASE("two times are compared as times") {
  CHECK(order_of(text("2026-11-23T01:00:00+02:00"), text("2026-11-23")) == '<');
  CHECK(order_of(text("2026-11-23T02:00:00+02:00"), text("2026-11-23")) == '=');
  CHECK(order_of(text("2026-11-23T02:00:00+02:00"), text("2026-11-23 soon")) == '>');
  CHECK(order_of(text("2026-13-23"), text("2026-12-23")) == '>');
}

TEST_CASE("what many values are compared with stands to each as it would alone") {
  const Cell cells[] = {Cell::missing(),
                        Cell::null(),
                        Cell::of_boolean(false),
                        Cell::of_boolean(true),
                        Cell::of_integer(0),
                        Cell::of_integer(-1000),
                        Cell::of_integer(std::numeric_limits<std::int64_t>::min()),
                        Cell::of_real(0.5),
                        Cell::of_real(std::numeric_limits<double>::quiet_NaN()),
                        number("1"),
                        number("1.0"),
                        number("-1000"),
                        number("1e3"),
                        number("999999999999999999"),
                        number("9999999999999999999"),
                        number("0.0000000000000000000000000000000000000000001"),
                        text("1"),
                        text("true"),
                        text("abc"),
                        text(""),
                        text("2026-11-23"),
                        text("2026-11-23T02:00:00+02:00"),
                        text("2026-11-23T02:00:00.5Z"),
                        text("2026-13-23"),
                        text("2026-11-23 soon"),
                        Cell::of_bytes(Kind::json, "[1]"),
                        Cell::of_bytes(Kind::blob, "2026-11-24"),
                        Cell::of_bytes(Kind::blob, "\xFF")};
  for (const Cell& constant : cells) {
    const Comparand comparand(constant);
    for (const Cell& value : cells) {
      CAPTURE(&value - cells);
      CAPTURE(&constant - cells);
      CHECK(sign_of(comparand.order_of(value)) == order_of(value, constant));
    }
  }
}

TEST_CASE("truths, JSON, bytes, and what has nothing in common") {
  CHECK(order_of(Cell::of_boolean(false), Cell::of_boolean(true)) == '<');
  CHECK(order_of(Cell::of_boolean(true), text("true")) == '=');
  CHECK(order_of(Cell::of_boolean(true), Cell::of_integer(1)) == '=');
  CHECK(order_of(Cell::of_boolean(true), text("yes")) == '?');
  CHECK(order_of(Cell::of_bytes(Kind::json, "[1]"), text("[1]")) == '=');
  CHECK(order_of(Cell::of_bytes(Kind::json, "[1]"), number("1")) == '?');
  CHECK(order_of(Cell::of_bytes(Kind::blob, "\xFF"), Cell::of_bytes(Kind::blob, "\xFF")) == '=');
  CHECK(order_of(Cell::null(), Cell::null()) == '?');
  CHECK(order_of(Cell::missing(), number("1")) == '?');
}

}  // namespace sluice
