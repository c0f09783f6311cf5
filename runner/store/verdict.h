#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/batch.h"
#include "store/store.h"

namespace sluice {

// What a batch comes to under a budget of rejects: goes through the messages in their order,
// decoders' rejects and refused rows alike, until one has no room. Messages before end() are taken.
// It keeps pointers to rejects: batch and refused ones must outlive it.
class Verdict {
 public:
  Verdict(const Batch& batch, std::int64_t rejects_left);

  // Takes the batch's own rejects of messages before `message`. False once the budget is broken.
  bool pass_to(std::uint32_t message);
  bool pass_to_end() { return pass_to(UINT32_MAX); }

  // A row of the next message was refused. False once the budget is broken.
  bool refuse(const Reject& reject);

  std::uint32_t end() const { return end_; }
  std::vector<std::uint32_t> rejected_messages() const;
  std::span<const Reject* const> rejects() const { return taken_; }  // by message
  const std::optional<OverBudget>& over_budget() const { return over_; }

 private:
  std::vector<const Reject*> own_;  // of the batch, by message
  std::size_t next_ = 0;            // in own_
  std::int64_t left_;
  std::uint32_t end_;
  std::vector<const Reject*> taken_;
  std::optional<OverBudget> over_;
};

}  // namespace sluice
