#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"

namespace sluice {

// Reckons the SQL expressions of a plan over the records of a batch, before they are fitted to
// columns: first the filter, then the values of columns for what it left. SQLite runs them over the
// batch as a table.
//
// What an expression cannot be reckoned for becomes a reject. Where a plan has no expressions,
// nothing is done. One thread.
class Expressions {
 public:
  Expressions(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);
  ~Expressions();

  // For open records from `first` on.
  void reckon(Batch& batch, std::uint32_t first);

 private:
  class Group;

  void fill_fields(Batch& batch, std::uint32_t first) const;

  struct FieldCell {
    BrokerField field;
    std::size_t cell;
  };
  std::vector<FieldCell> fields_;
  std::vector<PartitionId> partitions_;
  std::vector<std::unique_ptr<Group>> groups_;  // that of the filter first
};

}  // namespace sluice
