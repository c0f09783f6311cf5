#include <doctest/doctest.h>

#include "types/order.h"

namespace sluice {
namespace {

Cell kept_text(std::string_view value) { return Cell::of_bytes(Cell::Kind::text, value); }

// "<", "=", ">" or "?" where they cannot be compared.
std::string_view compared(const Cell& one, const Cell& other, const ColumnSpec& spec) {
  const auto order = compare_kept(one, other, spec);
  if (!order) return "?";
  return *order < 0 ? "<" : *order > 0 ? ">" : "=";
}

ColumnSpec decimal(int scale) {
  ColumnSpec spec = ColumnType::decimal;
  spec.scale = scale;
  return spec;
}

TEST_CASE("numbers and times have an order, texts and bytes have none that is sure") {
  for (const ColumnType type : {ColumnType::integer, ColumnType::real, ColumnType::decimal,
                                ColumnType::date, ColumnType::datetime}) {
    CHECK(has_order(type));
  }
  for (const ColumnType type :
       {ColumnType::text, ColumnType::boolean, ColumnType::json, ColumnType::blob}) {
    CHECK_FALSE(has_order(type));
  }
}

TEST_CASE("NULL is less than everything but itself") {
  CHECK(compared(Cell::null(), Cell::of_integer(-9), ColumnType::integer) == "<");
  CHECK(compared(kept_text("-1.00"), Cell::null(), decimal(2)) == ">");
  CHECK(compared(Cell::null(), Cell::missing(), ColumnType::date) == "=");
}

TEST_CASE("integers are compared over all of 64 bits, reals as reals") {
  const Cell large = Cell::of_integer(9007199254740993);
  CHECK(compared(large, Cell::of_integer(9007199254740992), ColumnType::integer) == ">");
  CHECK(compared(Cell::of_integer(INT64_MIN), Cell::of_integer(INT64_MAX), ColumnType::integer) ==
        "<");
  CHECK(compared(Cell::of_real(0.5), Cell::of_real(-0.5), ColumnType::real) == ">");
  CHECK(compared(Cell::of_real(2), Cell::of_integer(2), ColumnType::real) == "=");
  CHECK(compared(kept_text("2"), Cell::of_integer(2), ColumnType::integer) == "?");
}

TEST_CASE("decimals are compared by value, however they are kept") {
  CHECK(compared(kept_text("9.99"), kept_text("10.00"), decimal(2)) == "<");
  CHECK(compared(kept_text("-9.99"), kept_text("-10.00"), decimal(2)) == ">");
  CHECK(compared(kept_text("-0.01"), kept_text("0.00"), decimal(2)) == "<");
  CHECK(compared(kept_text("1.5"), kept_text("1.50"), decimal(2)) == "=");
  CHECK(compared(kept_text("12345678901234567890123456789012345.67"),
                 kept_text("12345678901234567890123456789012345.66"), decimal(2)) == ">");
  CHECK(compared(Cell::of_integer(2), kept_text("1.99"), decimal(2)) == ">");
  CHECK(compared(kept_text("1.555"), kept_text("1.55"), decimal(2)) == "?");
  CHECK(compared(kept_text("much"), kept_text("1.55"), decimal(2)) == "?");
  ColumnSpec scaled = decimal(2);
  scaled.storage = DecimalStorage::integer;
  CHECK(compared(Cell::of_integer(999), Cell::of_integer(1000), scaled) == "<");
}

TEST_CASE("times are compared as moments") {
  const ColumnSpec time = ColumnType::datetime;
  CHECK(compared(kept_text("2026-11-23T03:41:19.1Z"), kept_text("2026-11-23T03:41:19.10Z"), time) ==
        "=");
  CHECK(compared(kept_text("2026-11-23T03:41:19Z"), kept_text("2026-11-23T03:41:19.000001Z"),
                 time) == "<");
  CHECK(compared(kept_text("2026-11-23T05:41:19+02:00"), kept_text("2026-11-23T03:41:20.000Z"),
                 time) == "<");
  CHECK(compared(kept_text("2026-11-23 03:41:20Z"), kept_text("2026-11-23T03:41:19Z"), time) ==
        ">");
  CHECK(compared(kept_text("0000-01-01"), kept_text("9999-12-31"), ColumnType::date) == "<");
  CHECK(compared(kept_text("yesterday"), kept_text("2026-11-23T03:41:19Z"), time) == "?");
  CHECK(compared(Cell::of_integer(5), kept_text("2026-11-23T03:41:19Z"), time) == "?");
}

}  // namespace
}  // namespace sluice
