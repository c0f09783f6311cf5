#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "plan/positions.h"

namespace sluice {

// Where a person wants a table's position to be.
enum class MoveTo {
  earliest,
  latest,
  timestamp,    // the first message at or after PlannedTopic::timestamp
  first_start,  // where the action would start if nothing were stored
};
using MoveTarget = std::variant<Offset, MoveTo>;

// "TOPIC/PARTITION=OFFSET", "TOPIC/PARTITION=WHERE", or just "WHERE" for all partitions that the
// action selects.
struct MoveWish {
  std::optional<std::string> topic = {};
  std::optional<std::int32_t> partition = {};
  MoveTarget target = MoveTo::earliest;
};

// One partition that is moved, and what that means.
struct PositionMove {
  PlannedPartition to;  // begins a generation of its own
  std::optional<StoredPosition> from;
  Offset low_offset = 0;

  // Offsets that the next run loads once more, and those that no run will load. Both count offsets:
  // an upper bound for messages. Nothing of another log was loaded, so none is loaded again and all
  // below the new position are left out; unless the very offset is named that is stored, which says
  // that the table has what is below it.
  std::int64_t loads_again = 0;
  std::int64_t leaves_out = 0;
  // Offsets that were never loaded and are no longer in the log, whoever moves.
  std::int64_t lost = 0;
  bool is_other_log = false;  // the position that is stored counts offsets of another log

  // "orders/0: 120 -> 100, loads 20 offsets again"
  std::string sentence() const;
};

// What these wishes do to the stored positions; partitions that would stay where they are are left
// out, unless their very offset is named: so a person says that the table and the log are right,
// whatever became of the messages that the log was known by. Pure; `logs` stands beside
// plan.topics.
//
// The positions that come out are those of the log as it is now, so that the next run compares with
// it: also after a topic was created anew. Throws Error{usage} for a partition that the action does
// not read, and for an offset below the log's start, from where the next run could not go on.
std::vector<PositionMove> plan_moves(const LoadPlan& plan, std::span<const TopicLog> logs,
                                     std::span<const StoredPosition> stored,
                                     std::span<const MoveWish> wishes);

}  // namespace sluice
