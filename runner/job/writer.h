#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "job/report.h"
#include "plan/positions.h"
#include "store/store.h"

namespace sluice {

// The writing half of a load: stores batches and keeps the account of what is committed. The only
// user of the store while a job runs. It knows nothing of the sources.
class Writer {
 public:
  Writer(Store& store, const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  // The job goes on from positions that were decided anew: batches number these partitions from
  // now on. The account stays.
  void go_on_from(const std::vector<PlannedPartition>& partitions);

  // Stores the batch and empties it. Throws what Store::write throws; the account then is still
  // that of what was committed. Throws Error{bad_data} after the commit of everything before the
  // first reject that the budget has no room for, or that brought the job over its ratio.
  void write(Batch& batch);

  // Throws Error{bad_data} where more of the job's messages were rejected than the ratio of its
  // budget allows. What is committed stays.
  void judge_ratio() const;

  // Whether the rejects that the batch holds are more than the job may still have.
  bool is_over_budget(const Batch& batch) const;

  const Counts& counts() const { return counts_; }
  const std::vector<PartitionReport>& partitions() const { return reports_; }
  const std::vector<AlertReport>& alerts() const { return alerts_; }
  const std::vector<RuleReport>& rules() const { return rules_; }

 private:
  void account(const Batch& batch, const Written& written);
  void account_alerts(const Batch& batch, const Written& written);
  void account_rules(const Batch& batch, const Written& written);
  Error over_budget_error(const Batch& batch, const OverBudget& over) const;
  std::string over_budget_text(const Batch& batch, const OverBudget& over) const;

  Store& store_;
  RejectBudget budget_;
  Counts counts_;
  std::vector<PartitionReport> reports_;
  std::vector<AlertReport> alerts_;
  std::vector<RuleReport> rules_;
};

}  // namespace sluice
