#include "data/position.h"

#include <fmt/format.h>

namespace sluice {

std::string notation(const PartitionId& id, Offset next_offset) {
  return fmt::format("{}/{}@{}", id.topic, id.partition, next_offset);
}

std::string notation(const PartitionId& id) { return fmt::format("{}/{}", id.topic, id.partition); }

}  // namespace sluice
