#include "job/move_positions.h"

#include <algorithm>
#include <memory>

#include "job/job_frame.h"
#include "job/sources.h"

namespace sluice {
namespace {

// Nobody waits for another job here, nor takes its being there for success; and whatever the action
// says, brokers have a minute to tell what their logs look like.
LoadPlan of_a_person(LoadPlan plan) {
  plan.if_running = IfRunning::fail;
  plan.stop.timeout = std::chrono::minutes(1);
  return plan;
}

bool stands_where(const StoredPosition& one, const StoredPosition& other) {
  return one.id == other.id && one.next_offset == other.next_offset &&
         one.generation == other.generation;
}

class Move : JobFrame {
 public:
  Move(const LoadPlan& plan, const World& world, const MoveOrder& order)
      : JobFrame(plan, world), order_(order) {}

  Report run() {
    open_report(order_.command + " " + plan_.action);
    try {
      store_ = world_.open_store(plan_, deadline_);
      decide();
      if (may_move()) move();
      end_by(world_.stop.raised() ? StopReason::signal : StopReason::caught_up);
    } catch (const Error& error) {
      fail(error);
    }
    stop_clock();
    return report_;
  }

 private:
  void decide();
  bool may_move() const;
  void move();
  std::vector<PlannedPartition> targets() const;

  const MoveOrder& order_;
  std::unique_ptr<Store> store_;
  std::vector<StoredPosition> stored_;
  std::vector<PositionMove> moves_;
};

void Move::decide() {
  Sources sources(plan_, world_);
  sources.connect(deadline_);
  const std::vector<TopicLog> logs = sources.logs(deadline_);
  stored_ = store_->positions();
  moves_ = plan_moves(plan_, logs, stored_, order_.wishes);
  for (const PositionMove& move : moves_) note(move.sentence());
  if (moves_.empty()) note("every position is there already");
}

bool Move::may_move() const {
  const bool is_confirmed = order_.confirm(moves_);
  return is_confirmed && !order_.is_dry_run && !moves_.empty() && !world_.stop.raised();
}

void Move::move() {
  take_table(*store_);
  if (!std::ranges::equal(store_->positions(), stored_, stands_where)) {
    throw Error(ExitCode::try_later, "a job has moved the positions meanwhile")
        .hint("look at what is there now, and say again what you want");
  }
  const std::vector<PlannedPartition> partitions = targets();
  store_->begin_job(first_word(), partitions);
  for (const PositionMove& move : moves_) {
    report_.partitions.push_back({.id = move.to.id,
                                  .from_offset = move.to.from_offset,
                                  .next_offset = move.to.from_offset,
                                  .end_offset = move.to.end_offset,
                                  .messages = 0,
                                  .note = move.sentence()});
  }
  end_by(StopReason::caught_up);
  stop_clock();
  JobEnd end = last_word();
  end.stop_reason.clear();  // nothing was loaded, so none of them fits
  store_->end_job(end);
}

std::vector<PlannedPartition> Move::targets() const {
  std::vector<PlannedPartition> partitions;
  for (const PositionMove& move : moves_) partitions.push_back(move.to);
  return partitions;
}

}  // namespace

Report move_positions(const LoadPlan& plan, const World& world, const MoveOrder& order) {
  return Move(of_a_person(plan), world, order).run();
}

}  // namespace sluice
