#include <doctest/doctest.h>

#include <limits>

#include "base/timestamp.h"
#include "support/capture.h"

namespace sluice {
namespace {

TEST_CASE("an ISO 8601 time is read with or without zone, seconds and fraction") {
  struct Case {
    const char* text;
    EpochMs ms;
  };
  for (const auto& [text, ms] : {Case{"1970-01-01", 0},
                                 {"2026-11-23", 1'795'392'000'000},
                                 {"2026-11-23T03:41:19Z", 1'795'405'279'000},
                                 {"2026-11-23 03:41:19", 1'795'405'279'000},
                                 {"2026-11-23T03:41:19.1Z", 1'795'405'279'100},
                                 {"2026-11-23T03:41:19.123999999Z", 1'795'405'279'123},
                                 {"2026-11-23T03:41Z", 1'795'405'260'000},
                                 {"2026-11-23T05:41:19+02:00", 1'795'405'279'000},
                                 {"2026-11-23T05:41:19+0200", 1'795'405'279'000},
                                 {"2026-11-23T05:41:19+02", 1'795'405'279'000},
                                 {"2026-11-22T22:11:19-05:30", 1'795'405'279'000},
                                 {"1969-12-31T23:59:59.999Z", -1},
                                 {"2024-02-29", 1'709'164'800'000},
                                 {"0000-01-01", -62'167'219'200'000},
                                 {"9999-12-31T23:59:59.999Z", 253'402'300'799'999}}) {
    CAPTURE_BINDING(text);
    CHECK(parse_iso8601(text) == ms);
  }
}

TEST_CASE("what is no time of the calendar is refused") {
  for (const char* text : {"",
                           "2026",
                           "2026-11",
                           "2026-11-23T",
                           "2026-11-23T03",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-02-29",
                           "2026-04-31",
                           "2026-11-23T24:00:00",
                           "2026-11-23T23:60:00",
                           "2026-11-23T23:59:60",
                           "2026-11-23T03:41:19.",
                           "2026-11-23T03:41:19.1234567890",
                           "2026-11-23T03:41:19+2",
                           "2026-11-23T03:41:19+02:",
                           "2026-11-23T03:41:19+02:60",
                           "2026-11-23T03:41:19ZZ",
                           "2026-11-23T03:41:19 Z",
                           "26-11-23",
                           "2026-1-3",
                           "20261123",
                           " 2026-11-23",
                           "2026-11-23 ",
                           "now",
                           "2026-11-23Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text).has_value());
  }
}

TEST_CASE("a time is written in UTC with the digits that are asked for") {
  const EpochMs ms = 1'795'405'279'123;
  CHECK(format_iso8601(ms) == "2026-11-23T03:41:19.123000Z");
  CHECK(format_iso8601(ms, 0) == "2026-11-23T03:41:19Z");
  CHECK(format_iso8601(ms, 3) == "2026-11-23T03:41:19.123Z");
  CHECK(format_iso8601(ms, 9) == "2026-11-23T03:41:19.123000000Z");
  CHECK(format_iso8601(-1, 3) == "1969-12-31T23:59:59.999Z");
  CHECK(format_iso8601(-62'167'219'200'001, 3) == "-0001-12-31T23:59:59.999Z");
}

TEST_CASE("a moment keeps its nanoseconds, and cuts only what is not asked for") {
  const auto read = [](std::string_view text, int digits) {
    const auto moment = parse_iso8601_moment(text);
    if (!moment) return std::string("-");
    char iso[longest_iso8601];
    return std::string(iso, write_iso8601(*moment, digits, iso));
  };
  CHECK(read("2026-11-23T05:41:19.123456789+02:00", 9) == "2026-11-23T03:41:19.123456789Z");
  CHECK(read("2026-11-23T05:41:19.1+02:00", 9) == "2026-11-23T03:41:19.100000000Z");
  CHECK(read("2026-11-23T03:41:19.123456789Z", 6) == "2026-11-23T03:41:19.123456Z");
  CHECK(read("2026-11-23T03:41:19.123456789Z", 0) == "2026-11-23T03:41:19Z");
  CHECK(read("1969-12-31T23:59:59.999999999Z", 9) == "1969-12-31T23:59:59.999999999Z");
  CHECK(read("0000-01-01T00:00:00.000000001Z", 9) == "0000-01-01T00:00:00.000000001Z");
  CHECK(parse_iso8601_moment("1969-12-31T23:59:59.75Z") == Moment{-1, 750'000'000});
}

TEST_CASE("every time of 64 bits can be written") {
  CHECK(format_iso8601(std::numeric_limits<EpochMs>::max(), 3) == "292278994-08-17T07:12:55.807Z");
  CHECK(format_iso8601(std::numeric_limits<EpochMs>::min(), 3) == "-292275055-05-16T16:47:04.192Z");
}

TEST_CASE("what is written is read back as the same time") {
  for (EpochMs ms = -62'167'219'200'000; ms < 253'402'300'799'999; ms += 86'400'000LL * 997 + 1) {
    const std::string text = format_iso8601(ms, 3);
    CAPTURE(text);
    REQUIRE(parse_iso8601(text) == ms);
  }
}

}  // namespace
}  // namespace sluice
