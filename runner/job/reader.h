#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "job/limits.h"
#include "job/log_check.h"
#include "job/preparation.h"
#include "job/progress.h"
#include "job/sources.h"
#include "plan/plan.h"
#include "plan/segments.h"

namespace sluice {

// What reads the partitions of one worker: takes messages from the sources, lets the progress
// decide which of them belong to the job, and leaves them in a batch, decoded and fitted to the
// table's columns.
//
// It owns nothing of the store, and the batch it fills carries all that a writer needs: the two
// halves may stand on threads of their own. One thread uses a reader and its sources. Throws what a
// Source throws; the batch then holds complete messages only and may be stored as it is.
// Error::interrupted() where the job must end before an expression did: what it was reckoned for is
// left to the next job.
class Reader {
 public:
  // Reading starts at once. `partitions`: of the job, of which those of the segment are read;
  // `sources`: at least those that they need. Sources, `check` (all readers of a job share it),
  // `budget` (may be null) and `clock` must outlive the reader. `is_over`: whether the job must end
  // now; asked while an expression is reckoned, which may take long.
  Reader(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
         const Segment& segment, std::vector<NamedSource> sources, LogCheck& check,
         MessageBudget* budget, const Clock& clock, const std::function<bool()>& is_over);

  // How much one read() may add. One message is added whatever its size.
  struct Room {
    std::int64_t messages = 0;
    std::int64_t records = 0;  // with explode a message may have many
    std::size_t bytes = 0;     // of messages and cells
  };

  // Waits at most `wait` for messages and adds them while there is room; what a source handed out
  // beyond that is kept for the next read. Sources take turns at being the first. Returns how many
  // were added.
  std::int64_t read(Batch& batch, std::chrono::milliseconds wait, const Room& room);

  const Progress& progress() const { return progress_; }

  // The logs that turned out to be others than those that were loaded; read() has then thrown
  // Error{source_changed}.
  const std::vector<ReplacedLog>& replaced() const { return replaced_; }

  // A message met a rule that ends the job: what was read is all that it may take.
  bool is_stopped_by_rule() const { return preparation_.asks_to_stop(); }

  // Attributes of messages that no column takes, as far as they were met, each once.
  std::vector<std::string> new_attributes() const { return preparation_.new_attributes(); }

 private:
  struct Origin {
    NamedSource named;
    Fetched pending = {};     // handed out, and not yet taken
    std::size_t reading = 0;  // partitions
    // What lies before the next message that they are known by is much and need not be read.
    std::vector<PartitionIndex> to_skip = {};
  };

  Origin& origin_of(const std::string& source);
  std::int64_t read_from(Origin& origin, Batch& batch, std::chrono::milliseconds wait,
                         const Room& room);
  void take_while_room(Origin& origin, Batch& batch, const Room& room);
  void take_proofs(Fetched& fetched, Batch& batch);
  void skip_to_last_messages(Origin& origin);
  bool is_beyond_budget(const Message& message);
  bool take(Batch& batch, const Message& message);
  bool recognize(const Message& message);
  void drop_known(const Message& message);
  void know_if_all_was_met(PartitionIndex partition);
  void meet_end(const Proof& proof);
  void miss_expected(PartitionIndex partition, const Message* found);
  [[noreturn]] void fail_replaced(PartitionIndex partition, const Message* found);
  bool has_ready_partitions() const;
  void start_ready_partitions();
  void stop_done_partitions();

  std::vector<Origin> origins_;
  std::size_t next_origin_ = 0;               // is asked first by the next read()
  std::vector<Origin*> origin_of_partition_;  // null: somebody else reads it
  std::vector<std::size_t> dropped_bytes_;    // on the way to a message that a log is known by
  std::vector<StartAt> waiting_;              // to be started when their topic is known again
  Progress progress_;
  LogCheck& check_;
  MessageBudget* budget_;
  std::vector<ReplacedLog> replaced_;
  Preparation preparation_;
};

}  // namespace sluice
