#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace sluice {

// How texts are read as times, in the directives of strptime: "%d.%m.%Y %H:%M:%S". The C locale,
// whatever the environment says.
struct TimeFormat {
  std::string written;  // as a person wrote it
  std::string pattern;  // as the library takes it: there %S reads the fraction too, and %f is none
};

// The format, or why it is none: an unknown directive, or no day in it.
struct CheckedTimeFormat {
  TimeFormat format;
  std::string problem;  // empty where it is good
};
CheckedTimeFormat check_time_format(std::string_view written);

// The whole text, read by the format; nothing where it does not fit. A zone (%z, %Ez) is honoured,
// without one it is UTC; %Z takes UTC, GMT and Z, since other abbreviations have no one meaning.
// Without a time of day it is midnight. Does not allocate.
std::optional<Moment> parse_time(std::string_view text, const TimeFormat& format);

// Why times cannot be written by these directives; empty where they can. Here %f may stand anywhere
// (six digits of the second, as %S is without a fraction), and no day need be told.
std::string output_format_problem(std::string_view written);

// Appends the moment, in UTC, as the directives say.
void write_time(const Moment& moment, std::string_view directives, std::string& text);

}  // namespace sluice
