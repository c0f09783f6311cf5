#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"
#include "plan/position_moves.h"

namespace sluice {

// What a person wants to be done to the positions of an action's table, and how they are told.
struct MoveOrder {
  std::string command;  // "offsets set", for the history
  std::vector<MoveWish> wishes;
  bool is_dry_run = false;
  // Told what the order means before anything happens; false ends it there. The table is not taken
  // meanwhile: people think slowly.
  std::function<bool(std::span<const PositionMove>)> confirm;
};

// Moves positions without loading anything, as a job of its own in the history: on the disk when it
// returns. The report has a partition for each that was moved, `messages` 0, and the sentences of
// the moves as its message.
//
// Whatever happens to the world is in the report: Error{try_later} where a job has the table, or
// where the positions are no longer those that were confirmed.
Report move_positions(const LoadPlan& plan, const World& world, const MoveOrder& order);

}  // namespace sluice
