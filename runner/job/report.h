#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/timestamp.h"
#include "data/position.h"
#include "store/store.h"

namespace sluice {

// Why a job ended; the words of reports and of the history.
enum class StopReason {
  caught_up,     // came to the end that the log had at the start
  timeout,       // its time is over
  max_messages,  // its budget of messages is used up
  idle,          // nothing arrived for idle_timeout
  range_end,     // every partition reached until_offset or until_timestamp
  rule,          // a message met a rule with stop_workflow
  signal,        // asked to by SIGINT or SIGTERM
  skipped,       // another job was at work on the table
  error,
};
std::string_view name_of(StopReason reason);

// What a job did with one partition. Only what is committed counts.
struct PartitionReport {
  PartitionId id;
  Offset from_offset = 0;
  Offset next_offset = 0;
  Offset end_offset = 0;  // seen at the start
  std::int64_t messages = 0;
  std::string note;  // what a person should know about its start; else empty

  // How many offsets of the log that was seen are not in the table. Never negative.
  std::int64_t lag() const { return end_offset > next_offset ? end_offset - next_offset : 0; }
};

// What one worker of a job did. Its number counts from 1. Where partitions were divided anew on the
// way, these are those that it had last.
struct SegmentReport {
  std::size_t worker = 1;
  std::vector<PartitionId> partitions;
  std::int64_t messages = 0;         // of these partitions; only what is committed counts
  std::chrono::nanoseconds took{0};  // from its begin to its end

  double messages_per_second() const;
};

// How often an alert of the action was raised, in rows that are committed.
struct AlertReport {
  std::string name;
  std::int64_t count = 0;
  std::string first;        // "orders/0@5", empty without one
  std::int64_t failed = 0;  // rows that it could not be reckoned for
};

// How many rows a rule of the action skipped, in messages that are committed.
struct RuleReport {
  std::string name;
  std::int64_t filtered = 0;
};

// What must hold at the end of a job, as it was found.
struct ExpectationReport {
  std::string name;  // "min_rows 100"
  bool holds = false;
  std::string value;  // in words: "the table has 5 rows"
  std::chrono::nanoseconds took{0};
};

// A job's last word: what it did, how it ended and what to make of it.
struct Report {
  std::string action;
  std::string job_id;
  StopReason stop_reason = StopReason::error;
  int exit_code = 0;
  EpochMs started_ms = 0;
  EpochMs ended_ms = 0;
  std::chrono::nanoseconds took{0};
  Counts counts;
  std::vector<PartitionReport> partitions;
  std::vector<SegmentReport> segments;  // where the action lets several workers read
  std::vector<AlertReport> alerts;      // all that the action has
  std::vector<RuleReport> rules;        // the same
  // All that the action has, where the job came to its end; else none was judged.
  std::vector<ExpectationReport> expectations;
  std::chrono::milliseconds broker_away{0};
  std::string message;  // one or more lines; why it failed, or what is worth knowing

  // "succeeded", "failed", or "interrupted" by a signal.
  std::string_view state() const;
};

// The report as one JSON object on one line, with the keys that README lists.
std::string to_json(const Report& report);

// The report for a person, a few lines, without the reason of a failure: that belongs to the log.
std::string to_text(const Report& report);

}  // namespace sluice
