#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "job/log_check.h"
#include "job/reader.h"
#include "job/shared_reading.h"
#include "job/sources.h"
#include "job/world.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "plan/segments.h"

namespace sluice {

// One of those who read for a job: a segment of its partitions, through sources that nobody else
// uses meanwhile.
class Worker {
 public:
  // `lent`: connected sources of the job that are this worker's alone from now on. Those that the
  // segment needs beside them are opened here, and connected in the background. All that is handed
  // over must outlive the worker. The deadline is the job's.
  Worker(const LoadPlan& plan, const World& world, const std::vector<PlannedPartition>& partitions,
         Segment segment, std::vector<NamedSource> lent, LogCheck& check, Clock::Instant deadline);

  // Reads until its partitions are done or the reading is over; what ends it is told there, and
  // nothing is thrown. In a thread of its own, or the job's. `between_reads` is called before each
  // read; may be empty.
  void read(SharedReading& reading, const std::function<void()>& between_reads) noexcept;

  // What is known once read() is over, and not before.
  const Segment& segment() const { return segment_; }
  const std::vector<NamedSource>& sources() const { return sources_; }
  const Reader* reader() const { return reader_ ? &*reader_ : nullptr; }  // null: came to nothing
  bool all_done() const { return reader_ && reader_->progress().all_done(); }
  std::chrono::nanoseconds took() const { return took_; }

 private:
  bool connect(SharedReading& reading);
  void begin(SharedReading& reading);
  void go_on(SharedReading& reading, const std::function<void()>& between_reads);
  bool fill(Filling& filling, SharedReading& reading, const std::function<void()>& between_reads);
  bool is_finished(SharedReading& reading) const;
  bool is_any_away() const;
  bool has_new_partitions() const;

  const LoadPlan& plan_;
  const World& world_;
  const std::vector<PlannedPartition>& partitions_;
  const Segment segment_;
  LogCheck& check_;
  const Clock::Instant deadline_;
  std::optional<Sources> own_;
  std::vector<NamedSource> sources_;  // lent and own
  std::optional<Reader> reader_;
  std::chrono::nanoseconds took_{0};
};

}  // namespace sluice
