#include "action/read_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/byte_size.h"
#include "base/duration.h"
#include "base/nearest.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

// "a", "b" or "c"
std::string one_of(std::span<const std::string> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += fmt::format("\"{}\"", words[i]);
  }
  return out;
}

std::optional<PathStep> path_step(const JsonNode& item, std::string_view key, Problems& problems) {
  constexpr std::int64_t largest = UINT32_MAX;
  if (item.is(Kind::text)) return PathStep(item.text);
  const auto index = as_integer(item);
  if (index && *index >= 0 && *index <= largest)
    return PathStep(static_cast<std::uint32_t>(*index));
  problems.add(item.place(),
               fmt::format("\"{}\" must hold keys as texts and indexes from 0, not {}", key,
                           describe(item)));
  return std::nullopt;
}

}  // namespace

const JsonMember* present(const JsonNode& object, std::string_view key) {
  const JsonMember* member = object.find(key);
  return member == nullptr || member->value.is(Kind::null) ? nullptr : member;
}

void report_wrong(const JsonMember& member, std::string_view wanted, Problems& problems) {
  problems.add(member.value.place(), fmt::format("\"{}\" must be {}, not {}", member.key, wanted,
                                                 describe(member.value)));
}

void report_not_a_word(const JsonMember& member, std::span<const std::string> words,
                       Problems& problems) {
  const std::string hint =
      member.value.is(Kind::text) ? did_you_mean(member.value.text, words) : std::string();
  problems.add(member.value.place(), fmt::format("\"{}\" must be {}, not {}{}", member.key,
                                                 one_of(words), describe(member.value), hint));
}

std::optional<std::int64_t> as_integer(const JsonNode& node) {
  if (!node.is(Kind::number)) return std::nullopt;
  const char* const end = node.written.data() + node.written.size();
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(node.written.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::string> read_text(const JsonMember& member, Problems& problems) {
  if (member.value.is(Kind::text) && !member.value.text.empty()) return member.value.text;
  report_wrong(member, "a text that is not empty", problems);
  return std::nullopt;
}

std::optional<bool> read_boolean(const JsonMember& member, Problems& problems) {
  if (member.value.is(Kind::boolean)) return member.value.written == "true";
  report_wrong(member, "true or false", problems);
  return std::nullopt;
}

std::optional<std::int64_t> read_count(const JsonMember& member, std::int64_t least,
                                       Problems& problems) {
  const auto value = as_integer(member.value);
  if (value && *value >= least) return value;
  report_wrong(member, fmt::format("a whole number from {} to 9223372036854775807", least),
               problems);
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_duration(const JsonMember& member, Zero zero,
                                                       Problems& problems) {
  std::optional<std::chrono::milliseconds> duration;
  if (member.value.is(Kind::text)) duration = parse_duration(member.value.text);
  if (member.value.is(Kind::number)) duration = parse_duration(member.value.written);
  const bool too_short = duration && duration->count() == 0 && zero == Zero::refused;
  if (duration && !too_short) return duration;
  report_wrong(member,
               zero == Zero::refused
                   ? "seconds or a duration such as \"90s\", \"5m\" or \"2h\", more than zero"
                   : "seconds or a duration such as \"90s\", \"5m\" or \"2h\"",
               problems);
  return std::nullopt;
}

std::optional<std::int64_t> read_byte_size(const JsonMember& member, Problems& problems) {
  std::optional<std::int64_t> bytes;
  if (member.value.is(Kind::text)) bytes = parse_byte_size(member.value.text);
  if (member.value.is(Kind::number)) bytes = parse_byte_size(member.value.written);
  if (!bytes) report_wrong(member, "bytes or a size such as \"256MB\" or \"1GB\"", problems);
  return bytes;
}

std::optional<std::size_t> read_word(const JsonMember& member, std::span<const std::string> words,
                                     Problems& problems) {
  if (member.value.is(Kind::text)) {
    const auto found = std::find(words.begin(), words.end(), member.value.text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  }
  report_not_a_word(member, words, problems);
  return std::nullopt;
}

std::optional<Path> read_path(const JsonMember& member, Problems& problems) {
  if (!member.value.is(Kind::array) || member.value.items.empty()) {
    report_wrong(member, "an array of keys from the root down such as [\"origin\", \"city\"]",
                 problems);
    return std::nullopt;
  }
  Path path;
  for (const JsonNode& item : member.value.items) {
    if (auto step = path_step(item, member.key, problems)) path.push_back(std::move(*step));
  }
  if (path.size() < member.value.items.size()) return std::nullopt;
  if (path.front().index) {
    problems.add(
        member.value.items.front().place(),
        fmt::format("\"{}\" begins at the message's object: its first step is a key", member.key));
    return std::nullopt;
  }
  return path;
}

bool is_object(const JsonMember& member, Problems& problems) {
  if (member.value.is(Kind::object)) return true;
  report_wrong(member, "an object", problems);
  return false;
}

}  // namespace sluice
