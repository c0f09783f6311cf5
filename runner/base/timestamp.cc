#include "base/timestamp.h"

#include <fmt/format.h>

#include <chrono>

namespace sluice {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr int days_per_era = 146'097;  // the Gregorian calendar repeats every 400 years
constexpr int years_per_era = 400;

// Reads ahead, and remembers that something did not fit.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  bool next_is_digit() const { return !done() && rest_[0] >= '0' && rest_[0] <= '9'; }

  bool take_if(char wanted) {
    if (done() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void take(char wanted) {
    if (!take_if(wanted)) failed_ = true;
  }
  // Exactly `digits` digits, up to `max`.
  int number(std::size_t digits, int max) {
    if (rest_.size() < digits) {
      failed_ = true;
      return 0;
    }
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') failed_ = true;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    if (value > max) failed_ = true;
    return value;
  }
  int digit() {
    if (!next_is_digit()) {
      failed_ = true;
      return 0;
    }
    const int value = rest_[0] - '0';
    rest_.remove_prefix(1);
    return value;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::chrono::year_month_day read_date(Reader& in) {
  const int year = in.number(4, 9999);
  in.take('-');
  const int month = in.number(2, 12);
  in.take('-');
  const int day = in.number(2, 31);
  return std::chrono::year(year) / month / day;
}

// The digits behind the second.
std::int32_t read_nanoseconds(Reader& in) {
  std::int32_t value = in.digit();
  int digits = 1;
  for (; digits < 9 && in.next_is_digit(); ++digits) value = value * 10 + in.digit();
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

Moment read_time_of_day(Reader& in) {
  Moment time;
  time.seconds = in.number(2, 23) * 3'600;
  in.take(':');
  time.seconds += in.number(2, 59) * 60;
  if (in.take_if(':')) {
    time.seconds += in.number(2, 59);
    if (in.take_if('.')) time.nanoseconds = read_nanoseconds(in);
  }
  return time;
}

// How far the written time is ahead of UTC.
std::int64_t read_zone_seconds(Reader& in) {
  if (in.done() || in.take_if('Z')) return 0;
  const bool west = in.take_if('-');
  if (!west) in.take('+');
  std::int64_t minutes = in.number(2, 23) * 60;
  const bool colon = in.take_if(':');
  if (colon || !in.done()) minutes += in.number(2, 59);
  return (west ? -minutes : minutes) * 60;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// std::chrono::year ends at 32767, an EpochMs does not: only the place within an era is asked of
// the calendar.
CivilDate civil_date(std::int64_t epoch_days) {
  const std::int64_t era = floor_divide(epoch_days, days_per_era);
  const auto day = static_cast<int>(epoch_days - era * days_per_era);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return {int{date.year()} + era * years_per_era, unsigned{date.month()}, unsigned{date.day()}};
}

// Puts down a number of exactly `digits` digits.
char* put(char* at, std::int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return at + digits;
}

char* put_year(char* at, std::int64_t year) {
  if (year >= 0 && year <= 9999) return put(at, year, 4);
  return fmt::format_to(at, "{}{:04}", year < 0 ? "-" : "", year < 0 ? -year : year);
}

std::int64_t cut_to(std::int64_t nanoseconds, int digits) {
  for (int digit = 9; digit > digits; --digit) nanoseconds /= 10;
  return nanoseconds;
}

}  // namespace

std::optional<Moment> parse_iso8601_moment(std::string_view text) {
  Reader in(text);
  const std::chrono::year_month_day date = read_date(in);
  if (in.failed() || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  if (in.done()) return Moment{days * seconds_per_day, 0};
  if (!in.take_if(' ')) in.take('T');
  Moment moment = read_time_of_day(in);
  moment.seconds += days * seconds_per_day - read_zone_seconds(in);
  if (in.failed() || !in.done()) return std::nullopt;
  return moment;
}

std::optional<EpochMs> parse_iso8601(std::string_view text) {
  const std::optional<Moment> moment = parse_iso8601_moment(text);
  if (!moment) return std::nullopt;
  return moment->seconds * 1'000 + moment->nanoseconds / 1'000'000;
}

std::string format_iso8601(EpochMs time_ms, int digits) {
  char text[longest_iso8601];
  return {text, write_iso8601(time_ms, digits, text)};
}

std::size_t write_iso8601(EpochMs time_ms, int digits, char* text) {
  const std::int64_t seconds = floor_divide(time_ms, 1'000);
  const std::int64_t remainder = time_ms % 1'000;
  const std::int64_t ms = remainder < 0 ? remainder + 1'000 : remainder;
  return write_iso8601({seconds, static_cast<std::int32_t>(ms * 1'000'000)}, digits, text);
}

std::size_t write_iso8601(const Moment& moment, int digits, char* text) {
  const std::int64_t days = floor_divide(moment.seconds, seconds_per_day);
  const std::int64_t of_day = moment.seconds - days * seconds_per_day;
  const CivilDate date = civil_date(days);
  char* at = put_year(text, date.year);
  *at++ = '-';
  at = put(at, date.month, 2);
  *at++ = '-';
  at = put(at, date.day, 2);
  *at++ = 'T';
  at = put(at, of_day / 3'600, 2);
  *at++ = ':';
  at = put(at, of_day / 60 % 60, 2);
  *at++ = ':';
  at = put(at, of_day % 60, 2);
  if (digits > 0) {
    *at++ = '.';
    at = put(at, cut_to(moment.nanoseconds, digits), digits);
  }
  *at++ = 'Z';
  return static_cast<std::size_t>(at - text);
}

}  // namespace sluice
