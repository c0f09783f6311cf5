#pragma once

#include <cstdint>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"

namespace sluice {

// Puts what the broker knows of messages into the cells in which expressions and rules see it:
// offset and partition as numbers, all else as columns of type text have it. Where a plan has no
// such cells, nothing is done.
class BrokerFields {
 public:
  BrokerFields(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  // For open messages of the records from `first` on.
  void fill(Batch& batch, std::uint32_t first) const;

 private:
  struct FieldCell {
    BrokerField field;
    std::size_t cell;
    ColumnSpec form;
  };
  std::vector<FieldCell> fields_;
  std::vector<PartitionId> partitions_;
};

}  // namespace sluice
