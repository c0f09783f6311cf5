#pragma once

#include <cstdint>

#include "base/clock.h"
#include "data/batch.h"
#include "job/reader.h"
#include "plan/plan.h"
#include "store/store.h"

namespace sluice {

// How much room there is in the transaction that is being read for, and in the batch on its way
// into it. A transaction is bounded by rows, bytes and the time since its first message, a batch by
// what is handed over at once. One thread.
class Room {
 public:
  Room(const LoadPlan& plan, const Clock& clock);

  // What the next read may add to the batch; the time of a transaction without messages begins.
  Reader::Room left(const Batch& batch);

  // Whether the batch should be handed over.
  bool is_used_up(const Batch& batch) const;

  // Whether the transaction should end with this batch.
  bool is_transaction_over(const Batch& batch) const;

  // The batch is handed over.
  void pass(const Batch& batch, Then then);

 private:
  bool is_empty(const Batch& batch) const { return records_ == 0 && batch.empty(); }

  const BatchLimits limits_;
  const HandoverLimits handover_;
  const std::int64_t fetch_messages_;
  const Clock& clock_;
  Clock::Instant opened_;
  std::int64_t records_ = 0;  // of the transaction, in the batches that were handed over
  std::size_t bytes_ = 0;
};

}  // namespace sluice
