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
// NULL, but that a column's default stands for the missing one. Used by one thread at a time;
// allocates only for rejects, and where the batch's arena grows.
class Fitter {
 public:
  Fitter(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  // Decides every open message of the records from `first` on. A message whose records are all
  // filtered is filtered; one with a record that does not fit is a reject as a whole. In an upsert
  // a tombstone becomes the key of the row that it deletes, or a reject.
  void fit(Batch& batch, std::uint32_t first);

 private:
  // What most columns are, close together in memory.
  struct Plain {
    ColumnType type;
    std::optional<std::uint32_t> attribute;  // that its value is in
  };

  std::uint32_t fit_message(Batch& batch, std::uint32_t record);
  bool fit_record(Batch& batch, std::uint32_t record);
  void fit_tombstone(Batch& batch, std::uint32_t record);
  bool fit_cell(Batch& batch, std::uint32_t record, std::size_t column, Cell& fitted);
  Cell source_cell(Batch& batch, std::uint32_t record, std::size_t column);
  Cell mapped(Batch& batch, std::uint32_t record, std::size_t column);
  bool is_fitted(Batch& batch, std::uint32_t record, std::size_t column, const Cell& cell);

  const bool upserts_;
  const bool tombstones_delete_;
  const std::vector<std::size_t> key_cells_;
  std::vector<PlannedColumn> columns_;
  // Beside columns_, viewing what those hold; missing where there is none.
  std::vector<Cell> constants_;
  std::vector<Cell> defaults_;
  std::vector<char> comes_fitted_;
  std::vector<Plain> plain_;
  std::vector<PartitionId> partitions_;
};

}  // namespace sluice
