#pragma once

#include <string>

#include "base/json_text.h"
#include "data/position.h"

namespace sluice {

// A partition's name as every JSON output of ours begins with it: source, topic, partition.
inline void add_partition(JsonObject& json, const PartitionId& id) {
  json.add("source", id.source);
  json.add("topic", id.topic);
  json.add("partition", id.partition);
}

inline std::string json_of_partition(const PartitionId& id) {
  JsonObject json;
  add_partition(json, id);
  return std::move(json).text();
}

}  // namespace sluice
