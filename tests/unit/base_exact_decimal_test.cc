#include <doctest/doctest.h>

#include <random>
#include <string>

#include "base/exact_decimal.h"

namespace sluice {
namespace {

std::string text_of(const std::optional<ExactDecimal>& value) {
  if (!value) return "-";
  char text[longest_decimal];
  return {text, write_decimal(value->digits, value->scale, text)};
}

ExactDecimal of(std::string_view number) {
  const auto value = exact_decimal(number);
  REQUIRE(value);
  return *value;
}

constexpr std::string_view largest = "99999999999999999999999999999999999999";

}  // namespace

TEST_CASE("a number is read exactly, in its shortest form, or not at all") {
  struct Case {
    std::string_view number, text;
  };
  for (const Case& c : {Case{"0", "0"},
                        {"-0", "0"},
                        {"-0.00", "0"},
                        {"0e999", "0"},
                        {"42", "42"},
                        {"1.50", "1.5"},
                        {"-1.50e1", "-15"},
                        {"10e-1", "1"},
                        {"1000e-40", "0.0000000000000000000000000000000000001"},
                        {"1e-38", "0.00000000000000000000000000000000000001"},
                        {"1e-39", "-"},
                        {"1e37", "10000000000000000000000000000000000000"},
                        {"1e38", "-"},
                        {"1e400", "-"},
                        {largest, largest},
                        {"9223372036854775808", "9223372036854775808"},
                        {"999999999999999999", "999999999999999999"},
                        {"-9999999999999999999", "-9999999999999999999"},
                        {"99999999999999999.90", "99999999999999999.9"},
                        {"9999999999999999.999", "9999999999999999.999"},
                        {"5.", "-"},
                        {"-", "-"},
                        {"1.5.0", "-"},
                        {"007", "-"},
                        {"+1", "-"},
                        {".5", "-"},
                        {"", "-"},
                        {"abc", "-"}}) {
    CAPTURE(c.number);
    CHECK(text_of(exact_decimal(c.number)) == c.text);
  }
}

TEST_CASE("a result that fits is found, however many digits are on the way to it") {
  CHECK(text_of(product(of("0.25"), of("1e37"))) == "2500000000000000000000000000000000000");
  CHECK(text_of(product(of("-1e37"), of("0.25"))) == "-2500000000000000000000000000000000000");
  CHECK(text_of(product(of("0.00000000000000000005"), of("20000000000000000000"))) == "1");
  CHECK(text_of(product(of(largest), of("0.5"))) == "-");
  CHECK(text_of(product(of("1e-20"), of("1e-18"))) == "0.00000000000000000000000000000000000001");
  CHECK(text_of(product(of(largest), of("10"))) == "-");
  CHECK(text_of(sum(of("18"), of("-9.0000000000000000000000000000000000001"))) ==
        "8.9999999999999999999999999999999999999");
  CHECK(text_of(sum(of("0.99999999999999999999999999999999999995"),
                    of("0.99999999999999999999999999999999999995"))) ==
        "1.9999999999999999999999999999999999999");
  CHECK(text_of(sum(of("-1e37"), of("0.1"))) == "-9999999999999999999999999999999999999.9");
  CHECK(text_of(sum(of("-1e37"), of("0.01"))) == "-");
  CHECK(text_of(remainder(of("1e37"), of("0.01"))) == "0");
  CHECK(text_of(remainder(of(largest), of("0.7"))) == "0.3");
  CHECK(text_of(remainder(of("-1e37"), of("0.3"))) == "-0.1");
  CHECK(text_of(remainder(of("1e-38"), of(largest))) == "0.00000000000000000000000000000000000001");
  CHECK(text_of(remainder(of("-1.5"), of(largest))) == "-1.5");
}

TEST_CASE("sums, products and quotients are exact or nothing") {
  CHECK(text_of(sum(of("0.1"), of("0.2"))) == "0.3");
  CHECK(text_of(sum(of(largest), of("1"))) == "-");
  CHECK(text_of(sum(of("1e37"), of("1e-38"))) == "-");
  CHECK(text_of(difference(of("1"), of("1.00"))) == "0");
  CHECK(text_of(product(of("-1.25"), of("8"))) == "-10");
  CHECK(text_of(product(of("1e-20"), of("1e-20"))) == "-");
  CHECK(text_of(product(of("1e20"), of("1e20"))) == "-");
  CHECK(text_of(quotient(of("1"), of("8"))) == "0.125");
  CHECK(text_of(quotient(of("-6"), of("0.3"))) == "-20");
  CHECK(text_of(quotient(of(largest), of(largest))) == "1");
  CHECK(text_of(quotient(of("1"), of(largest))) == "-");
  CHECK(text_of(quotient(of("1e37"), of("0.1"))) == "-");
  CHECK(text_of(remainder(of("-7.5"), of("2"))) == "-1.5");
  CHECK(text_of(remainder(of("7.5"), of("-2"))) == "1.5");
}

TEST_CASE("a quotient without end is rounded to 38 digits, half to even") {
  CHECK(text_of(quotient(of("2"), of("3"))) == "0.66666666666666666666666666666666666667");
  CHECK(text_of(quotient(of("200"), of("3"))) == "66.666666666666666666666666666666666667");
  CHECK(text_of(quotient(of("-1"), of("7"))) == "-0.14285714285714285714285714285714285714");
  CHECK(text_of(quotient(of("1e-30"), of("3e8"))) == "-");
  // 38 digits are there, and the rest is exactly a half.
  CHECK(text_of(quotient(of("20000000000000000000000000000000000001"), of("2"))) ==
        "10000000000000000000000000000000000000");
  CHECK(text_of(quotient(of("20000000000000000000000000000000000003"), of("2"))) ==
        "10000000000000000000000000000000000002");
}

TEST_CASE("whole numbers at or above and at or below") {
  CHECK(text_of(floor_of(of("-1.2"))) == "-2");
  CHECK(text_of(ceiling(of("-1.2"))) == "-1");
  CHECK(text_of(floor_of(of("1.2"))) == "1");
  CHECK(text_of(ceiling(of("1.2"))) == "2");
  CHECK(text_of(floor_of(of("-3"))) == "-3");
  CHECK(text_of(ceiling(of("3"))) == "3");
}

TEST_CASE("what was multiplied can be divided again, and what was added taken away") {
  std::mt19937_64 random(7);
  const auto any = [&random] {
    const int scale = static_cast<int>(random() % 19);
    const auto digits = static_cast<std::int64_t>(random()) >> (random() % 60);
    return of(text_of(ExactDecimal{digits, scale}));
  };
  int tried = 0;
  for (int i = 0; i < 20'000; ++i) {
    const ExactDecimal a = any();
    const ExactDecimal b = any();
    const auto both = sum(a, b);
    REQUIRE(both);
    CHECK(difference(*both, b) == a);
    const auto times = product(a, b);
    if (!times || b.digits == 0) continue;
    ++tried;
    CHECK(quotient(*times, b) == a);
    if (a.scale == 0) CHECK(remainder(*times, b) == ExactDecimal{});
  }
  CHECK(tried > 10'000);
}

}  // namespace sluice
