#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "source/source.h"

namespace sluice::test {

// A clock that stands still until somebody turns its hands. Any thread may.
class ManualClock final : public Clock {
 public:
  Instant now() const override {
    return Instant() + std::chrono::hours(1) + std::chrono::milliseconds(passed_ms_.load());
  }
  EpochMs wall_ms() const override { return 1'767'225'600'000 + passed_ms_.load(); }  // 2026-01-01
  void advance(std::chrono::milliseconds by) { passed_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> passed_ms_{0};
};

// One record of a scripted log.
struct ScriptedRecord {
  Offset offset = 0;
  std::optional<std::string> value;  // none: a tombstone
  std::optional<std::string> key;
  EpochMs timestamp_ms = 1'767'225'600'000;
};

struct ScriptedLog {
  std::deque<ScriptedRecord> records;  // offsets may have gaps; they stay where they are
  Offset low_offset = 0;
  Offset end_offset = 0;  // may lie behind the last record: markers, aborted messages, holes

  void append(std::string value);
};

// A lock that stays where it is when its owner is copied.
struct UncopiedMutex : std::recursive_mutex {
  UncopiedMutex() = default;
  UncopiedMutex(const UncopiedMutex&) : std::recursive_mutex() {}
  UncopiedMutex& operator=(const UncopiedMutex&) { return *this; }
};

// A cluster in memory that a test writes, tears and switches off as it likes. It outlives its
// sources, so that several jobs read it one after another. One thread, but that a job may have
// several sources at once, each in a thread of its own: what they ask for, `before_fetch` and
// `fetch_failure` come one after another.
struct ScriptedCluster {
  std::string cluster_id = "cluster-a";
  // Messages are handed out as views: a log stays where it is while partitions are added.
  std::map<std::string, std::deque<ScriptedLog>> topics;
  std::map<std::string, std::string> topic_ids;  // those that are known
  std::optional<bool> is_compacted = false;      // every topic; nothing: it does not tell
  std::function<void()> before_fetch;            // e.g. a producer that never stops
  std::optional<Error> connect_failure;          // thrown by connect()
  std::optional<std::string> outage;             // the brokers are away: fetches bring nothing
  std::function<std::optional<Error>(int)> fetch_failure;  // by the number of the fetch, from 0
  std::vector<std::pair<PartitionIndex, Offset>> skips;    // that sources were asked for
  std::int64_t handed_out = 0;                             // messages
  UncopiedMutex mutex;
};

// Reads a scripted cluster. A fetch that brings nothing lets the waiting time pass on the clock.
class ScriptedSource final : public Source {
 public:
  ScriptedSource(ScriptedCluster& cluster, ManualClock& clock) : cluster_(cluster), clock_(clock) {}

  void connect(Clock::Instant deadline) override;
  TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) override;
  void start(std::span<const StartAt> partitions) override;
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override;
  void skip_to(PartitionIndex partition, Offset next_offset) override;
  void stop(PartitionIndex partition) override;
  std::optional<bool> is_compacted(const std::string& topic) override;
  bool has_new_partitions() const override;
  std::optional<Outage> outage() const override;
  std::chrono::milliseconds time_away() const override { return std::chrono::milliseconds(0); }

 private:
  void read(StartAt& at, std::size_t most);

  ScriptedCluster& cluster_;
  ManualClock& clock_;
  std::vector<StartAt> open_;
  std::vector<Message> messages_;
  std::vector<Proof> proofs_;
  std::set<std::pair<PartitionIndex, Offset>> proven_;
  std::map<std::string, std::size_t> partition_counts_;  // by topic, as log() has told
  int fetches_ = 0;
};

}  // namespace sluice::test
