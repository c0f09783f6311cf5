#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/batch.h"
#include "plan/planned_rule.h"
#include "prepare/rules/condition.h"
#include "prepare/rules/operand.h"

namespace sluice {

// One rule on its way over the open records of a batch.
class RulePass {
 public:
  // `number`: of the rule in the plan. Plan and moments must outlive it.
  RulePass(const PlannedRule& rule, std::uint32_t number, const Moments& moments);
  virtual ~RulePass() = default;

  // Over the open records from `first` to `last` (exclusive), those of its topic if it is on
  // attributes. `topics`: of the partitions.
  virtual void run(Batch& batch, std::uint32_t first, std::uint32_t last,
                   std::span<const std::size_t> topics);

  // A split stands behind all others.
  virtual bool comes_last() const { return false; }
  // A record met it, and it ends the job.
  virtual bool asks_to_stop() const { return false; }

 protected:
  bool is_about(const Batch& batch, std::uint32_t record,
                std::span<const std::size_t> topics) const;
  Cell value(const Batch& batch, std::uint32_t record) const {
    return batch.attributes(record)[rule_.cell];
  }
  bool holds(const Batch& batch, std::uint32_t record) const {
    return condition_.holds(batch.attributes(record));
  }
  // Gives the record a new value, also where a json column takes it.
  void set(Batch& batch, std::uint32_t record, const Cell& cell) const;
  // The record gives no row.
  void skip(Batch& batch, std::uint32_t record) const;
  void reject(Batch& batch, std::uint32_t record, const Reason& reason, bool ends_job) const;

  // What happens where the condition does not hold: else_value, or nothing.
  virtual void otherwise(Batch& batch, std::uint32_t record) const;

  const PlannedRule& rule_;

 private:
  // What happens where the condition holds.
  virtual void apply(Batch&, std::uint32_t) {}

  const std::uint32_t number_;
  Condition condition_;
  std::optional<Operand> else_value_;
  const bool acts_otherwise_;
};

std::unique_ptr<RulePass> make_pass(const PlannedRule& rule, std::uint32_t number,
                                    const Moments& moments);

}  // namespace sluice
