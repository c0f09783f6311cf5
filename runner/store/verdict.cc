#include "store/verdict.h"

#include <algorithm>

namespace sluice {

Verdict::Verdict(const Batch& batch, std::int64_t rejects_left)
    : left_(rejects_left), end_(static_cast<std::uint32_t>(batch.messages().size())) {
  // Decoding and fitting are passes of their own, so the rejects of one stand behind the other's.
  for (const Reject& reject : batch.rejects()) own_.push_back(&reject);
  std::ranges::stable_sort(own_, {}, &Reject::message);
}

bool Verdict::pass_to(std::uint32_t message) {
  while (!over_ && next_ < own_.size() && own_[next_]->message < message) refuse(*own_[next_++]);
  return !over_;
}

bool Verdict::refuse(const Reject& reject) {
  if (over_) return false;
  if (left_ == 0 || reject.ends_job) {
    over_ = OverBudget{reject.message, reject.column, reject.reason.text, reject.ends_job};
    end_ = reject.message;
    return false;
  }
  --left_;
  taken_.push_back(&reject);
  return true;
}

std::vector<std::uint32_t> Verdict::rejected_messages() const {
  std::vector<std::uint32_t> messages;
  for (const Reject* reject : taken_) messages.push_back(reject->message);
  return messages;
}

}  // namespace sluice
