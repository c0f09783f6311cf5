#pragma once

#include <string_view>

#include "prepare/rules/rule_pass.h"

namespace sluice {

// `split`: a record becomes one for each part of a text. Empty parts are dropped; a text without
// any other gives no row, NULL one as it is. The records of a message are numbered anew, from 0.
class Split final : public RulePass {
 public:
  using RulePass::RulePass;

  // `last` is the batch's last record: those behind it would have to move.
  void run(Batch& batch, std::uint32_t first, std::uint32_t last,
           std::span<const std::size_t> topics) override;
  bool comes_last() const override { return true; }

 private:
  void split_record(Batch& batch, std::uint32_t record, std::uint32_t& element) const;
  void add(Batch& batch, std::uint32_t record, std::uint32_t& element) const;
};

}  // namespace sluice
