#include <fmt/format.h>

#include <algorithm>

#include "action/parts.h"
#include "base/excerpt.h"
#include "data/topic_name.h"

namespace sluice {
namespace {

struct Parts {
  std::string_view root;
  std::string_view container;
  std::string_view item;
};

std::optional<Parts> split(std::string_view text) {
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Parts parts{text.substr(0, first), text.substr(first + 1, second - first - 1),
              text.substr(second + 1)};
  const bool three = parts.item.find('/') == std::string_view::npos;
  if (!three || parts.container.empty() || parts.item.empty()) return std::nullopt;
  return parts;
}

bool is_plain(std::string_view name) {
  return std::none_of(name.begin(), name.end(),
                      [](char byte) { return static_cast<unsigned char>(byte) < 0x20; });
}

// A container is the name of a file of the catalog: it must not lead out of its folder.
std::string complaint(const Parts& parts, ItemKind kind) {
  if (!is_plain(parts.container) || parts.container.starts_with('.')) {
    return fmt::format("\"{}\" cannot be the name of a {}", excerpt(parts.container),
                       kind == ItemKind::topic ? "source" : "dataset");
  }
  if (kind == ItemKind::topic && !is_topic_name(parts.item)) {
    return fmt::format(
        "\"{}\" cannot be a topic: Kafka takes up to 249 letters, digits, dots, dashes and "
        "underscores",
        excerpt(parts.item, 60));
  }
  if (!is_plain(parts.item)) {
    return fmt::format("\"{}\" cannot be a table: control characters are not taken",
                       excerpt(parts.item, 60));
  }
  return "";
}

}  // namespace

std::optional<Address> parse_address(const JsonMember& member, ItemKind kind, Problems& problems) {
  const auto parts =
      member.value.is(JsonNode::Kind::text) ? split(member.value.text) : std::nullopt;
  if (!parts || parts->root != "dwh") {
    problems.add(member.value.place(),
                 fmt::format("\"{}\" must be \"{}\", not {}", member.key,
                             kind == ItemKind::topic ? "dwh/SOURCE/TOPIC" : "dwh/DATASET/TABLE",
                             describe(member.value)));
    return std::nullopt;
  }
  const std::string wrong = complaint(*parts, kind);
  if (!wrong.empty()) {
    problems.add(member.value.place(), wrong);
    return std::nullopt;
  }
  return Address{std::string(parts->container), std::string(parts->item), member.value.place()};
}

}  // namespace sluice
