#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "prepare/rules/operand.h"

namespace sluice {

class RulePass;

// The preparation rules of a plan, run over the records of a batch: each rule is one pass, in their
// order, and sees what the one before it left. Those on attributes come before the expressions and
// the filter, those on columns after them and before the fit to the columns' types; a split comes
// last among its own.
//
// A record that a rule skips is filtered and says by which; a value that an action can make nothing
// of is a reject. Where a plan has no rules, nothing is done. Allocates nothing for a record but
// what regular expressions and times need. One thread; it must outlive the batches it has seen,
// whose cells may view its constants.
class Rules {
 public:
  // `clock`: for $today, $now and $yesterday, asked once for each call below.
  Rules(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions, const Clock& clock);
  ~Rules();
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  // Runs source_rules on the open records from `first` on.
  void prepare_attributes(Batch& batch, std::uint32_t first);

  // Takes the values of columns that rules name to cells of their own, and runs `rules` there.
  void prepare_columns(Batch& batch, std::uint32_t first);

  // A record met a rule that ends the job: what is in the batch is to be its last.
  bool asks_to_stop() const { return asks_to_stop_; }

 private:
  using Passes = std::vector<std::unique_ptr<RulePass>>;

  void run(const Passes& passes, Batch& batch, std::uint32_t first);
  void fetch_columns(Batch& batch, std::uint32_t first, std::uint32_t last) const;
  Cell mapped(Batch& batch, std::uint32_t record, std::size_t column) const;
  void give_back_json(Batch& batch, std::uint32_t first) const;

  const Clock& clock_;
  const std::vector<PlannedRule> rules_;
  std::vector<PlannedColumn> columns_;  // that rules name
  Arena arena_{4 << 10};                // of what constants are made of
  std::vector<Cell> constants_;         // beside columns_; missing where the value is none
  std::vector<PartitionId> partitions_;
  std::vector<std::size_t> topics_;  // by partition
  Moments moments_;
  Passes on_attributes_;
  Passes on_columns_;
  bool asks_to_stop_ = false;
};

}  // namespace sluice
