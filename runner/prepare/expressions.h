#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"

namespace sluice {

// Reckons the SQL expressions of a plan over the records of a batch, before they are fitted to
// columns: first the filter, then the values of columns for what it left. SQLite runs them over the
// batch as a table.
//
// The broker's fields must be in their cells (BrokerFields). What an expression cannot be reckoned
// for becomes a reject. Where a plan has no expressions, nothing is done. One thread.
class Expressions {
 public:
  // `is_over`: the job must not go on; Error::interrupted() is thrown then.
  Expressions(const LoadPlan& plan, std::function<bool()> is_over);
  ~Expressions();

  // For open records from `first` on.
  void reckon(Batch& batch, std::uint32_t first);

 private:
  class Group;

  const std::function<bool()> is_over_;
  std::vector<std::unique_ptr<Group>> groups_;  // that of the filter first
};

}  // namespace sluice
