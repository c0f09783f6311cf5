#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "sqlite/transaction.h"
#include "store/store.h"

namespace sluice {

// A store's open transaction: begun with the first batch that is written in it, undone where it
// goes without a commit. It must be gone before its database.
struct Uncommitted {
  Uncommitted(Database& database, std::size_t partitions)
      : transaction(database), moved(partitions), first(partitions) {}

  // A batch moves a partition on; the last message stays known where it only passes a hole.
  void move(const Advance& advance) {
    Advance& all = moved[advance.partition];
    const Advance before = std::exchange(all, advance);
    if (advance.last_offset >= 0) return;
    all.last_offset = before.last_offset;
    all.last_timestamp_ms = before.last_timestamp_ms;
    all.last_hash = before.last_hash;
  }

  Transaction transaction;
  std::vector<Advance> moved;  // by PartitionIndex; next_offset is 0 where it does not move
  // By PartitionIndex: the first message taken, where that may be needed to know the log by.
  std::vector<std::optional<Fingerprint>> first;
  Counts job_counts;  // with all that is written here
};

}  // namespace sluice
