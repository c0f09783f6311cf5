#include <doctest/doctest.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "base/number.h"
#include "support/capture.h"

using namespace sluice;

TEST_CASE("an integer is exact or it is none") {
  struct Case {
    std::string_view number;
    std::optional<std::int64_t> value;
  };
  for (const auto& [number, value] : {
           Case{"0", 0},
           Case{"-0", 0},
           Case{"42", 42},
           Case{"-42", -42},
           Case{"42.0", 42},
           Case{"42.5", {}},
           Case{"4.2e1", 42},
           Case{"420e-1", 42},
           Case{"42e0", 42},
           Case{"42E+0", 42},
           Case{"425e-1", {}},
           Case{"1e18", 1'000'000'000'000'000'000},
           Case{"1e19", {}},
           Case{"1e400", {}},
           Case{"0e400", 0},
           Case{"0e99999999999999999999", 0},
           Case{"1e99999999999999999999", {}},
           Case{"1e-99999999999999999999", {}},
           Case{"1e9223372036854775807", {}},
           Case{"1e-9223372036854775807", {}},
           Case{"0.1e9223372036854775807", {}},
           Case{"0.000", 0},
           Case{"9007199254740993", 9007199254740993},
           Case{"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
           Case{"9223372036854775808", {}},
           Case{"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
           Case{"-9223372036854775809", {}},
           Case{"9223372036854775807.0", std::numeric_limits<std::int64_t>::max()},
           Case{"-9223372036854775808.0", std::numeric_limits<std::int64_t>::min()},
           Case{"9223372036854775808.0", {}},
           Case{"92233720368547758070e-1", std::numeric_limits<std::int64_t>::max()},
           Case{"", {}},
           Case{"-", {}},
           Case{"+1", {}},
           Case{"01", {}},
           Case{"-01", {}},
           Case{"1.", {}},
           Case{".5", {}},
           Case{"1e", {}},
           Case{" 1", {}},
           Case{"1 ", {}},
           Case{"0x10", {}},
           Case{"NaN", {}},
       }) {
    CAPTURE_BINDING(number);
    CHECK(exact_integer(number) == value);
  }
}

TEST_CASE("a real is the nearest double, but never another integer and never infinite") {
  struct Case {
    std::string_view number;
    std::optional<double> value;
  };
  for (const auto& [number, value] : {
           Case{"0.1", 0.1},
           Case{"1.50", 1.5},
           Case{"-2", -2.0},
           Case{"1e3", 1000.0},
           Case{"9007199254740992", 9007199254740992.0},
           Case{"9007199254740993", {}},
           Case{"100000000000000000000", 1e20},
           Case{"100000000000000000001", {}},
           Case{"1e400", {}},
           Case{"-1e400", {}},
           Case{"1e-400", {}},
           Case{"0e-400", 0.0},
           Case{"abc", {}},
           Case{"inf", {}},
           Case{"nan", {}},
           Case{"01", {}},
           Case{"", {}},
       }) {
    CAPTURE_BINDING(number);
    CHECK(nearest_real(number) == value);
  }
}

TEST_CASE("a double never stands for another integer, however that is written") {
  CHECK(sluice::nearest_real("9007199254740993.0") == std::nullopt);
  CHECK(sluice::nearest_real("9007199254740993e0") == std::nullopt);
  CHECK(sluice::nearest_real("900719925474099.3e1") == std::nullopt);
  CHECK(sluice::nearest_real("9007199254740992.0") == 9007199254740992.0);
  CHECK(sluice::nearest_real("9007199254740993.5") == 9007199254740994.0);
  CHECK(sluice::nearest_real("1.8446744073709551616e19") == 18446744073709551616.0);
}

TEST_CASE("a short decimal is the double that std::from_chars reads") {
  std::mt19937_64 random(7);
  const auto dice = [&](std::uint64_t sides) { return random() % sides; };
  for (int i = 0; i < 200'000; ++i) {
    std::string number = dice(2) == 0 ? "-" : "";
    number += std::to_string(dice(2) == 0 ? dice(1000) : dice(1'000'000'000'000));
    const std::uint64_t scale = dice(8);
    if (scale > 0) number += '.';
    for (std::uint64_t digit = 0; digit < scale; ++digit) number += static_cast<char>('0' + dice(10));
    double wanted = 0;
    std::from_chars(number.data(), number.data() + number.size(), wanted);
    const std::optional<double> read = sluice::nearest_real(number);
    CAPTURE(number);
    REQUIRE(read);
    REQUIRE(*read == wanted);
    REQUIRE(std::signbit(*read) == std::signbit(wanted));
  }
}
