#pragma once

#include <string>

#include "catalog/yaml_edit.h"
#include "survey/topic_shape.h"

namespace sluice {

// Definitions of a load as a person would have written them, for a shape with columns.

// Entry "attributes" of a topic in schemas/sources/<name>.yaml.
YamlItem attributes_item(const TopicShape& shape);

// Entry of a table in schemas/datasets/<name>.yaml, remarks as comments. `origin` says where it
// comes from.
YamlItem table_item(const TopicShape& shape, const std::string& table, const std::string& origin);

// A dataset's file of its own, without tables.
std::string dataset_text(const std::string& dataset);

// actions/<topic>.json
struct ActionNames {
  std::string source;
  std::string topic;
  std::string dataset;
  std::string table;
};
std::string action_text(const TopicShape& shape, const ActionNames& names);

// "decimal (10,2)", "datetime (3)": a column's type with what belongs to it, for people.
std::string type_text(const ColumnSpec& spec);

}  // namespace sluice
