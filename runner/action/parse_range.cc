#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "action/parts.h"
#include "action/read_value.h"
#include "base/excerpt.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;
using Partitions = std::vector<std::int32_t>;

constexpr std::int64_t largest_partition = std::numeric_limits<std::int32_t>::max();

// What an offset may be: -N (the last N) only where a load starts.
struct OffsetRule {
  std::int64_t least;
  std::string_view wanted;
};
constexpr OffsetRule start_rule = {
    -std::numeric_limits<std::int64_t>::max(),
    "an offset N, the last N offsets as -N, or a map of partitions to these"};
constexpr OffsetRule end_rule = {0, "an offset from 0, or a map of partitions to offsets"};

// A partition as a key: "0", "17"; not "+1", "01" or " 1".
std::optional<std::int32_t> parse_partition(std::string_view text) {
  std::int32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool canonical = text == "0" || (!text.empty() && text[0] >= '1' && text[0] <= '9');
  if (!canonical || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

void parse_map_entry(const JsonMember& entry, std::string_view key, const OffsetRule& rule,
                     std::map<std::int32_t, Offset>& offsets, Problems& problems) {
  const auto partition = parse_partition(entry.key);
  const auto offset = as_integer(entry.value);
  if (!partition) {
    problems.add(entry.place(),
                 fmt::format("\"{}\" is not the number of a partition", excerpt(entry.key, 60)));
  }
  if (!offset || *offset < rule.least) {
    problems.add(entry.value.place(),
                 fmt::format("an offset in \"{}\" must be a whole number{}, not {}", key,
                             rule.least < 0 ? "" : " from 0", describe(entry.value)));
  }
  if (partition && offset) offsets.emplace(*partition, *offset);
}

std::optional<Located<OffsetChoice>> parse_offsets(const JsonMember& member, const OffsetRule& rule,
                                                   Problems& problems) {
  if (member.value.is(Kind::object) && !member.value.members.empty()) {
    std::map<std::int32_t, Offset> offsets;
    for (const JsonMember& entry : member.value.members) {
      parse_map_entry(entry, member.key, rule, offsets, problems);
    }
    return Located<OffsetChoice>{offsets, member.value.place()};
  }
  const auto offset = as_integer(member.value);
  if (offset && *offset >= rule.least) {
    return Located<OffsetChoice>{*offset, member.value.place()};
  }
  report_wrong(member, rule.wanted, problems);
  return std::nullopt;
}

std::optional<Located<EpochMs>> parse_time(const JsonMember& member, Problems& problems) {
  std::optional<EpochMs> time_ms;
  if (member.value.is(Kind::text)) time_ms = parse_iso8601(member.value.text);
  if (member.value.is(Kind::number)) time_ms = as_integer(member.value);
  // Below zero Kafka's protocol gives timestamps another meaning (ListOffsets: -1 latest ...).
  if (time_ms && *time_ms >= 0) return Located<EpochMs>{*time_ms, member.value.place()};
  report_wrong(member,
               "an ISO 8601 time such as \"2026-11-23T04:00:00Z\" or milliseconds since 1970, not "
               "before 1970",
               problems);
  return std::nullopt;
}

std::optional<Located<Partitions>> parse_partitions(const JsonMember& member, Problems& problems) {
  if (!member.value.is(Kind::array) || member.value.items.empty()) {
    report_wrong(member, "an array of partition numbers such as [0, 3]", problems);
    return std::nullopt;
  }
  Partitions partitions;
  for (const JsonNode& item : member.value.items) {
    const auto number = as_integer(item);
    if (!number || *number < 0 || *number > largest_partition) {
      problems.add(item.place(), fmt::format("\"partitions\" must hold partition numbers, not {}",
                                             describe(item)));
      continue;
    }
    const auto partition = static_cast<std::int32_t>(*number);
    if (std::find(partitions.begin(), partitions.end(), partition) != partitions.end()) {
      problems.add(item.place(), fmt::format("partition {} is named twice", partition));
    }
    partitions.push_back(partition);
  }
  std::sort(partitions.begin(), partitions.end());
  return Located<Partitions>{partitions, member.value.place()};
}

void check_exclusive(const JsonMember* first, const JsonMember* second, Problems& problems) {
  if (first == nullptr || second == nullptr) return;
  problems.add(second->place(), fmt::format("\"{}\" and \"{}\" exclude each other: keep one",
                                            first->key, second->key));
}

// The partitions of a map must be among the selected ones.
void check_selected(const JsonMember* member, const LoadFrom& load, Problems& problems) {
  if (member == nullptr || !load.partitions) return;
  for (const JsonMember& entry : member->value.members) {
    const auto partition = parse_partition(entry.key);
    if (partition && !std::binary_search(load.partitions->value.begin(),
                                         load.partitions->value.end(), *partition)) {
      problems.add(entry.place(),
                   fmt::format("partition {} is not among \"partitions\"", *partition));
    }
  }
}

// The offset a choice names for a partition.
std::optional<Offset> offset_for(const OffsetChoice& choice, std::int32_t partition) {
  if (const Offset* offset = std::get_if<Offset>(&choice)) return *offset;
  const auto& offsets = std::get<std::map<std::int32_t, Offset>>(choice);
  const auto found = offsets.find(partition);
  return found == offsets.end() ? std::nullopt : std::optional(found->second);
}

Partitions named_partitions(const OffsetChoice& start, const OffsetChoice& end) {
  Partitions named;
  for (const OffsetChoice* choice : {&start, &end}) {
    const auto* offsets = std::get_if<std::map<std::int32_t, Offset>>(choice);
    if (offsets == nullptr) continue;
    for (const auto& entry : *offsets) named.push_back(entry.first);
  }
  if (named.empty()) named.push_back(0);  // numbers hold for every partition: one may speak for all
  return named;
}

void check_offset_range(const LoadFrom& load, Problems& problems) {
  if (!load.offset_number || !load.until_offset) return;
  const OffsetChoice& start = load.offset_number->value;
  const OffsetChoice& end = load.until_offset->value;
  for (const std::int32_t partition : named_partitions(start, end)) {
    const auto from = offset_for(start, partition);
    const auto until = offset_for(end, partition);
    if (!from || !until || *from < 0 || *from < *until) continue;
    problems.add(load.until_offset->place,
                 fmt::format("the range is empty: it starts at offset {} and ends before {}", *from,
                             *until));
    return;
  }
}

void check_time_range(const LoadFrom& load, Problems& problems) {
  if (!load.timestamp || !load.until_timestamp) return;
  if (load.timestamp->value < load.until_timestamp->value) return;
  problems.add(load.until_timestamp->place,
               fmt::format("the range is empty: it starts at {} and ends before {}",
                           format_iso8601(load.timestamp->value, 3),
                           format_iso8601(load.until_timestamp->value, 3)));
}

}  // namespace

void parse_range(const JsonNode& entry, LoadFrom& load, Problems& problems) {
  const JsonMember* offset_number = present(entry, "offset_number");
  const JsonMember* timestamp = present(entry, "timestamp");
  const JsonMember* until_offset = present(entry, "until_offset");
  const JsonMember* until_timestamp = present(entry, "until_timestamp");
  const JsonMember* partitions = present(entry, "partitions");

  if (offset_number) load.offset_number = parse_offsets(*offset_number, start_rule, problems);
  if (timestamp) load.timestamp = parse_time(*timestamp, problems);
  if (until_offset) load.until_offset = parse_offsets(*until_offset, end_rule, problems);
  if (until_timestamp) load.until_timestamp = parse_time(*until_timestamp, problems);
  if (partitions) load.partitions = parse_partitions(*partitions, problems);

  check_exclusive(offset_number, timestamp, problems);
  check_exclusive(until_offset, until_timestamp, problems);
  check_selected(offset_number, load, problems);
  check_selected(until_offset, load, problems);
  check_offset_range(load, problems);
  check_time_range(load, problems);
}

}  // namespace sluice
