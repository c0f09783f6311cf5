#include "source/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/timestamp.h"

namespace sluice {
namespace {

struct Entry {
  std::string_view name;
  MakeSample* make;
};

constexpr Entry entries[] = {
    {"guesses", make_guess},    {"flights", make_flight},      {"orders", make_order},
    {"payments", make_payment}, {"sensors", make_measurement}, {"words", make_sentence},
};

const Entry& entry_of(std::string_view name) {
  const auto* found = std::ranges::find(entries, name, &Entry::name);
  if (found != std::end(entries)) return *found;
  throw std::invalid_argument(fmt::format("no sample \"{}\"", name));
}

}  // namespace

std::vector<std::string> Sample::names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

Sample::Sample(std::string_view name, std::uint64_t seed)
    : draft_{.random = SampleRandom(seed)}, make_(entry_of(name).make) {}

Sample::Message Sample::next() {
  draft_.key.clear();
  draft_.value.clear();
  make_(draft_);
  ++draft_.index;
  return {.key = draft_.key.empty() ? Bytes() : Bytes(draft_.key), .value = draft_.value};
}

std::string decimal_text(std::int64_t value, int scale) {
  const std::int64_t size = value < 0 ? -value : value;
  std::string digits = fmt::format("{:0{}}", size, scale + 1);
  digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return (value < 0 ? "-" : "") + digits;
}

std::string zoned_time(EpochMs time_ms, int offset_minutes) {
  std::string text = format_iso8601(time_ms + offset_minutes * EpochMs{60'000}, 0);
  if (offset_minutes == 0) return text;
  text.pop_back();
  const int size = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return text + fmt::format("{}{:02}:{:02}", offset_minutes < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace sluice
