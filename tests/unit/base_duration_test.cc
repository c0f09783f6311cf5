#include <doctest/doctest.h>

#include "base/duration.h"
#include "support/capture.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a duration is a number of seconds or a whole number with a unit") {
  struct Case {
    const char* text;
    std::int64_t ms;
  };
  for (const auto& [text, ms] : {Case{"250ms", 250},
                                 {"90s", 90'000},
                                 {"5m", 300'000},
                                 {"2h", 7'200'000},
                                 {"1d", 86'400'000},
                                 {"90", 90'000},
                                 {"0", 0},
                                 {"0.5", 500},
                                 {"1.2500", 1'250},
                                 {"3153600000000ms", 3'153'600'000'000}}) {
    CAPTURE_BINDING(text);
    CHECK(parse_duration(text) == milliseconds(ms));
  }
}

TEST_CASE("a duration with a sign, a blank, a strange unit, too fine or too long is none") {
  for (const char* text : {"",
                           " ",
                           "-1",
                           "+1",
                           "1 s",
                           " 1s",
                           "1s ",
                           "s",
                           "1S",
                           "1w",
                           "1.5h",
                           ".5",
                           "1.",
                           "1e3",
                           "0.0005",
                           "1.2.3",
                           "9223372036854775808ms",
                           "9223372036854775807",
                           "106751991168d",
                           "9223372036854775.808",
                           "0x10",
                           "1m30s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a duration is a hundred years at the most, so that it can be added to an instant") {
  CHECK(parse_duration("36500d").has_value());
  CHECK_FALSE(parse_duration("36501d").has_value());
}

TEST_CASE("a duration is written with the largest unit that says the same") {
  CHECK(format_duration(milliseconds(0)) == "0s");
  CHECK(format_duration(milliseconds(250)) == "250ms");
  CHECK(format_duration(milliseconds(90'000)) == "90s");
  CHECK(format_duration(milliseconds(90'001)) == "90001ms");
  CHECK(format_duration(milliseconds(7'200'000)) == "2h");
  CHECK(format_duration(milliseconds(90'000'000)) == "25h");
  CHECK(format_duration(milliseconds(172'800'000)) == "2d");
}

TEST_CASE("what is written is read back as the same duration") {
  for (const std::int64_t ms : {1LL, 999LL, 1'000LL, 61'000LL, 3'600'000LL, 123'456'789LL}) {
    CAPTURE(ms);
    CHECK(parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms));
  }
}

}  // namespace
}  // namespace sluice
