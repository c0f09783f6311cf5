#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "data/message.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "store/reject_reader.h"
#include "store/sqlite_store.h"

namespace sluice {

// A table whose rejects are loaded again: the source of their messages, and the store that puts
// their rows in and takes them from <table>__rejects in the same transaction; those that still do
// not fit stay there with their new reason. Positions do not move.
//
// acquire() comes first, then partitions(), begin_job() with them, next() and write() in turn,
// end_job(). What next() has handed out since the last write() is what the batch of the next
// write() holds, in that order. Exactly once by comparing addresses in each transaction (see
// RejectTable).
class RejectStore final : public SqliteStore {
 public:
  using SqliteStore::SqliteStore;

  // Before begin_job(): the replay only shows what it would do. All that follows is one
  // transaction, which end_job() undoes, so that the file stays as it is. Others who write into the
  // database wait meanwhile. Throws Error{definition} where a trigger of the table undoes the whole
  // transaction: then nobody knows what would become of the next message.
  void rehearse() { keep_nothing(); }

  // What the plan's topics have rejects of, each with the position of the table, from which nothing
  // is read. Looks only.
  std::vector<PlannedPartition> partitions(const LoadPlan& plan);

  // Hands out the next message, by partition and offset, or returns false: there is none, or it is
  // of another partition than those handed out since the last write (a batch holds one only, so
  // that it does not depend on its size which of two partitions has the last word on a key). The
  // message's bytes live until the next call.
  bool next(const std::function<void(const Message&)>& take);
  bool is_at_end();

  void end_job(const JobEnd& end) override;

  struct Purged {
    std::int64_t count = 0;
    // Nothing of their bytes is left in the file, nor in the -wal file beside it. False where
    // somebody else had a transaction open for as long as was waited.
    bool is_wiped = true;
  };

  // Takes rejects away for good, and puts that into the history. On disk when it returns. Where
  // there is none nothing is done, unless the last purge could not wipe what it took away: then
  // that is done now. Only before begin_job(), after acquire(). `last_word` is told what the
  // history will say: in the transaction that takes them away, not wiped yet, and again once they
  // are.
  Purged purge(const RejectFilter& filter, const JobStart& job,
               const std::function<JobEnd(const Purged&)>& last_word);

 protected:
  Session::Purpose purpose() const override { return Session::Purpose::replay; }
  void store_rejects(const Batch& batch, const Verdict& verdict) override;

 private:
  struct Waiting {
    std::int64_t row = 0;
    PartitionIndex partition = 0;
  };

  void queue();
  bool has_unfinished_purge();
  std::int64_t take_away(Database& database, const RejectFilter& filter);

  std::vector<PlannedPartition> partitions_;
  std::optional<std::vector<Waiting>> waiting_;  // all of them, once they have been looked up
  std::size_t next_ = 0;                         // of waiting_, to be handed out
  std::size_t settled_ = 0;                      // of waiting_, and stored
  std::optional<Statement> look_;
};

}  // namespace sluice
