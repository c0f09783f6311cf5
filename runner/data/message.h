#pragma once

#include <cstdint>
#include <string_view>

#include "base/timestamp.h"
#include "data/position.h"

namespace sluice {

// Bytes that may be absent. In Kafka a null value (a tombstone) and an empty one differ, so does
// a null key: a null pointer is null, an empty value has a pointer and no size.
using Bytes = std::string_view;
inline bool is_null(Bytes bytes) { return bytes.data() == nullptr; }

inline constexpr EpochMs no_timestamp = -1;

// One record as a source hands it out. The bytes belong to the source and live until it is asked
// again; who needs them longer copies them (Batch::take does).
struct Message {
  PartitionIndex partition = 0;
  Offset offset = 0;
  EpochMs timestamp_ms = no_timestamp;
  Bytes key{};
  Bytes value{};
  Bytes headers{};  // null without any; else a JSON array of [name, value], see formats in README
};

}  // namespace sluice
