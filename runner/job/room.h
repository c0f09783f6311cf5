#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "data/batch.h"
#include "job/pipeline.h"
#include "job/reader.h"
#include "plan/plan.h"
#include "store/write_pace.h"

namespace sluice {

// A batch that a worker reads into.
struct Filling {
  std::unique_ptr<Batch> batch;
  Clock::Instant since{};         // its first message came
  std::int64_t most_records = 0;  // that it should hold
};

// How much room there is in the transaction that is being read for, and in a batch on its way into
// it. A transaction is bounded by rows, bytes and the time since its first message, a batch by what
// is handed over at once. Several batches may be on their way into it: what is handed over counts,
// and the batch that finds no room any more begins another transaction. Rows are an exact bound but
// for one message of more rows; of bytes, batches that were filled side by side may bring more than
// there is room for by less than one of them (HandoverLimits::bytes, and a message). One thread at
// a time.
//
// Where the store is slow batches have fewer records, so that all that are on their way hold no
// more than WritePace::rows_ahead().
class Room {
 public:
  // `pace`, which is the store's, and `clock` must outlive it.
  Room(const LoadPlan& plan, const HandoverLimits& handover, const WritePace& pace,
       const Clock& clock);

  // What the next read may add to the batch; of one without messages the time begins, and its size
  // is decided.
  Reader::Room left(Filling& filling) const;

  // Whether the batch should be handed over.
  bool is_used_up(const Filling& filling) const;

  // The batch is handed over. `is_last`: its transaction ends whatever room there is.
  Passage pass(const Filling& filling, bool is_last);

 private:
  std::int64_t records_of_a_batch() const;
  bool is_transaction_over(const Filling& filling) const;

  const BatchLimits limits_;
  const HandoverLimits handover_;
  const std::int64_t fetch_messages_;
  const WritePace& pace_;
  const Clock& clock_;
  // Of the transaction, in the batches that were handed over:
  bool is_open_ = false;
  Clock::Instant opened_{};
  std::int64_t records_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace sluice
