#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "plan/plan.h"

namespace sluice {

// Reckons the alerts of a plan over the rows of a batch, after they were fitted. An alert changes
// no row: one that cannot be reckoned for a row is noted as such. One thread.
class Alerts {
 public:
  // `is_over`: the job must not go on; Error::interrupted() is thrown then.
  Alerts(const std::vector<PlannedAlert>& alerts, std::function<bool()> is_over);
  ~Alerts();

  // Notes in the batch which rows from `first` on an alert is about.
  void watch(Batch& batch, std::size_t first);

 private:
  class Group;
  const std::function<bool()> is_over_;
  std::vector<std::unique_ptr<Group>> groups_;
};

}  // namespace sluice
