#pragma once

#include "data/batch.h"
#include "data/position.h"
#include "plan/plan.h"

namespace sluice {

// What the broker knows of a message, for a column of this kind (that why_unfit() has no objection
// to): offset and partition are integers, or texts; the timestamp is a datetime with the column's
// digits, or epoch ms; both it and the date are NULL for a message without one. Key and value are
// texts, or blobs where they are not UTF-8 or the column is one; headers are JSON.
Cell broker_cell(Arena& arena, const Message& message, const PartitionId& id, BrokerField field,
                 const ColumnSpec& spec);

}  // namespace sluice
