#include "action/known_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/excerpt.h"
#include "base/nearest.h"

namespace sluice {
namespace {

using Keys = std::vector<KnownKey>;

KnownKey original(std::string name) { return {std::move(name), Standing::original}; }

// Options of the original's file sources, which its documents hold in either place.
Keys with_file_options(Keys keys) {
  for (const char* name : {"dataXPATH", "encoding", "header", "header_offset", "offset", "limit",
                           "separator", "quotechar", "escapechar", "lineterminator",
                           "skipinitialspace", "doublequote", "worksheet"}) {
    keys.push_back(original(name));
  }
  return keys;
}

Keys document_keys() {
  return {{"$schema"},  // where editors find the JSON Schema
          {"name"},
          {"type"},
          {"params"},
          {"execution_mode"},
          {"timeout"},
          {"segmentation"},
          {"instances"},
          {"until"},
          {"max_messages"},
          {"idle_timeout"},
          {"if_running"},
          {"concurrent_executions"},
          {"lock_timeout"},
          {"publish_group"},
          {"memory_limit"},
          original("perimeter"),
          original("log_level"),
          original("logLevel")};
}

Keys params_keys() {
  return with_file_options({{"load_from"},
                            {"schema"},
                            {"load_to"},
                            {"load_batch_size"},
                            {"load_batch_interval"},
                            {"max_rejects"},
                            {"rules"},
                            {"filter"},
                            {"max_reject_ratio"},
                            {"write_mode"},
                            {"newest_by"},
                            {"on_new_attribute"},
                            {"on_data_loss"},
                            {"on_topic_changed"},
                            {"expect"},
                            {"alerts"},
                            original("force_utf8"),
                            original("segmentation"),
                            original("segmentationValues"),
                            original("segmentationVarName"),
                            original("segmentationChunkSize"),
                            original("perimeter"),
                            original("perimeterValues"),
                            original("perimeterVarName"),
                            original("log_level"),
                            original("logLevel")});
}

Keys load_from_keys() {
  return with_file_options({{"source"},
                            {"offset_number"},
                            {"timestamp"},
                            {"until_offset"},
                            {"until_timestamp"},
                            {"partitions"},
                            {"extract_chunk_size"},
                            {"format"},
                            {"explode"},
                            {"source_rules"},
                            original("force_utf8"),
                            original("condition")});
}

Keys mapping_keys() {
  return {{"type"},          {"attribute"},        {"path"}, {"value"}, {"sql"},
          original("table"), original("operation")};
}

Keys segmentation_keys() {
  return {{"active"}, {"type"}, original("var_name"), original("values"), original("chunksize")};
}

Keys condition_keys() {
  return {{"attribute_name"}, {"condition"}, {"condition_value"}, {"condition_values"}};
}

Keys rule_keys() {
  Keys keys = condition_keys();
  for (const char* name : {"action", "action_value", "action_values", "else_value"}) {
    keys.push_back({name});
  }
  return keys;
}

// The level's name in a message, for a key that stands one level off.
std::string_view name_of(Level level) {
  switch (level) {
    case Level::document:
      return "at the top of the document";
    case Level::params:
      return "in \"params\"";
    case Level::load_from:
      return "in \"load_from\"";
    case Level::mapping:
      return "in a column of \"schema\"";
    case Level::load_to:
      return "in \"load_to\"";
    case Level::segmentation:
      return "in \"segmentation\"";
    case Level::alert:
      return "in \"alerts\"";
    case Level::expect:
      return "in \"expect\"";
    case Level::rule:
      return "in a rule";
    case Level::condition:
      return "in a condition";
  }
  return "";
}

const KnownKey* find_key(Level level, std::string_view name) {
  const auto keys = known_keys(level);
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const KnownKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

// The keys worth suggesting: those with a meaning.
std::vector<std::string> suggestions(Level level) {
  std::vector<std::string> names;
  for (const KnownKey& key : known_keys(level)) {
    if (key.standing != Standing::original) names.push_back(key.name);
  }
  return names;
}

std::string hint_for_unknown(std::string_view name, Level level) {
  const std::string near = did_you_mean(name, suggestions(level));
  if (!near.empty()) return near;
  for (const Level other : {Level::document, Level::params, Level::load_from}) {
    const KnownKey* key = find_key(other, name);
    if (key != nullptr && key->standing != Standing::original) {
      return fmt::format(" (it belongs {})", name_of(other));
    }
  }
  return "";
}

void report_unknown(const JsonMember& member, Level level, Problems& problems) {
  problems.add(member.place(), fmt::format("unknown key \"{}\"{}", excerpt(member.key),
                                           hint_for_unknown(member.key, level)));
}

}  // namespace

std::span<const KnownKey> known_keys(Level level) {
  static const std::array<Keys, 10> keys = {
      document_keys(),
      params_keys(),
      load_from_keys(),
      mapping_keys(),
      Keys{{"source"}, original("force_utf8")},
      segmentation_keys(),
      Keys{{"name"}, {"when"}},
      Keys{{"min_rows"}, {"max_lag"}, {"max_reject_ratio"}, {"sql"}},
      rule_keys(),
      condition_keys()};
  return keys[static_cast<std::size_t>(level)];
}

void check_keys(const JsonNode& object, Level level, Findings& findings) {
  for (const JsonMember& member : object.members) {
    const KnownKey* key = find_key(level, member.key);
    if (key == nullptr) {
      report_unknown(member, level, findings.problems);
    } else if (key->standing == Standing::original) {
      findings.ignored.push_back(&member);
    }
  }
}

void warn_of_ignored(const Findings& findings) {
  std::vector<std::string> names;
  for (const JsonMember* member : findings.ignored) {
    const std::string name = fmt::format("\"{}\"", member->key);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return;
  findings.problems.warn(
      findings.ignored.front()->place(),
      fmt::format("{} {} no meaning for this program and {} ignored", fmt::join(names, ", "),
                  names.size() == 1 ? "has" : "have", names.size() == 1 ? "is" : "are"));
}

}  // namespace sluice
