#include "plan/position_moves.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "plan/log_identity.h"

namespace sluice {
namespace {

bool is_meant(const MoveWish& wish, const PartitionId& id) {
  return (!wish.topic || *wish.topic == id.topic) &&
         (!wish.partition || *wish.partition == id.partition);
}

Offset offset_for(const MoveTarget& target, const PlannedPartition& first_start,
                  const PartitionLog& log) {
  if (const auto* offset = std::get_if<Offset>(&target)) return *offset;
  switch (std::get<MoveTo>(target)) {
    case MoveTo::earliest:
      return log.low_offset;
    case MoveTo::latest:
      return log.end_offset;
    case MoveTo::timestamp:
      return log.timestamp_offset.value_or(log.end_offset);
    case MoveTo::first_start:
      break;
  }
  return first_start.from_offset;
}

void check_is_readable(const PartitionId& id, Offset offset, const PartitionLog& log) {
  if (offset >= log.low_offset) return;
  throw Error(ExitCode::usage, fmt::format("{} is below the start of the log, {}",
                                           notation(id, offset), log.low_offset))
      .hint("what was before is no longer there; \"earliest\" is the log's start");
}

// The wish that no partition of the action answers to.
[[noreturn]] void refuse(const MoveWish& wish, std::span<const PlannedPartition> partitions) {
  std::vector<std::string> known;
  for (const PlannedPartition& partition : partitions) {
    if (std::ranges::find(known, partition.id.topic) == known.end()) {
      known.push_back(partition.id.topic);
    }
  }
  const std::string topic = wish.topic.value_or("");
  if (std::ranges::find(known, topic) == known.end()) {
    throw Error(ExitCode::usage, fmt::format("the action does not read topic \"{}\"{}", topic,
                                             did_you_mean(topic, known)));
  }
  throw Error(ExitCode::usage, fmt::format("the action does not read partition {} of topic \"{}\"",
                                           wish.partition.value_or(-1), topic));
}

std::int64_t newest_generation(const PartitionId& id, std::span<const StoredPosition> stored) {
  std::int64_t newest = 0;
  for (const StoredPosition& position : stored) {
    if (position.id.source != id.source || position.id.topic != id.topic) continue;
    newest = std::max(newest, position.generation);
  }
  return newest;
}

// Whether the stored position counts offsets of this log.
bool is_of_this_log(const StoredPosition& position, const TopicLog& topic,
                    const PartitionLog& log) {
  const auto differ = [](const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
  };
  return !differ(position.cluster_id, topic.cluster_id) &&
         !differ(position.topic_id, topic.topic_id) && position.end_offset <= log.end_offset;
}

// Who names the very offset that is stored says that the log as it is now is the right one.
bool accepts_log(const MoveTarget& target, const StoredPosition& position) {
  const auto* offset = std::get_if<Offset>(&target);
  return offset != nullptr && *offset == position.next_offset;
}

// Whether the log is known by a message before the position, which the next job looks for.
bool knows_log(const StoredPosition& position) { return position.last || position.anchor; }

PositionMove move_to(const MoveTarget& target, PlannedPartition partition,
                     const PlannedTopic& planned, const TopicLog& topic, const PartitionLog& log,
                     std::span<const StoredPosition> stored) {
  const Offset offset = offset_for(target, partition, log);
  check_is_readable(partition.id, offset, log);
  PositionMove move;
  move.low_offset = log.low_offset;
  const auto position = std::ranges::find(stored, partition.id, &StoredPosition::id);
  if (position != stored.end()) move.from = *position;
  partition.from_offset = offset;
  partition.reason = StartReason::moved;
  partition.generation = newest_generation(partition.id, stored) + 1;
  move.to = std::move(partition);
  move.is_other_log = move.from && !is_of_this_log(*move.from, topic, log);
  if (!move.from || move.is_other_log) {  // nothing of this log was loaded, unless somebody says so
    const bool is_loaded = move.from && accepts_log(target, *move.from);
    if (!is_loaded) move.leaves_out = std::min(offset, log.end_offset) - log.low_offset;
  } else {
    const std::optional<LostRange> lost = lost_range(*move.from, planned, log);
    if (lost) move.lost = lost->to_offset - lost->from_offset;
    const Offset next = std::max(move.from->next_offset, log.low_offset);
    move.loads_again = std::max<std::int64_t>(next - offset, 0);
    move.leaves_out = std::max<std::int64_t>(std::min(offset, log.end_offset) - next, 0);
  }
  return move;
}

}  // namespace

std::string PositionMove::sentence() const {
  std::string text = notation(to.id);
  if (from && from->next_offset == to.from_offset) {
    text += fmt::format(": stays at {}, in the log as it is now", to.from_offset);
  } else {
    text += fmt::format(": {} -> {}", from ? std::to_string(from->next_offset) : "not loaded yet",
                        to.from_offset);
  }
  const auto add = [&text](std::int64_t count, std::string_view before, std::string_view after) {
    if (count == 0) return;
    text += fmt::format(", {} {} offset{}{}", before, count, count == 1 ? "" : "s", after);
  };
  add(loads_again, "loads", " again");
  add(leaves_out, "leaves out", "");
  add(lost, "finds", " gone from the log that were not loaded");
  if (to.from_offset > to.end_offset) {
    text += fmt::format(", past the end of the log, {}: waits there", to.end_offset);
  }
  if (is_other_log) text += "; the stored position is of another log";
  return text;
}

std::vector<PositionMove> plan_moves(const LoadPlan& plan, std::span<const TopicLog> logs,
                                     std::span<const StoredPosition> stored,
                                     std::span<const MoveWish> wishes) {
  const std::vector<PlannedPartition> partitions = plan_positions(plan, logs, {});
  for (const MoveWish& wish : wishes) {
    const auto meant = [&](const PlannedPartition& one) { return is_meant(wish, one.id); };
    if (std::ranges::none_of(partitions, meant)) refuse(wish, partitions);
  }
  std::vector<PositionMove> moves;
  for (const PlannedPartition& partition : partitions) {
    const MoveTarget* target = nullptr;
    for (const MoveWish& wish : wishes) {  // the last word counts
      if (is_meant(wish, partition.id)) target = &wish.target;
    }
    if (target == nullptr) continue;
    const TopicLog& topic = logs[partition.topic];
    const PartitionLog& log = *find_partition(topic, partition.id.partition);
    PositionMove move =
        move_to(*target, partition, plan.topics[partition.topic], topic, log, stored);
    const bool stays = move.from && move.from->next_offset == move.to.from_offset &&
                       !move.is_other_log &&
                       !(accepts_log(*target, *move.from) && knows_log(*move.from));
    if (!stays) moves.push_back(std::move(move));
  }
  return moves;
}

}  // namespace sluice
