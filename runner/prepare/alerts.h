#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"

namespace sluice {

// Reckons the alerts of a plan over the rows of a batch, after they were fitted. An alert changes
// no row: one that cannot be reckoned for a row is noted as such. One thread.
class Alerts {
 public:
  explicit Alerts(const std::vector<PlannedAlert>& alerts);
  ~Alerts();

  // Notes in the batch which rows from `first` on an alert is about.
  void watch(Batch& batch, std::size_t first);

 private:
  class Group;
  std::vector<std::unique_ptr<Group>> groups_;
};

}  // namespace sluice
