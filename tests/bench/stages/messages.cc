#include "bench/stages/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "source/samples/draft.h"

namespace sluice::bench {
namespace {

constexpr std::uint64_t seed = 20'261'125;

constexpr std::string_view players[] = {"Amelie",  "Bo",     "Cornelius", "Dora", "Efua",
                                        "Florian", "Greta",  "Hugo",      "Inès", "Jonas",
                                        "Katinka", "Ludwig", "Max",       "Nele", "Otto"};

struct Airport {
  std::string_view city;
  std::string_view code;
  std::string_view country;
};
constexpr Airport airports[] = {
    {"Hamburg", "HAM", "DE"},  {"Malmö", "MMX", "SE"},    {"Porto", "OPO", "PT"},
    {"Toronto", "YYZ", "CA"},  {"Auckland", "AKL", "NZ"}, {"San José", "SJO", "CR"},
    {"Dakar", "DSS", "SN"},    {"Busan", "PUS", "KR"},    {"Kraków", "KRK", "PL"},
    {"Santiago", "SCL", "CL"}, {"Tel Aviv", "TLV", "IL"}, {"Bologna", "BLQ", "IT"}};

constexpr std::string_view carriers[] = {"AC", "AR", "CX", "ET", "FI",
                                         "IB", "LO", "OS", "SN", "TK"};

constexpr std::string_view words[] = {
    "anchor", "bridge", "canal",   "dockyard", "estuary", "ferry",   "gull",    "harbor",
    "inlet",  "jetty",  "keelson", "lock",     "masts",   "narrows", "oarlock", "pier",
    "quay",   "reef",   "sluice",  "tideway",  "vessel",  "weir",    "yacht",   "zephyr"};

// A message draws from its own numbers, so that any of them can be made without those before it.
SampleRandom random_of(std::uint64_t index) {
  return SampleRandom(SampleRandom(seed + index).bits());
}

void write_sentence(std::string& text, SampleRandom& random, int count) {
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += random.one_of(words);
  }
}

void write_guess(std::string& text, std::uint64_t index) {
  SampleRandom random = random_of(index);
  const auto points = random.below(100'000);
  const std::string_view name = random.one_of(players);
  fmt::format_to(std::back_inserter(text), R"({{"index": {}, "points": {}, "name": "{}"}})", index,
                 points, name);
}

void write_airport(std::string& text, SampleRandom& random) {
  const Airport& airport = random.one_of(airports);
  fmt::format_to(std::back_inserter(text), R"({{"city": "{}", "airport": "{}", "country": "{}"}})",
                 airport.city, airport.code, airport.country);
}

void write_flight(std::string& text, std::uint64_t index) {
  SampleRandom random = random_of(index);
  const auto into = std::back_inserter(text);
  const std::string_view carrier = random.one_of(carriers);
  fmt::format_to(into, R"({{"flight": {{"id": "{}{:04}-{:07}", "carrier": "{}"}}, "origin": )",
                 carrier, random.below(10'000), index, carrier);
  write_airport(text, random);
  text += R"(, "dest": )";
  write_airport(text, random);
  const auto cents = static_cast<std::int64_t>(2'000 + random.below(300'000));
  fmt::format_to(into, R"(, "price": "{}", "ts": ")", decimal_text(cents, 2));
  fmt::format_to(into, "2026-{:02}-", 1 + random.below(12));
  fmt::format_to(into, "{:02}T", 1 + random.below(28));
  fmt::format_to(into, "{:02}:", random.below(24));
  fmt::format_to(into, "{:02}:", random.below(60));
  const std::string second = decimal_text(static_cast<std::int64_t>(random.below(60'000)), 3);
  fmt::format_to(into, R"({:0>6}Z", "passengers": {}, "note": ")", second, 1 + random.below(400));
  write_sentence(text, random, 6);
  text += "\"}";
}

void write_wide(std::string& text, std::uint64_t index) {
  SampleRandom random = random_of(index);
  const auto into = std::back_inserter(text);
  fmt::format_to(into, R"({{"c00": {})", index);
  std::uint64_t limit = 100;
  for (int column = 1; column < 30; ++column) {
    fmt::format_to(into, R"(, "c{:02}": )", column);
    if (column < 10) {
      fmt::format_to(into, "{}", random.below(limit *= 10));
    } else if (column < 15) {
      text += decimal_text(static_cast<std::int64_t>(random.below(20'000'000)) - 10'000'000, 4);
    } else if (column < 18) {
      text += random.below(2) == 0 ? "true" : "false";
    } else {
      text += '"';
      write_sentence(text, random, column % 2 == 0 ? 5 : 4);
      text += '"';
    }
  }
  text += '}';
}

struct Entry {
  std::string_view name;
  void (*write)(std::string& text, std::uint64_t index);
};
constexpr Entry entries[] = {
    {"guess", write_guess}, {"flight", write_flight}, {"wide", write_wide}};

const Entry& entry_of(std::string_view name) {
  const auto* found = std::ranges::find(entries, name, &Entry::name);
  if (found != std::end(entries)) return *found;
  throw std::invalid_argument(fmt::format("no shape \"{}\"", name));
}

}  // namespace

std::vector<std::string> Shape::names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

Shape::Shape(std::string_view name) : write_(entry_of(name).write) {}

std::string_view Shape::message(std::uint64_t index) {
  text_.clear();
  write_(text_, index);
  return text_;
}

}  // namespace sluice::bench
