#include "chaos/caught_up.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/text.h"

namespace sluice::test {
namespace {

Offsets next_offsets_in(const std::string& text) {
  const auto report = nlohmann::json::parse(text);
  Offsets offsets;
  for (const auto& partition : report.at("partitions")) {
    offsets[partition.at("partition")] = partition.at("next_offset");
  }
  return offsets;
}

std::string left_below(const Offsets& ends, const Offsets& offsets, const char* where) {
  std::string left;
  for (const auto& [partition, end] : ends) {
    const auto found = offsets.find(partition);
    if (found != offsets.end() && found->second >= end) continue;
    const std::string is = found == offsets.end() ? "not at all" : std::to_string(found->second);
    left += fmt::format("{}@{} was there before a run that caught up, and {} it is {}\n", partition,
                        end, where, is);
  }
  return left;
}

}  // namespace

bool is_caught_up(const Ended& ended) {
  return ended.exit_code == 0 && holds(ended.out, R"("stop_reason":"caught_up")");
}

std::string left_unread(const Ended& ended, const Offsets& ends_before, const Offsets& stored) {
  if (!is_caught_up(ended)) return {};
  return left_below(ends_before, next_offsets_in(ended.out), "in its report") +
         left_below(ends_before, stored, "in the table");
}

Offsets offsets_in(const std::string& positions) {
  Offsets offsets;
  std::istringstream words(positions);
  int partition = 0;
  char at = 0;
  std::int64_t offset = 0;
  while (words >> partition >> at >> offset) offsets[partition] = offset;
  return offsets;
}

}  // namespace sluice::test
