#include "survey/definition_texts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/json_text.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr std::size_t most_aligned = 30;  // characters of a column's name

std::string column_flow(const FoundColumn& column) {
  std::string flow = fmt::format("{{ type: {}", name_of(column.spec.type));
  if (column.spec.type == ColumnType::decimal) {
    flow += fmt::format(", precision: {}, scale: {}", column.spec.precision, column.spec.scale);
  }
  if (column.spec.type == ColumnType::datetime) {
    flow += fmt::format(", digits: {}", column.spec.digits);
  }
  return flow + (column.nullable ? ", nullable: true }" : " }");
}

std::string in_json(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string path_json(const Path& path) {
  std::string json;
  for (const PathStep& part : path) json += (json.empty() ? "" : ", ") + in_json(part.key);
  return fmt::format("[{}]", json);
}

// Bare names of the broker's fields mean the message's attribute only as a path.
bool is_name_of_broker_field(std::string_view name) {
  constexpr std::array<std::string_view, 8> fields = {"offset", "partition", "timestamp", "date",
                                                      "topic",  "key",       "headers",   "value"};
  return std::ranges::count(fields, name) > 0;
}

std::string mapping(const FoundColumn& column) {
  const std::string& first = column.path.front().key;
  const bool is_name = column.path.size() == 1 && !first.empty() && !is_name_of_broker_field(first);
  return fmt::format(
      R"({{ "type": "default", {} }})",
      is_name ? R"("attribute": )" + in_json(first) : R"("path": )" + path_json(column.path));
}

}  // namespace

YamlItem attributes_item(const TopicShape& shape) {
  YamlItem item{.key = "attributes"};
  for (const auto& [name, type] : shape.attributes) {
    item.children.push_back({.key = name, .value = std::string(name_of(type))});
  }
  return item;
}

YamlItem table_item(const TopicShape& shape, const std::string& table, const std::string& origin) {
  YamlItem columns{.key = "columns"};
  for (const FoundColumn& column : shape.columns) {
    columns.children.push_back({.key = column.name,
                                .value = column_flow(column),
                                .comment = fmt::format("{}", fmt::join(column.remarks, "; "))});
  }
  YamlItem item{.key = table, .comment = origin};
  item.children.push_back(std::move(columns));
  item.children.push_back({.key = "provenance", .value = "true"});
  return item;
}

std::string dataset_text(const std::string& dataset) {
  return fmt::format("engine: sqlite\npath: {}\n", yaml_text(fmt::format("data/{}.db", dataset)));
}

std::string action_text(const TopicShape& shape, const ActionNames& names) {
  std::size_t width = 0;
  for (const FoundColumn& column : shape.columns) {
    width = std::max(width, std::min(utf8_length(in_json(column.name)), most_aligned));
  }
  std::string schema;
  for (const FoundColumn& column : shape.columns) {
    const std::string name = in_json(column.name);
    const std::size_t size = utf8_length(name);
    schema += fmt::format("{}\n      {}: {}{}", schema.empty() ? "" : ",", name,
                          std::string(width > size ? width - size : 0, ' '), mapping(column));
  }
  return fmt::format(R"({{
  "name": {},
  "type": "load",
  "params": {{
    "load_from": [{{ "source": {}{} }}],
    "schema": {{{}
    }},
    "load_to": {{ "source": {} }}
  }},
  "timeout": "2h"
}}
)",
                     in_json("load-" + names.topic),
                     in_json(fmt::format("dwh/{}/{}", names.source, names.topic)),
                     shape.format == MessageFormat::raw ? R"(, "format": "raw")" : "", schema,
                     in_json(fmt::format("dwh/{}/{}", names.dataset, names.table)));
}

std::string type_text(const ColumnSpec& spec) {
  if (spec.type == ColumnType::decimal) {
    return fmt::format("decimal ({},{})", spec.precision, spec.scale);
  }
  if (spec.type == ColumnType::datetime) return fmt::format("datetime ({})", spec.digits);
  return std::string(name_of(spec.type));
}

}  // namespace sluice
