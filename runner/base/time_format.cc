#include "base/time_format.h"

// Names of months and days are English, and nothing asks the environment.
#define ONLY_C_LOCALE 1
#include <date/date.h>
#include <fmt/format.h>

#include <istream>
#include <sstream>
#include <streambuf>

#include "base/excerpt.h"

namespace sluice {
namespace {

// https://howardhinnant.github.io/date/date.html#from_stream_formatting, but for what means
// another thing from locale to locale, or a part of a day only.
constexpr std::string_view known_directives = "aAbBdDeFhHIjmMnpRStTuUwWyYzZ%";

// A stream over bytes of somebody else: std::istringstream would copy them.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    // Never written to: this is a buffer for input.
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

enum class Use { reading, writing };

// Of the directive that begins at `percent`.
std::string why_unknown(std::string_view format, std::size_t percent, Use use) {
  const std::size_t modifier = format.substr(percent + 1, 1) == "E" ? 1 : 0;
  const std::string_view directive = format.substr(percent + 1 + modifier, 1);
  if (directive.empty()) return "ends with a lone %";
  if (directive == "f" && modifier == 0 && use == Use::writing) return {};
  if (directive == "f") return "has %f where it does not stand behind \"%S.\" or \"%T.\"";
  const bool is_known = known_directives.find(directive) != std::string_view::npos;
  if (is_known && (modifier == 0 || directive == "z")) return {};
  return fmt::format("has the unknown directive {}", excerpt(format.substr(percent, 2 + modifier)));
}

// The first directive that is unknown.
std::string find_unknown(std::string_view pattern, Use use) {
  for (std::size_t at = pattern.find('%'); at != std::string::npos; at = pattern.find('%', at)) {
    std::string problem = why_unknown(pattern, at, use);
    if (!problem.empty()) return problem;
    at += pattern.substr(at + 1, 1) == "E" ? 3 : 2;
  }
  return {};
}

// "%S.%f" is what other libraries call the seconds with their fraction.
std::string without_fraction_directive(std::string_view written) {
  std::string pattern(written);
  for (const std::string_view both : {"%S.%f", "%T.%f"}) {
    for (std::size_t at = pattern.find(both); at != std::string::npos;
         at = pattern.find(both, at)) {
      pattern.replace(at, both.size(), both.substr(0, 2));
    }
  }
  return pattern;
}

// Whether a time that was written in the format is found again, with its day.
bool tells_the_day(const TimeFormat& format) {
  const date::sys_seconds sample =
      date::sys_days(date::year(2013) / 11 / 23) + std::chrono::hours(14);
  const std::optional<Moment> found = parse_time(date::format(format.pattern, sample), format);
  const std::int64_t midnight = date::floor<date::days>(sample).time_since_epoch().count() * 86'400;
  return found && found->seconds >= midnight && found->seconds < midnight + 86'400;
}

bool is_utc(const std::string& zone) {
  return zone.empty() || zone == "UTC" || zone == "GMT" || zone == "Z";
}

}  // namespace

CheckedTimeFormat check_time_format(std::string_view written) {
  CheckedTimeFormat checked{{std::string(written), without_fraction_directive(written)}, {}};
  checked.problem = find_unknown(checked.format.pattern, Use::reading);
  if (!checked.problem.empty()) return checked;
  if (!tells_the_day(checked.format)) {
    checked.problem = "does not tell year, month and day, as %Y-%m-%d does";
  }
  return checked;
}

std::optional<Moment> parse_time(std::string_view text, const TimeFormat& format) {
  using std::chrono::nanoseconds;
  ViewBuffer buffer(text);
  std::istream in(&buffer);
  date::fields<nanoseconds> found;
  std::string zone;
  std::chrono::minutes offset(0);
  date::from_stream(in, format.pattern.c_str(), found, &zone, &offset);
  if (in.fail() || buffer.in_avail() > 0 || !found.ymd.ok() || !is_utc(zone)) return {};
  Moment moment{date::sys_days(found.ymd).time_since_epoch().count() * std::int64_t{86'400}, 0};
  if (found.has_tod) {
    const auto& time = found.tod;
    // The library does not look at the size of minutes and seconds.
    if (time.hours().count() > 23 || time.minutes().count() > 59 || time.seconds().count() > 59) {
      return {};
    }
    moment.seconds += (time.hours() + time.minutes() + time.seconds()).count();
    moment.nanoseconds = static_cast<std::int32_t>(nanoseconds(time.subseconds()).count());
  }
  moment.seconds -= offset.count() * 60;
  return moment;
}

std::string output_format_problem(std::string_view written) {
  if (written.empty()) return "is empty";
  return find_unknown(written, Use::writing);
}

void write_time(const Moment& moment, std::string_view directives, std::string& text) {
  std::string pattern;
  for (std::size_t at = 0; at < directives.size(); ++at) {
    const std::string_view directive = directives.substr(at, 2);
    if (directive == "%f") {
      pattern += fmt::format("{:06}", moment.nanoseconds / 1'000);
    } else {
      pattern += directive[0] == '%' ? directive : directive.substr(0, 1);
    }
    if (directive[0] == '%') ++at;
  }
  std::ostringstream out;
  date::to_stream(out, pattern.c_str(), date::sys_seconds(std::chrono::seconds(moment.seconds)));
  text += std::move(out).str();
}

}  // namespace sluice
