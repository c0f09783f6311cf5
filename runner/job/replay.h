#pragma once

#include <cstdint>
#include <optional>

#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"

namespace sluice {

// Loads the rejects of an action's topics again by today's definition: a job like any other, on the
// same path, but for where its messages come from. In one transaction per batch each message that
// fits gives its rows and is no reject any more; one that does not stays, with its new reason.
// Positions do not move, and no broker is asked.
//
// The report's counts are those of the replay: `rejected` still do not fit, and then the exit code
// is 65. The action's budget of rejects and its expectations have no part in it. Ends by the plan's
// timeout, a signal, or `most` messages. What it throws, and how soon it ends: see run_job().
struct ReplayOrder {
  std::optional<std::int64_t> most = {};
  bool is_dry_run = false;  // the same report, and nothing is written: see RejectStore::rehearse()
};
Report run_replay(const LoadPlan& plan, const World& world, const ReplayOrder& order = {});

// What report and history call it: "load-orders (replay)".
std::string replay_name(const LoadPlan& plan);

}  // namespace sluice
