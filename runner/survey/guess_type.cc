#include "survey/guess_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {
namespace {

constexpr std::int64_t most_varying_scale = 4;
constexpr std::int64_t most_fixed_scale = 9;  // more digits are most often a double's
// Digits before the point that a decimal has at least, and more than were seen.
constexpr std::int64_t least_whole_digits = 8;
constexpr std::int64_t room_to_grow = 4;

// Whole numbers that may be times, of the years 2010 to 2039.
struct EpochRange {
  std::string_view unit;
  NumberText first;
  NumberText last;
};
const std::array<EpochRange, 3> epochs = {
    EpochRange{"s", read_number("1262304000"), read_number("2208988799")},
    EpochRange{"ms", read_number("1262304000000"), read_number("2208988799999")},
    EpochRange{"us", read_number("1262304000000000"), read_number("2208988799999999")}};

Guess decimal_for(const NumberFacts& facts) {
  Guess guess{ColumnType::decimal};
  const std::int64_t whole = std::max(facts.most_whole_digits + room_to_grow, least_whole_digits);
  guess.spec.scale = static_cast<int>(facts.most_scale);
  guess.spec.precision =
      static_cast<int>(std::min<std::int64_t>(whole + facts.most_scale, most_decimal_digits));
  return guess;
}

Guess whole_numbers(const NumberFacts& facts) {
  if (facts.all_in_64_bits) {
    Guess guess{ColumnType::integer};
    for (const EpochRange& epoch : epochs) {
      if (*facts.least < epoch.first || *facts.most > epoch.last) continue;
      guess.remarks.push_back(fmt::format(
          "may be times in {0} since 1970: {{ type: datetime, unit: {0} }} reads them so",
          epoch.unit));
    }
    return guess;
  }
  if (facts.most_whole_digits > most_decimal_digits) {
    return {ColumnType::text,
            {fmt::format("whole numbers of up to {} digits, more than a decimal has",
                         facts.most_whole_digits)}};
  }
  Guess guess = decimal_for(facts);
  guess.spec.precision = most_decimal_digits;
  guess.remarks.emplace_back("whole numbers beyond 64 bits: kept exactly, as text");
  return guess;
}

Guess fractions(const NumberFacts& facts) {
  // 1e25 has no digits after the point, and nobody counts money so.
  if (facts.most_scale == 0 && facts.all_exact_in_double) return {ColumnType::real};
  const bool fits_decimal = facts.most_whole_digits + facts.most_scale <= most_decimal_digits;
  const bool is_fixed = facts.least_scale == facts.most_scale &&
                        (facts.most_scale <= most_fixed_scale || !facts.all_exact_in_double);
  if (fits_decimal && is_fixed) return decimal_for(facts);
  if (fits_decimal && facts.most_scale <= most_varying_scale) {
    Guess guess = decimal_for(facts);
    guess.remarks.push_back(
        fmt::format("{} to {} digits after the point were seen; one with more will be a reject",
                    facts.least_scale, facts.most_scale));
    return guess;
  }
  if (facts.all_exact_in_double) return {ColumnType::real};
  if (fits_decimal) {
    Guess guess = decimal_for(facts);
    guess.remarks.emplace_back("more digits than a double holds");
    return guess;
  }
  return {ColumnType::text,
          {"neither a double nor a decimal of 38 digits holds all of these numbers"}};
}

Guess times(const ValueProfile& profile) {
  Guess guess{ColumnType::datetime};
  const int seen = profile.texts().most_second_digits;
  guess.spec.digits = (seen + 2) / 3 * 3;
  if (const auto dates = profile.count(Seen::date)) {
    guess.remarks.push_back(
        fmt::format("{} of {} are dates, taken for midnight in UTC", dates, profile.values()));
  }
  if (const auto local = profile.texts().without_zone) {
    guess.remarks.push_back(
        fmt::format("{} of {} say no zone, taken for UTC", local, profile.values()));
  }
  return guess;
}

Guess texts(const ValueProfile& profile) {
  Guess guess{ColumnType::text};
  const TextFacts& facts = profile.texts();
  const std::int64_t in_time = profile.count(Seen::date) + profile.count(Seen::datetime);
  if (in_time > 0) {
    guess.remarks.push_back(
        fmt::format("mixed: {} of {} are dates or times", in_time, profile.values()));
  } else if (facts.integers == profile.values()) {
    guess.remarks.emplace_back(
        "all are whole numbers written as texts: { type: integer } would take them");
  }
  return guess;
}

bool is_boolean(const ValueProfile& profile) {
  return profile.is_only({Seen::boolean, Seen::text}) &&
         profile.texts().booleans == profile.count(Seen::text);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (part < whole && share > 99.5) return ">99 %";
  if (share < 0.5) return "<1 %";
  return fmt::format("{:.0f} %", share);
}

}  // namespace

Guess guess_type(const ValueProfile& profile) {
  if (profile.values() == 0) return {ColumnType::text, {"nothing but null was seen"}};
  if (profile.is_only({Seen::integer})) return whole_numbers(profile.numbers());
  if (profile.is_only({Seen::integer, Seen::number})) return fractions(profile.numbers());
  if (profile.is_only({Seen::boolean})) return {ColumnType::boolean};
  if (is_boolean(profile)) return {ColumnType::boolean, {"some or all are written as texts"}};
  if (profile.is_only({Seen::date})) return {ColumnType::date};
  if (profile.is_only({Seen::date, Seen::datetime})) return times(profile);
  if (profile.is_only({Seen::date, Seen::datetime, Seen::text})) return texts(profile);
  if (profile.is_only({Seen::array})) return {ColumnType::json};
  if (profile.is_only({Seen::array, Seen::object})) {
    const bool is_mixed = profile.count(Seen::array) > 0;
    return {ColumnType::json,
            is_mixed ? std::vector{"mixed: " + shares_of(profile)} : std::vector<std::string>()};
  }
  return {ColumnType::text, {"mixed: " + shares_of(profile)}};
}

std::string shares_of(const ValueProfile& profile) {
  std::vector<Seen> kinds;
  for (const Seen kind : all_seen) {
    if (profile.count(kind) > 0) kinds.push_back(kind);
  }
  std::ranges::stable_sort(kinds, std::greater(), [&](Seen kind) { return profile.count(kind); });
  std::string text;
  for (const Seen kind : kinds) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name_of(kind),
                        percent(profile.count(kind), profile.present()));
  }
  return text;
}

}  // namespace sluice
