#include "base/timestamp.h"

#include <fmt/format.h>

#include <chrono>

namespace sluice {
namespace {

constexpr std::int64_t ms_per_day = 86'400'000;
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
  int number(int digits, int max) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = value * 10 + digit();
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

// The digits behind the second; what is finer than a millisecond is cut.
std::int64_t read_fraction_ms(Reader& in) {
  std::int64_t ms = in.digit() * 100;
  std::int64_t digit_ms = 10;
  for (int digits = 1; digits < 9 && in.next_is_digit(); ++digits, digit_ms /= 10) {
    ms += digit_ms * in.digit();
  }
  return ms;
}

std::int64_t read_time_ms(Reader& in) {
  std::int64_t ms = in.number(2, 23) * 3'600'000LL;
  in.take(':');
  ms += in.number(2, 59) * 60'000LL;
  if (in.take_if(':')) {
    ms += in.number(2, 59) * 1'000LL;
    if (in.take_if('.')) ms += read_fraction_ms(in);
  }
  return ms;
}

// How far the written time is ahead of UTC.
std::int64_t read_zone_ms(Reader& in) {
  if (in.done() || in.take_if('Z')) return 0;
  const bool west = in.take_if('-');
  if (!west) in.take('+');
  std::int64_t minutes = in.number(2, 23) * 60;
  const bool colon = in.take_if(':');
  if (colon || !in.done()) minutes += in.number(2, 59);
  return (west ? -minutes : minutes) * 60'000;
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

}  // namespace

std::optional<EpochMs> parse_iso8601(std::string_view text) {
  Reader in(text);
  const std::chrono::year_month_day date = read_date(in);
  if (in.failed() || !date.ok()) return std::nullopt;
  std::int64_t ms = std::chrono::sys_days(date).time_since_epoch().count() * ms_per_day;
  if (in.done()) return ms;
  if (!in.take_if(' ')) in.take('T');
  ms += read_time_ms(in);
  ms -= read_zone_ms(in);
  if (in.failed() || !in.done()) return std::nullopt;
  return ms;
}

std::string format_iso8601(EpochMs time_ms, int digits) {
  char text[longest_iso8601];
  return {text, write_iso8601(time_ms, digits, text)};
}

std::size_t write_iso8601(EpochMs time_ms, int digits, char* text) {
  const std::int64_t days = floor_divide(time_ms, ms_per_day);
  // Not time_ms - days * ms_per_day: that product can leave 64 bits.
  const std::int64_t remainder = time_ms % ms_per_day;
  const std::int64_t of_day = remainder < 0 ? remainder + ms_per_day : remainder;
  const CivilDate date = civil_date(days);
  char* end =
      fmt::format_to(text, "{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year < 0 ? "-" : "",
                     date.year < 0 ? -date.year : date.year, date.month, date.day,
                     of_day / 3'600'000, of_day / 60'000 % 60, of_day / 1'000 % 60);
  if (digits > 0) {
    end = fmt::format_to(end, ".{:03}", of_day % 1'000);
    for (int digit = 3; digit < digits; ++digit) *end++ = '0';
  }
  *end++ = 'Z';
  return static_cast<std::size_t>(end - text);
}

}  // namespace sluice
