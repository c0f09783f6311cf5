#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "job/log_check.h"
#include "job/shared_reading.h"
#include "job/sources.h"
#include "job/worker.h"

namespace sluice {

// The reading half of a load: a job's partitions, divided among workers.
//
// The first worker is the job's own thread, so a job with one has no other; each of the others is a
// thread between begin and end of read(), which joins them all. A source that the job has opened
// goes to the first worker that needs it, and only the others open another client there. All
// methods are for the job's thread; any thread may destroy it.
class Workers {
 public:
  // The job's sources are the workers' until these are gone.
  Workers(const LoadPlan& plan, const World& world, const std::vector<PlannedPartition>& partitions,
          const Sources& sources, Clock::Instant deadline);

  std::size_t count() const { return workers_.size(); }

  // Begins to read where the job's own sources are there already: see Worker::begin().
  void begin(MessageBudget* budget);

  // Reads until all workers are done or the reading is over, whatever they meet. `meanwhile` is
  // called in the job's thread, at least ten times a second unless a source hangs there.
  void read(SharedReading& reading, const std::function<void()>& meanwhile);

  // In `meanwhile`: whether none of those who read has stood still since this was last true.
  bool have_all_come_by();

  // The rest is what is known after read().

  bool all_done() const;
  std::int64_t taken() const;
  std::vector<ReplacedLog> replaced() const;
  // Partitions whose log was known again, or could not be, by both messages that were expected.
  std::vector<PartitionIndex> known() const { return check_.known(); }
  // See LogCheck::decided().
  std::vector<PartitionIndex> decided() const { return check_.decided(); }
  std::vector<std::string> new_attributes() const;  // each once for a worker that met it
  // Of a source that somebody still wants to read.
  std::optional<Outage> outage() const;
  // Of all sources together, of each once.
  std::chrono::milliseconds time_away() const;
  const std::list<Worker>& all() const { return workers_; }

 private:
  struct Other;

  LogCheck check_;
  std::list<Worker> workers_;  // which stay where they are
};

}  // namespace sluice
