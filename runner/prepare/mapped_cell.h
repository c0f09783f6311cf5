#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "prepare/broker_cell.h"

namespace sluice {

// What a column's mapping gives for a record. `constant`: where the column is mapped to one.
// `partitions`: by PartitionIndex.
inline Cell mapped_cell(Batch& batch, std::uint32_t record, const PlannedColumn& column,
                        const Cell& constant, std::span<const PartitionId> partitions) {
  if (const auto* attribute = std::get_if<std::size_t>(&column.from)) {
    return batch.attributes(record)[*attribute];
  }
  if (const auto* field = std::get_if<BrokerField>(&column.from)) {
    const Message& message = batch.messages()[batch.record(record).message].record;
    return broker_cell(batch.arena(), message, partitions[message.partition], *field, column.spec);
  }
  return constant;
}

}  // namespace sluice
