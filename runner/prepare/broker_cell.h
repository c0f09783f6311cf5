#pragma once

#include "data/batch.h"
#include "data/position.h"
#include "plan/plan.h"

namespace sluice {

// What the broker knows of a message, as an expression sees it: offset and partition are integers;
// the timestamp is a text such as 2026-11-23T03:41:19.123000Z, the date its day, both NULL without
// one; key and value are texts, or blobs where they are not UTF-8; headers are JSON.
Cell broker_cell(Arena& arena, const Message& message, const PartitionId& id, BrokerField field);

}  // namespace sluice
