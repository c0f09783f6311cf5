#pragma once

#include <cstdint>
#include <functional>
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
  // `is_over`: the job must not go on; Error::interrupted() is thrown then.
  Expressions(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
              std::function<bool()> is_over);
  ~Expressions();

  // For open records from `first` on.
  void reckon(Batch& batch, std::uint32_t first);

 private:
  class Group;

  void fill_fields(Batch& batch, std::uint32_t first) const;

  struct FieldCell {
    BrokerField field;
    std::size_t cell;
    ColumnSpec form;  // in which SQL sees it
  };
  const std::function<bool()> is_over_;
  std::vector<FieldCell> fields_;
  std::vector<PartitionId> partitions_;
  std::vector<std::unique_ptr<Group>> groups_;  // that of the filter first
};

}  // namespace sluice
