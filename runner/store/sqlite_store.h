#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/stop_signal.h"
#include "sqlite/patience.h"
#include "store/position_table.h"
#include "store/session.h"
#include "store/store.h"
#include "store/table_lock.h"

namespace sluice {

class Verdict;
struct Uncommitted;

// A table of an SQLite file as the store of a load. What the file holds: store/layout.cc.
//
// Order of locks: the table's lock (acquire) first and for the whole job; inside of it SQLite's
// write lock, for one transaction at a time, waited for at BEGIN IMMEDIATE only. Jobs on other
// tables of the same file take turns at the second.
//
// Durability: WAL with synchronous=NORMAL, so a power cut may take the last transactions as a
// whole, and the source has their messages still. FULL where it could not repeat them: begin_job
// with a position that must be durable. end_job moves the WAL into the database, which syncs both,
// or, where a reader is in the way, is FULL as well.
//
// A new file gets its tables in the one transaction of begin_job while it still has a rollback
// journal, so that a job which fails there leaves an empty file, which is removed; WAL is switched
// on right before the next transaction. The database is closed, and with it the -wal file gone
// (unless others have it open), when end_job returns or the store is destroyed.
//
// After a failed COMMIT nobody knows what is stored: write() then refuses to go on, end_job() opens
// the database anew.
class SqliteStore : public Store {
 public:
  // Waits for SQLite's locks end after `lock_timeout`, soon after the instant that `deadline`
  // returns (nothing: none; may be an empty function) and soon after `stop` (see Patience). What
  // is referred to must outlive the store.
  SqliteStore(PlannedTable table, std::chrono::milliseconds lock_timeout,
              std::function<std::optional<Clock::Instant>()> deadline, const StopSignal& stop,
              const Clock& clock);
  ~SqliteStore() override;

  bool acquire(Clock::Instant until) override;
  std::string holder() const override { return lock_.holder(); }
  std::vector<StoredPosition> positions() override;
  void begin_job(const JobStart& job, std::span<const PlannedPartition> partitions) override;
  void reposition(std::span<const PlannedPartition> partitions) override;
  Written write(const Batch& batch, std::int64_t rejects_left, const Counts& job_counts,
                Then then = Then::commit) override;
  void commit() override;
  const WritePace& pace() const override { return pace_; }
  std::vector<Advance> pass_lost_ranges(std::span<const PartitionIndex> partitions,
                                        const Counts& job_counts) override;
  std::optional<std::int64_t> count_rows(std::int64_t most) override;
  ConditionResult test(const std::string& expression) override;
  void record_failure(const JobStart& job, const JobEnd& end) override;
  void end_job(const JobEnd& end) override;

 protected:
  // A replay of rejects moves no positions, and its messages may be older than others of their
  // keys.
  virtual Session::Purpose purpose() const { return Session::Purpose::load; }

  // The rejects among the messages before verdict.end(), in the transaction that stores their rows.
  virtual void store_rejects(const Batch& batch, const Verdict& verdict);

  // Before begin_job(): from there on all is one transaction, which end_job() undoes, and write()
  // answers as if it had committed.
  void keep_nothing() { keeps_nothing_ = true; }

  // First and last word of a job at once. Inside the caller's transaction.
  void record(Database& database, const JobStart& job, const JobEnd& end) const;

  Session& session();
  const PlannedTable& table() const { return table_; }
  const HeldPosition& held(PartitionIndex partition) const { return held_[partition]; }
  const std::string& job_id() const { return job_id_; }
  Patience patience() const;

 private:
  void begin_rehearsal(const JobStart& job, std::span<const PlannedPartition> partitions);
  void lay_out(Session& session, const JobStart& job, std::span<const PlannedPartition> partitions);
  void store_starts(Session& session, const std::string& job_id,
                    std::span<const PlannedPartition> partitions) const;
  void hold(Session& session, std::span<const PlannedPartition> partitions);
  Uncommitted& transaction_for_batch(Session& open);
  Written write(Session& open, Uncommitted& uncommitted, const Batch& batch,
                std::int64_t rejects_left);
  void commit(Session& open);
  void compare_position_of(const Batch& batch, std::uint32_t message);
  void note_first(const Batch& batch, const Advance& advance, Uncommitted& uncommitted) const;
  void set_anchor(Session& open, const Uncommitted& uncommitted, PartitionIndex partition);
  void move(Session& open, const HeldPosition& from, const Advance& to) const;
  void drop_anchors(Session& open, const std::vector<PartitionIndex>& known) const;
  void close_history(Session& open, const JobEnd& end) const;
  std::vector<Advance> moves(const Batch& batch, const Uncommitted& uncommitted,
                             std::uint32_t end) const;
  std::string now() const;
  std::function<bool()> time_for_looks();

  PlannedTable table_;
  std::chrono::milliseconds lock_timeout_;
  std::function<std::optional<Clock::Instant>()> deadline_;
  const StopSignal& stop_;
  const Clock& clock_;
  TableLock lock_;  // before session_: released after the database is closed
  std::unique_ptr<Session> session_;
  std::string job_id_;
  WritePace pace_;
  std::vector<HeldPosition> held_;                    // by PartitionIndex
  std::optional<Clock::Instant> looks_end_at_least_;  // from the first look on
  bool commit_failed_ = false;
  bool keeps_nothing_ = false;
};

}  // namespace sluice
