#include "action/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "action/json_tree.h"
#include "action/override.h"
#include "base/excerpt.h"
#include "base/json_text.h"

namespace sluice {
namespace {

using Kind = JsonNode::Kind;

// Names, places and what has a section of its own in a plan.
constexpr std::array<std::string_view, 9> no_settings = {
    "$schema", "name",      "type",
    "params",  "load_from", "schema",
    "load_to", "source",    "concurrent_executions"};

struct Default {
  std::string_view key;
  std::string_view value;
};
constexpr Default defaults[] = {{"execution_mode", "serverless"},
                                {"timeout", "2h"},
                                {"until", "timeout"},
                                {"instances", "1"},
                                {"if_running", "fail"},
                                {"lock_timeout", "60s"},
                                {"memory_limit", "256MB"},
                                {"load_batch_size", "50000"},
                                {"load_batch_interval", "1s"},
                                {"max_rejects", "0"},
                                {"write_mode", "append"},
                                {"on_new_attribute", "ignore"},
                                {"on_data_loss", "fail"},
                                {"on_topic_changed", "fail"},
                                {"extract_chunk_size", "2000"},
                                {"format", "json"}};

std::string compact(const JsonNode& node) {
  std::string json;
  if (node.is(Kind::array)) {
    for (const JsonNode& item : node.items) json += (json.empty() ? "" : ",") + compact(item);
    return "[" + json + "]";
  }
  if (!node.is(Kind::object)) return node.written;
  for (const JsonMember& member : node.members) {
    if (!json.empty()) json += ',';
    append_json_string(json, member.key);
    json += ":" + compact(member.value);
  }
  return "{" + json + "}";
}

// Where the value was written: the option's name, or file, line and column.
std::string origin_of(const JsonMember& member) {
  const Place place = member.value.place();
  const std::string& path = place.document->path;
  if (path.starts_with("--")) return path.substr(0, path.find(' '));
  return fmt::format("{}:{}:{}", path, place.line, place.column);
}

// A ratio stands in the place of the count that would be the default.
std::string default_in(const JsonNode& object, const std::string& key) {
  if (key == "max_rejects" && object.find("max_reject_ratio") != nullptr) return "none";
  if (key == "timeout") {
    const JsonMember* mode = object.find("execution_mode");
    if (mode != nullptr && mode->value.text == "always-up") return "none";
  }
  return std::string(default_of(key));
}

void add_level(const JsonNode& object, Level level, const std::string& prefix,
               std::vector<Setting>& settings) {
  for (const KnownKey& known : known_keys(level)) {
    if (known.standing != Standing::supported) continue;
    if (std::ranges::count(no_settings, known.name) > 0) continue;
    const JsonMember* member = object.find(known.name);
    const std::string key = prefix + known.name;
    if (member == nullptr) {
      settings.push_back({key, default_in(object, known.name), "default"});
    } else {
      const bool is_text = member->value.is(Kind::text);
      settings.push_back({key, is_text ? excerpt(member->value.text) : compact(member->value),
                          origin_of(*member)});
    }
  }
}

}  // namespace

std::string_view default_of(std::string_view key) {
  const auto* found = std::ranges::find(defaults, key, &Default::key);
  return found == std::end(defaults) ? "none" : found->value;
}

std::vector<Setting> settings_of(std::shared_ptr<const SourceText> document,
                                 std::span<const Override> overrides) {
  Problems told_before;
  auto root = parse_json(std::move(document), told_before);
  std::vector<Setting> settings;
  if (!root) return settings;
  apply_overrides(overrides, *root, told_before);
  add_level(*root, Level::document, "", settings);
  const JsonMember* params = root->find("params");
  if (params == nullptr) return settings;
  add_level(params->value, Level::params, "params.", settings);
  const JsonMember* from = params->value.find("load_from");
  if (from == nullptr) return settings;
  if (from->value.is(Kind::object)) {
    add_level(from->value, Level::load_from, "params.load_from.", settings);
  }
  for (std::size_t i = 0; i < from->value.items.size(); ++i) {
    add_level(from->value.items[i], Level::load_from, fmt::format("params.load_from.{}.", i),
              settings);
  }
  return settings;
}

}  // namespace sluice
