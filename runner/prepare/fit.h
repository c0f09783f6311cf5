#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"

namespace sluice {

// Fits the cells of messages to the columns of a table: a message becomes a row, or a reject that
// names the column and why. The one place where types are decided, for every store.
//
// A value that does not fit is a reject, never a rounding. A missing attribute and a null are both
// NULL. Used by one thread at a time; allocates only for rejects.
class Fitter {
 public:
  Fitter(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  // Decides every open message of the records from `first` on. A message whose records are all
  // filtered is filtered; one with a record that does not fit is a reject as a whole.
  void fit(Batch& batch, std::uint32_t first);

 private:
  std::uint32_t fit_message(Batch& batch, std::uint32_t record);
  bool fit_record(Batch& batch, std::uint32_t record);
  Cell source_cell(Batch& batch, std::uint32_t record, std::size_t column);
  Cell broker_cell(Batch& batch, const Message& message, BrokerField field, ColumnType type);

  std::vector<PlannedColumn> columns_;
  std::vector<Cell> constants_;  // beside columns_; missing where it is no constant
  std::vector<PartitionId> partitions_;
};

}  // namespace sluice
