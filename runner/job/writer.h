#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "data/batch.h"
#include "job/report.h"
#include "plan/positions.h"
#include "store/store.h"

namespace sluice {

// The writing half of a load: stores batches and keeps the account of what is committed. The only
// user of the store while a job runs. It knows nothing of the sources.
//
// One thread at a time writes; committed() may be asked by any.
class Writer {
 public:
  Writer(Store& store, const LoadPlan& plan, const std::vector<PlannedPartition>& partitions);

  // The job goes on from positions that were decided anew: batches number these partitions from
  // now on. The account stays. Nothing may be open.
  void go_on_from(const std::vector<PlannedPartition>& partitions);

  // Writes the batch and empties it; `then` tells whether its transaction ends with it. Returns
  // whether something was committed. Throws what Store::write throws; the account then is still
  // that of what was committed. Throws Error{bad_data} after the commit of everything before the
  // first reject that the budget has no room for, or where a commit brought the job over its ratio.
  bool write(Batch& batch, Then then);

  // Commits what write() left open. Returns whether there was anything. Throws what Store::commit
  // throws, and Error{bad_data} as write().
  bool commit();

  // See Store::pass_lost_ranges(). Nothing may be open.
  void pass_lost_ranges(const std::vector<PartitionIndex>& partitions);

  // Throws Error{bad_data} where more of the job's messages were rejected than the ratio of its
  // budget allows. What is committed stays.
  void judge_ratio() const;

  // What is committed. Not while another thread writes.
  const Counts& counts() const { return committed_.counts; }
  const std::vector<AlertReport>& alerts() const { return committed_.alerts; }
  const std::vector<RuleReport>& rules() const { return committed_.rules; }
  std::vector<PartitionReport> partitions() const;  // at any time

 private:
  struct Account {
    Counts counts;
    std::vector<PartitionReport> partitions;
    std::vector<AlertReport> alerts;
    std::vector<RuleReport> rules;
  };

  void account(const Batch& batch, const Written& written);
  void account_alerts(const Batch& batch, const Written& written);
  void account_rules(const Batch& batch, const Written& written);
  void settle();
  void judge_ratio_so_far() const;
  Error over_budget_error(const Batch& batch, const OverBudget& over) const;
  std::string over_budget_text(const Batch& batch, const OverBudget& over) const;

  Store& store_;
  RejectBudget budget_;
  Account written_;  // with what is not committed yet
  Account committed_;
  bool is_open_ = false;      // the transaction
  mutable std::mutex mutex_;  // of committed_
};

}  // namespace sluice
