#include "cli/extract_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/excerpt.h"
#include "base/json_list.h"
#include "base/json_text.h"
#include "base/number.h"
#include "cli/text_table.h"
#include "survey/definition_texts.h"

namespace sluice {
namespace {

// The least and greatest value, of the kind that most values are of.
struct Extremes {
  std::string min;
  std::string max;
  bool are_numbers = false;
};

std::optional<Extremes> extremes_of(const ValueProfile& profile) {
  const auto numbers = profile.count(Seen::integer) + profile.count(Seen::number);
  const auto texts =
      profile.count(Seen::date) + profile.count(Seen::datetime) + profile.count(Seen::text);
  if (numbers == 0 && texts == 0) return std::nullopt;
  if (numbers < texts) return Extremes{profile.texts().least, profile.texts().most};
  return Extremes{profile.numbers().least->written, profile.numbers().most->written, true};
}

std::int64_t missing_of(const FoundColumn& column, const Extract& extract) {
  if (extract.shape.format == MessageFormat::raw) return 0;
  return extract.profile.objects() - column.profile->present();
}

std::string distinct_text(const Distinct& distinct) {
  return fmt::format("{}{}", distinct.is_exact() ? "" : ">", distinct.count());
}

std::string length_text(const TextFacts& facts) {
  if (facts.shortest > facts.longest) return "";
  if (facts.shortest == facts.longest) return fmt::to_string(facts.longest);
  return fmt::format("{}-{}", facts.shortest, facts.longest);
}

std::string named(const Path& path) {
  return path.size() == 1 && path[0].key.empty() ? "\"\"" : notation(path);
}

std::string attribute_table(const Extract& extract) {
  TextTable table({"attribute", "column", "type", "seen", "min", "max", "distinct", "null",
                   "missing", "length"});
  for (const FoundColumn& column : extract.shape.columns) {
    const ValueProfile& profile = *column.profile;
    const auto extremes = extremes_of(profile).value_or(Extremes());
    table.add({named(column.path), column.name,
               type_text(column.spec) + (column.nullable ? ", null" : ""), shares_of(profile),
               extremes.min, extremes.max, distinct_text(profile.distinct()),
               fmt::to_string(profile.count(Seen::null)),
               fmt::to_string(missing_of(column, extract)), length_text(profile.texts())});
  }
  return table.text();
}

std::string remark_lines(const TopicShape& shape) {
  std::string text;
  for (const FoundColumn& column : shape.columns) {
    for (const std::string& remark : column.remarks) {
      text += fmt::format("  {}: {}\n", excerpt(column.name, 60), remark);
    }
  }
  for (const std::string& remark : shape.remarks) text += fmt::format("  {}\n", remark);
  return text;
}

std::string key_line(const TopicProfile& profile) {
  if (profile.with_key() == 0) return "  no message has a key\n";
  return fmt::format("  {} of {} have a key, {} distinct{}; \"$key\" maps it\n", profile.with_key(),
                     profile.messages(), distinct_text(profile.keys()),
                     profile.keys_not_utf8() > 0 ? ", not all UTF-8" : "");
}

std::string header_line(const TopicProfile& profile) {
  if (profile.with_headers() == 0) return "";
  return fmt::format("  {} of {} have headers, the first {}; \"$headers\" maps them\n",
                     profile.with_headers(), profile.messages(), profile.headers_example());
}

std::string seen_json(const ValueProfile& profile) {
  JsonObject json;
  for (const Seen kind : all_seen) {
    if (profile.count(kind) > 0) json.add(name_of(kind), profile.count(kind));
  }
  return std::move(json).text();
}

// A number that other programs cannot hold is a text for them.
void add_extreme(JsonObject& json, const char* key, const std::string& value, bool is_number) {
  if (is_number && nearest_real(value)) {
    json.add_number(key, value);
  } else {
    json.add(key, value);
  }
}

std::string column_json(const FoundColumn& column, const Extract& extract) {
  const ValueProfile& profile = *column.profile;
  JsonObject json;
  json.add_raw("path",
               json_list(column.path, [](const PathStep& step) { return json_string(step.key); }));
  json.add("column", column.name);
  json.add("type", name_of(column.spec.type));
  if (column.spec.type == ColumnType::decimal) {
    json.add("precision", column.spec.precision);
    json.add("scale", column.spec.scale);
  }
  if (column.spec.type == ColumnType::datetime) json.add("digits", column.spec.digits);
  json.add_raw("nullable", column.nullable ? "true" : "false");
  json.add_raw("seen", seen_json(profile));
  json.add("nulls", profile.count(Seen::null));
  json.add("missing", missing_of(column, extract));
  json.add("distinct", profile.distinct().count());
  json.add_raw("distinct_is_exact", profile.distinct().is_exact() ? "true" : "false");
  if (const auto extremes = extremes_of(profile)) {
    add_extreme(json, "min", extremes->min, extremes->are_numbers);
    add_extreme(json, "max", extremes->max, extremes->are_numbers);
  }
  if (profile.texts().shortest <= profile.texts().longest) {
    json.add("min_length", profile.texts().shortest);
    json.add("max_length", profile.texts().longest);
  }
  json.add_raw("remarks", json_list(column.remarks, json_string));
  return std::move(json).text();
}

std::string group_json(const TopicProfile::Group& group) {
  JsonObject json;
  json.add("count", group.count);
  if (group.count > 0) json.add("first", group.first);
  if (!group.reason.empty()) json.add("reason", group.reason);
  return std::move(json).text();
}

}  // namespace

std::string to_text(const Extract& extract) {
  const TopicProfile& profile = extract.profile;
  std::string text = fmt::format(
      "{}/{}: {} messages sampled of {} offsets in {} partition{}: {} JSON objects, {} others, {} "
      "tombstones\n",
      extract.source, extract.topic, profile.messages(), extract.log.offsets,
      extract.log.partitions, extract.log.partitions == 1 ? "" : "s", profile.objects(),
      profile.no_objects().count, profile.tombstones().count);
  if (extract.shape.columns.empty()) return text + "  nothing to learn from\n";
  return text + attribute_table(extract) + remark_lines(extract.shape) + key_line(profile) +
         header_line(profile);
}

std::string to_json(const Extract& extract) {
  const TopicProfile& profile = extract.profile;
  JsonObject json;
  json.add("source", extract.source);
  json.add("topic", extract.topic);
  json.add("format", extract.shape.format == MessageFormat::raw ? "raw" : "json");
  json.add("partitions", extract.log.partitions);
  json.add("offsets", extract.log.offsets);
  json.add("messages", profile.messages());
  json.add("objects", profile.objects());
  json.add_raw("no_objects", group_json(profile.no_objects()));
  json.add_raw("tombstones", group_json(profile.tombstones()));
  json.add("with_key", profile.with_key());
  json.add("distinct_keys", profile.keys().count());
  json.add("with_headers", profile.with_headers());
  json.add_raw("attributes", json_list(extract.shape.columns, [&](const FoundColumn& column) {
                 return column_json(column, extract);
               }));
  json.add_raw("remarks", json_list(extract.shape.remarks, json_string));
  return std::move(json).text();
}

}  // namespace sluice
