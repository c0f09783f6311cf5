#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "data/batch.h"
#include "job/limits.h"
#include "job/pipeline.h"
#include "job/reader.h"
#include "job/room.h"
#include "plan/plan.h"

namespace sluice {

// Why the reading of a job is over, as the workers met it. Several may be true: a failure is the
// first to act on, then a decision, then the rule. None is: all workers read to their ends.
struct ReadingEnd {
  std::optional<Error> failure;  // the first of a source
  std::exception_ptr bug;        // the first that is no Error
  bool needs_decision = false;  // on the positions, see end_to_decide_anew()
  std::optional<StopReason> rule;
};

// What the workers of a job share while they read: the rules that end it, the transaction that is
// read for, the budget of rejects, and the way to the writing half. Whatever ends the reading for
// one of them ends it for all: each hands over the complete messages that it has and leaves. Any
// thread; end() once all have left.
class SharedReading {
 public:
  // `rejected`: messages of the job so far. What is referred to, by the room too, must outlive the
  // reading.
  SharedReading(const LoadPlan& plan, const Room& room, std::int64_t rejected, Limits& limits,
                Pipeline& pipeline);

  // A batch to read into. Waits while all are on their way; without one the reading is over.
  Filling begin_batch() { return {.batch = pipeline_.take()}; }

  // What the next read may add to it, and how long it may wait for that.
  Reader::Room left(Filling& filling);
  std::chrono::milliseconds patience() const;

  // Whether the batch should be handed over: because of its size or time, or of its rejects.
  bool is_used_up(const Filling& filling);

  // Hands over the batch, and with it the order in which transactions come. Rejects beyond the
  // budget end the reading. `leaves`: the worker's last one ends its transaction, since it may be
  // long until another one has something to write.
  void hand_over(Filling filling, bool leaves);

  // A message arrived, or none could.
  void saw_life() { limits_.saw_life(); }
  // A worker has to reach its brokers before it reads; it has, or has given up.
  void await_worker() { limits_.await_one(); }
  void worker_came() { limits_.one_came(); }
  MessageBudget* budget() { return limits_.budget(); }

  void end_by(StopReason rule);
  // There are new partitions, or it is time to see whether the logs are the same.
  void end_to_decide_anew();
  // The exception that is being handled.
  void fail();

  // Whether the reading is over for all; asks the stop rules.
  bool is_over();

  const ReadingEnd& end() const { return end_; }

 private:
  bool is_over_budget(const Batch& batch) const;

  const std::int64_t most_rejects_;
  const std::chrono::milliseconds longest_wait_;
  Limits& limits_;
  Pipeline& pipeline_;
  std::atomic<bool> is_over_ = false;
  mutable std::mutex mutex_;  // of all below
  Room room_;
  std::int64_t rejected_;
  ReadingEnd end_;
};

}  // namespace sluice
