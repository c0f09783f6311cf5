#include <fmt/format.h>

#include "source/samples/draft.h"

namespace sluice {
namespace {

struct Airport {
  std::string_view city;
  std::string_view code;
  std::string_view latitude;
  std::string_view longitude;
  int offset_minutes;  // in summer
};

constexpr Airport airports[] = {
    {"Frankfurt", "FRA", "50.03", "8.57", 120},     {"London", "LHR", "51.47", "-0.45", 60},
    {"Reykjavík", "KEF", "63.98", "-22.61", 0},     {"New York", "JFK", "40.64", "-73.78", -240},
    {"São Paulo", "GRU", "-23.43", "-46.47", -180}, {"Delhi", "DEL", "28.56", "77.1", 330},
    {"Tokyo", "HND", "35.55", "139.78", 540},       {"Cape Town", "CPT", "-33.97", "18.6", 120},
    {"Lisbon", "LIS", "38.77", "-9.13", 60},        {"Zürich", "ZRH", "47.46", "8.55", 120}};

constexpr std::string_view carriers[] = {"LH", "BA", "AF", "KL", "LX", "TP", "AI", "NH"};
constexpr int seat_totals[] = {120, 180, 220, 300};

constexpr EpochMs first_day_ms = 1'780'272'000'000;  // 2026-06-01T00:00:00Z
constexpr EpochMs minute_ms = 60'000;

// Money as people's programs write it: 123.45, 99.5, 120.
std::string price_text(std::uint64_t cents, std::uint64_t style) {
  const auto value = static_cast<std::int64_t>(cents);
  if (style == 0) return std::to_string(value / 100);
  if (style == 1) return decimal_text(value / 10, 1);
  return decimal_text(value, 2);
}

// Unique by its first half, which counts the seconds as such ids do.
std::string id_text(std::uint64_t index, std::uint64_t luck) {
  return fmt::format("{:08x}{:016x}", (1'764'000'000 + index) & 0xFFFFFFFFU, luck);
}

std::string airport_json(const Airport& airport) {
  return fmt::format(R"({{"city":"{}","airport":"{}","gps":{{"lat":{},"lon":{}}}}})", airport.city,
                     airport.code, airport.latitude, airport.longitude);
}

}  // namespace

void make_flight(SampleDraft& draft) {
  SampleRandom& random = draft.random;
  const std::string id = id_text(draft.index, random.bits());
  const auto& carrier = random.one_of(carriers);
  const auto number = 100 + random.below(900);
  const std::size_t from = random.below(std::size(airports));
  const std::size_t to = (from + 1 + random.below(std::size(airports) - 1)) % std::size(airports);
  const std::uint64_t cents = 4'900 + random.below(120'000);
  const std::string price = price_text(cents, random.below(4));
  const auto total = static_cast<std::uint64_t>(random.one_of(seat_totals));
  const auto free = random.below(total + 1);
  const bool delayed = random.below(5) == 0;
  const auto minute = static_cast<EpochMs>(random.below(90 * 24 * 60));
  const auto took = static_cast<EpochMs>(60 + random.below(660));
  const auto before_ms =
      static_cast<EpochMs>(random.below(72 * 60) * 60'000 + random.below(60'000));
  const EpochMs departure = first_day_ms + minute * minute_ms;
  fmt::format_to(
      std::back_inserter(draft.value),
      R"({{"_id":"{}","flight":{{"number":"{}{}","carrier":"{}"}},"origin":{},"destination":{},)"
      R"("price":{},"seats":{{"total":{},"free":{}}},"delayed":{},"departure":"{}","arrival":"{}",)"
      R"("updated":{}}})",
      id, carrier, number, carrier, airport_json(airports[from]), airport_json(airports[to]), price,
      total, free, delayed, zoned_time(departure, airports[from].offset_minutes),
      zoned_time(departure + took * minute_ms, airports[to].offset_minutes), departure - before_ms);
}

}  // namespace sluice
