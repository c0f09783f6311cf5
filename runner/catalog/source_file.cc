#include "catalog/source_file.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "catalog/fixed_properties.h"
#include "catalog/security_file.h"
#include "catalog/servers.h"
#include "catalog/wording.h"
#include "data/topic_name.h"

namespace sluice {
namespace {

std::string read_server(YamlReader& reader, const YamlValue& value) {
  const auto text = reader.text(value, "servers");
  if (!text) return {};
  std::string servers = normal_servers(text->value);
  if (text->value.find('@') != std::string::npos) {
    reader.problem(value.place,
                   "servers must be \"host:port\" or a list of these; who we are stands under "
                   "security");
    return {};
  }
  if (servers.empty()) {
    reader.problem(
        value.place,
        fmt::format("servers must be \"host:port\" or a list of these, not {}", text->shown));
  }
  return servers;
}

std::string read_servers(YamlReader& reader, const YamlValue& value) {
  if (!value.node.IsSequence()) return read_server(reader, value);
  const auto items = reader.list(value, "servers");
  if (items.empty()) reader.problem(value.place, "servers must name at least one \"host:port\"");
  std::string servers;
  for (const YamlValue& item : items) {
    const std::string server = read_server(reader, item);
    if (server.empty()) continue;
    servers.append(servers.empty() ? "" : ",").append(server);
  }
  return servers;
}

std::chrono::milliseconds read_connect_timeout(YamlReader& reader, const YamlValue& value) {
  const auto text = reader.text(value, "connect_timeout");
  if (!text) return {};
  const auto duration = parse_duration(text->value);
  if (duration && duration->count() > 0) return *duration;
  reader.problem(
      value.place,
      fmt::format("connect_timeout must be a time such as 10s or 500ms, not {}", text->shown));
  return {};
}

std::vector<Property> read_properties(YamlReader& reader, const YamlValue& value) {
  std::vector<Property> properties;
  for (const YamlEntry& entry : reader.map(value, "properties").entries) {
    const std::string_view reason = why_fixed(entry.key);
    if (!reason.empty()) {
      reader.problem(entry.key_place,
                     fmt::format("{} cannot be set here: {}", in_quotes(entry.key), reason));
      continue;
    }
    auto text = reader.text(entry.value, fmt::format("property {}", in_quotes(entry.key)));
    if (text)
      properties.push_back(
          {entry.key, std::move(text->value), entry.key_place, text->is_reference});
  }
  return properties;
}

std::vector<std::string> read_attributes(YamlReader& reader, const YamlValue& value) {
  std::vector<std::string> names;
  for (const YamlEntry& entry : reader.map(value, "attributes").entries) {
    reader.word(entry.value, "type", attribute_types);
    names.push_back(entry.key);
  }
  return names;
}

Topic read_topic(YamlReader& reader, const YamlEntry& entry) {
  Topic topic{.name = entry.key, .place = entry.key_place, .attributes = {}};
  if (!is_topic_name(entry.key)) {
    reader.problem(entry.key_place,
                   fmt::format("{} cannot be the name of a topic: Kafka allows up to 249 letters, "
                               "digits, '.', '_' and '-'",
                               in_quotes(entry.key)));
  }
  if (entry.value.node.IsNull()) return topic;  // "orders:" alone declares it
  const std::string what = fmt::format("topic {}", in_quotes(entry.key));
  const YamlMap map = reader.map(entry.value, what, topic_keys);
  if (const auto* policy = map.find("offset_policy")) {
    const auto word = reader.word(*policy, "offset_policy", offset_policies);
    if (word == "latest") topic.offset_policy = OffsetPolicy::latest;
  }
  if (const auto* attributes = map.find("attributes")) {
    topic.attributes = read_attributes(reader, *attributes);
  }
  return topic;
}

}  // namespace

SourceEntry read_source(YamlReader& reader, const YamlValue& root, const std::string& name) {
  SourceEntry source;
  source.name = name;
  source.place = root.place;
  const YamlMap map = reader.map(root, "a source", source_keys);
  if (const auto* connector = map.find("connector")) {
    reader.word(*connector, "connector", connectors);
  } else {
    reader.problem(root.place, "a source needs \"connector: kafka\"");
  }
  if (const auto* servers = map.find("servers")) {
    source.servers = read_servers(reader, *servers);
  } else {
    reader.problem(root.place, "a source needs \"servers: host:port\"");
  }
  if (const auto* security = map.find("security"))
    source.security = read_security(reader, *security);
  if (const auto* timeout = map.find("connect_timeout")) {
    source.connect_timeout = read_connect_timeout(reader, *timeout);
  }
  if (const auto* properties = map.find("properties")) {
    source.properties = read_properties(reader, *properties);
  }
  if (const auto* topics = map.find("topics")) {
    for (const YamlEntry& entry : reader.map(*topics, "topics").entries) {
      source.topics.emplace(entry.key, read_topic(reader, entry));
    }
  }
  return source;
}

}  // namespace sluice
