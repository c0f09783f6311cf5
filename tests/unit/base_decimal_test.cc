#include <doctest/doctest.h>

#include <string>

#include "base/decimal.h"
#include "base/number.h"

namespace sluice {
namespace {

// The number as a decimal with this scale, or "-" where it is none.
std::string decimal(std::string_view number, int scale) {
  const auto scaled = scaled_decimal(number, scale);
  if (!scaled) return "-";
  char text[longest_decimal];
  return {text, write_decimal(*scaled, scale, text)};
}

TEST_CASE("a decimal has exactly the digits of its scale, and none is lost") {
  struct Case {
    std::string_view number;
    int scale;
    std::string_view decimal;
  };
  for (const Case& c : {
           Case{"1.5", 2, "1.50"},
           {"1", 2, "1.00"},
           {"0", 2, "0.00"},
           {"-0", 2, "0.00"},
           {"-0.0", 2, "0.00"},
           {"-0.05", 2, "-0.05"},
           {"0.05", 2, "0.05"},
           {"-1.50", 2, "-1.50"},
           {"1.500", 2, "1.50"},
           {"1.555", 2, "-"},
           {"0.001", 2, "-"},
           {"15e-1", 2, "1.50"},
           {"1.5E3", 2, "1500.00"},
           {"1e400", 2, "-"},
           {"1e-400", 2, "-"},
           {"0e400", 2, "0.00"},
           {"1e99999999999999999999", 0, "-"},
           {"0.1", 1, "0.1"},
           {"42", 0, "42"},
           {"42.0", 0, "42"},
           {"42.5", 0, "-"},
           {"9223372036854775807", 0, "9223372036854775807"},
           {"9223372036854775808", 0, "9223372036854775808"},
           {"-9223372036854775808", 19, "-9223372036854775808.0000000000000000000"},
           {"99999999999999999999999999999999999999", 0, "99999999999999999999999999999999999999"},
           {"-99999999999999999999999999999999999999", 0,
            "-99999999999999999999999999999999999999"},
           {"100000000000000000000000000000000000000", 0, "-"},
           {"9999999999999999999999999999.9999999999", 10,
            "9999999999999999999999999999.9999999999"},
           {"0.00000000000000000000000000000000000001", 38,
            "0.00000000000000000000000000000000000001"},
           {"1", 38, "-"},
           {"0.1234567890123456789", 19, "0.1234567890123456789"},
           {"1.", 2, "-"},
           {".5", 2, "-"},
           {"+1", 2, "-"},
           {"01", 2, "-"},
           {"1,5", 2, "-"},
           {" 1", 2, "-"},
           {"1 ", 2, "-"},
           {"", 2, "-"},
           {"-", 2, "-"},
           {"nan", 2, "-"},
           {"0x10", 2, "-"},
       }) {
    CAPTURE(c.number);
    CAPTURE(c.scale);
    CHECK(decimal(c.number, c.scale) == c.decimal);
  }
}

TEST_CASE("every decimal that was written is read back as itself") {
  for (int scale = 0; scale <= most_decimal_digits; ++scale) {
    Int128 value = 1;
    for (int digits = 1; digits < most_decimal_digits; ++digits) {
      value = value * 10 + digits % 10;
      for (const Int128 each : {value, -value}) {
        char text[longest_decimal];
        const std::string_view written(text, write_decimal(each, scale, text));
        CAPTURE(written);
        REQUIRE(scaled_decimal(written, scale) == each);
      }
    }
  }
}

}  // namespace
}  // namespace sluice
