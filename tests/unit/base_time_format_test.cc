#include <doctest/doctest.h>

#include "base/time_format.h"

namespace sluice {
namespace {

// The text read by the format, in ISO 8601; or why it is not read.
std::string read(std::string_view format, std::string_view text) {
  const CheckedTimeFormat checked = check_time_format(format);
  if (!checked.problem.empty()) return "format " + checked.problem;
  const auto moment = parse_time(text, checked.format);
  if (!moment) return "-";
  char iso[longest_iso8601];
  return {iso, write_iso8601(*moment, 9, iso)};
}

TEST_CASE("texts are read by strptime's directives") {
  struct Case {
    std::string_view format, text, moment;
  };
  for (const Case& c : {
           Case{"%d.%m.%Y", "23.11.2026", "2026-11-23T00:00:00.000000000Z"},
           {"%d.%m.%Y", "3.1.2026", "2026-01-03T00:00:00.000000000Z"},
           {"%d.%m.%Y %H:%M:%S", "23.11.2026 03:41:19", "2026-11-23T03:41:19.000000000Z"},
           {"%d.%m.%Y %H:%M:%S", "23.11.2026 03:41:19.25", "2026-11-23T03:41:19.250000000Z"},
           {"%Y-%m-%d %H:%M:%S.%f", "2026-11-23 03:41:19.123456", "2026-11-23T03:41:19.123456000Z"},
           {"%Y-%m-%dT%H:%M:%S", "2026-11-23T03:41:19.123456789", "2026-11-23T03:41:19.123456789Z"},
           {"%Y-%m-%dT%H:%M:%S", "2026-11-23T03:41:19.1234567891", "-"},
           {"%Y%m%d", "20261123", "2026-11-23T00:00:00.000000000Z"},
           {"%Y%m%d%H%M%S", "20261123034119", "2026-11-23T03:41:19.000000000Z"},
           {"%m/%d/%y %I:%M %p", "11/23/26 03:41 PM", "2026-11-23T15:41:00.000000000Z"},
           {"%m/%d/%y %I:%M %p", "11/23/26 12:00 AM", "2026-11-23T00:00:00.000000000Z"},
           {"%d %b %Y", "23 Nov 2026", "2026-11-23T00:00:00.000000000Z"},
           {"%d %B %Y", "23 November 2026", "2026-11-23T00:00:00.000000000Z"},
           {"%a, %d %b %Y %T %z", "Mon, 23 Nov 2026 05:41:19 +0200",
            "2026-11-23T03:41:19.000000000Z"},
           {"%a, %d %b %Y", "Tue, 23 Nov 2026", "-"},
           {"%F %T%Ez", "2026-11-22 22:11:19-05:30", "2026-11-23T03:41:19.000000000Z"},
           {"%F %T %Z", "2026-11-23 03:41:19 UTC", "2026-11-23T03:41:19.000000000Z"},
           {"%F %T %Z", "2026-11-23 03:41:19 EST", "-"},
           {"%Y-%j", "2026-327", "2026-11-23T00:00:00.000000000Z"},
           {"%Y", "2026", "format does not tell year, month and day, as %Y-%m-%d does"},
           {"%d.%m.%Y", "23.11.2026 ", "-"},
           {"%d.%m.%Y", " 23.11.2026", "-"},
           {"%d.%m.%Y", "31.04.2026", "-"},
           {"%d.%m.%Y", "29.02.2025", "-"},
           {"%d.%m.%Y", "29.02.2024", "2024-02-29T00:00:00.000000000Z"},
           {"%d.%m.%Y", "0.1.2026", "-"},
           {"%d.%m.%Y", "1.13.2026", "-"},
           {"%d.%m.%Y", "", "-"},
           {"%d.%m.%Y", "today", "-"},
           {"%F %H:%M", "2026-11-23 24:00", "-"},
           {"%F %H:%M", "2026-11-23 03:60", "-"},
           {"%F %T", "2026-11-23 03:41:60", "-"},
           {"100%% %F", "100% 2026-11-23", "2026-11-23T00:00:00.000000000Z"},
       }) {
    CAPTURE(c.format);
    CAPTURE(c.text);
    CHECK(read(c.format, c.text) == c.moment);
  }
}

TEST_CASE("a format that cannot work is told") {
  const auto problem = [](std::string_view format) { return check_time_format(format).problem; };
  CHECK(problem("%d.%m.%Y") == "");
  CHECK(problem("%F %i") == "has the unknown directive %i");
  CHECK(problem("%F %Ed") == "has the unknown directive %Ed");
  CHECK(problem("%F %") == "ends with a lone %");
  CHECK(problem("%F %E") == "ends with a lone %");
  CHECK(problem("%F %f") == "has %f where it does not stand behind \"%S.\" or \"%T.\"");
  for (const std::string_view format : {"", "day", "%H:%M", "%d.%m.", "%m/%Y", "%Y %H"}) {
    CAPTURE(format);
    CHECK(problem(format) == "does not tell year, month and day, as %Y-%m-%d does");
  }
}

}  // namespace
}  // namespace sluice
