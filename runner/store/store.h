#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "data/batch.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "sqlite/condition.h"
#include "store/write_pace.h"

namespace sluice {

// What a job did so far; the same words in the history and in the report.
struct Counts {
  std::int64_t messages = 0;  // taken: rows, filtered, tombstones and rejects alike
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t deleted = 0;
  std::int64_t unchanged = 0;
  std::int64_t filtered = 0;
  std::int64_t tombstones = 0;
  std::int64_t rejected = 0;

  Counts& operator+=(const Counts& more) {
    messages += more.messages;
    inserted += more.inserted;
    updated += more.updated;
    deleted += more.deleted;
    unchanged += more.unchanged;
    filtered += more.filtered;
    tombstones += more.tombstones;
    rejected += more.rejected;
    return *this;
  }
};

struct JobStart {
  std::string job_id;
  std::string action;
  EpochMs started_ms = 0;
};

struct JobEnd {
  std::string state;  // succeeded, failed, interrupted
  std::string stop_reason;
  EpochMs ended_ms = 0;
  Counts counts;
  int exit_code = 0;
  std::string message;
  std::string report;  // JSON
  // Partitions whose log was known again by all that is kept for it: PlannedPartition::anchor is
  // not needed any more.
  std::vector<PartitionIndex> known = {};
};

// The first reject that the budget had no room for, or that ends the job whatever the budget.
struct OverBudget {
  std::uint32_t message = 0;  // number in the batch; it and all behind it were not taken
  std::string column;
  std::string reason;
  bool ends_job = false;  // see Reject
};

// What follows a batch in its transaction.
enum class Then {
  commit,
  more,  // another batch, or commit()
};

// What one write did.
struct Written {
  bool is_committed = false;  // and with it all that was written before
  Counts counts = {};         // of this batch
  std::vector<Advance> advances;
  std::optional<OverBudget> over_budget;
  std::vector<std::uint32_t> rejected;  // messages, in their order
};

// Where rows go, with the positions that produced them: one of the few interfaces.
//
// The promise: after any crash the table holds the rows of exactly the messages below the stored
// positions. acquire() comes first; positions() creates nothing; then begin_job(), write() as often
// as needed, end_job(). One thread at a time uses a store.
//
// Every method throws Error{io} where disk or database fail, Error{try_later} where another
// writer held the database longer than the plan's lock_timeout, the job's deadline or the
// StopSignal allow, or where another job has moved a position meanwhile (fenced). Whatever it
// throws, that call has written nothing, and what was written before it without a commit is gone,
// too; after a failed commit the store must not be used again.
class Store {
 public:
  virtual ~Store() = default;

  // Takes the table for one job, waiting until `until` (or the StopSignal) while another job has
  // it. False where it still has it then. Held until the store is gone, also by a process that
  // dies. Only saves work: what keeps the table right is the comparison of positions in write().
  virtual bool acquire(Clock::Instant until) = 0;

  // Who has the table while acquire() is false, as far as it is known: "process 123 on host-7".
  virtual std::string holder() const { return {}; }

  // Positions of this table, of every source and topic; empty where the database or the table's
  // metadata are not there. Checks that an existing table fits the plan: Error{definition} else.
  virtual std::vector<StoredPosition> positions() = 0;

  // Creates database, table and side tables where they are missing, closes jobs of this table
  // that died, opens this one in the history and stores the positions of new partitions and the
  // ends that were seen: all in one transaction. On disk when it returns if any position
  // start_must_be_durable(). A range that is lost is passed over and noted by the transaction that
  // moves its partition on, or by pass_lost_ranges(): what the log holds behind it may turn out to
  // be of another log.
  virtual void begin_job(const JobStart& job, std::span<const PlannedPartition> partitions) = 0;

  // The job goes on from positions that were decided anew (a log lost messages, was replaced or has
  // more partitions), of which positions() said where it stands: stores them as begin_job() does.
  // Batches then number these partitions. What write() left open must be committed before.
  virtual void reposition(std::span<const PlannedPartition> partitions) = 0;

  // Stores rows, rejects, positions and counts of a batch, or nothing of it, in the transaction
  // that the batch before left open or else in a new one, which holds the database against other
  // writers until it is committed. A row that the table refuses becomes a reject. `rejects_left`:
  // how many rejects the job may still have; the first one beyond it ends the batch there, what is
  // before it is committed. So is a batch that cannot share its transaction, whatever `then` says.
  // `job_counts`: the job's counts before this batch.
  virtual Written write(const Batch& batch, std::int64_t rejects_left, const Counts& job_counts,
                        Then then = Then::commit) = 0;

  // Commits what the last write() left open, if anything.
  virtual void commit() = 0;

  // Of write() and commit(). Any thread may ask it, while another one writes.
  virtual const WritePace& pace() const = 0;

  // Passes over what is lost in front of those of these partitions that nothing has moved yet, in
  // one transaction, and returns where they stand then. Their logs must be known. Nothing may be
  // open. `job_counts`: the job's counts.
  virtual std::vector<Advance> pass_lost_ranges(std::span<const PartitionIndex> partitions,
                                                const Counts& job_counts) = 0;

  // Looks at the database as it was committed. Both throw Error::interrupted() where the job is
  // asked to stop meanwhile, and come to nothing where they take longer than the job has left and
  // end later than 5 s after the first look began.

  // How many rows the table has, counted up to `most`.
  virtual std::optional<std::int64_t> count_rows(std::int64_t most) = 0;

  // What an SQL expression comes to; changes nothing. It does not hold where it comes to nothing.
  virtual ConditionResult test(const std::string& expression) = 0;

  // First and last word at once of a job that failed before begin_job(), where the table's database
  // has a history already: who looks there must not take the success before for the last word.
  // Creates nothing.
  virtual void record_failure(const JobStart& job, const JobEnd& end) = 0;

  // The job's last word in the history; on disk when it returns, with everything before it.
  virtual void end_job(const JobEnd& end) = 0;
};

}  // namespace sluice
