#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
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

  // Whether it has to reach brokers of its own before it reads, for which the reading waits.
  bool must_connect() const { return own_.has_value(); }

  // Begins to read where it must not connect first, so that brokers answer while the job does
  // something else; read() does it else. Nothing is taken yet. `budget`: of the reading, may be
  // null. Throws what a Source throws.
  void begin(MessageBudget* budget);

  // Reads until its partitions are done or the reading is over; what ends it is told there, and
  // nothing is thrown. In a thread of its own, or the job's. `between_reads` is called before each
  // read; may be empty.
  void read(SharedReading& reading, const std::function<void()>& between_reads) noexcept;

  // For the job's thread, while another one is in read(). Who reads comes by before each read; one
  // that has not since the last mark_seen() hangs in its source, or waits for the writing half. Who
  // connects waits with a limit, and who has left has nothing to come by for.
  bool stands_still() const { return is_reading_ && reads_ == reads_seen_; }
  void mark_seen() { reads_seen_ = reads_; }

  // Once read() is over, for the job's thread: whether the topics of one that is done with its
  // partitions have more of them now. Its client may be the only one that looks. Throws what a
  // Source throws.
  void look_for_partitions(SharedReading& reading);

  // What is known once read() is over, and not before.
  const Segment& segment() const { return segment_; }
  const std::vector<NamedSource>& sources() const { return sources_; }
  const Reader* reader() const { return reader_ ? &*reader_ : nullptr; }  // null: came to nothing
  bool all_done() const { return reader_ && reader_->progress().all_done(); }
  std::chrono::nanoseconds took() const { return took_; }
  // Beside sources(): while it read, and waited for them.
  const std::vector<std::chrono::milliseconds>& time_away() const { return time_away_; }

 private:
  bool connect(SharedReading& reading);
  bool try_to_connect(SharedReading& reading);
  void go_on(SharedReading& reading, const std::function<void()>& between_reads);
  bool fill(Filling& filling, SharedReading& reading, const std::function<void()>& between_reads);
  bool is_finished(SharedReading& reading) const;
  bool is_any_away() const;
  bool has_new_partitions() const;
  void note_time(Clock::Instant began);

  const LoadPlan& plan_;
  const World& world_;
  const std::vector<PlannedPartition>& partitions_;
  const Segment segment_;
  LogCheck& check_;
  const Clock::Instant deadline_;
  std::optional<Sources> own_;
  std::vector<NamedSource> sources_;  // lent and own
  std::optional<Reader> reader_;
  std::atomic<bool> is_reading_ = false;
  std::atomic<std::uint64_t> reads_ = 0;
  std::uint64_t reads_seen_ = 0;
  Clock::Instant next_look_{};
  Clock::Instant::duration waited_{0};  // for its own sources, before they were there
  std::chrono::nanoseconds took_{0};
  std::vector<std::chrono::milliseconds> time_away_;
};

}  // namespace sluice
