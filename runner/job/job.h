#pragma once

#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"

namespace sluice {

// Runs one job from its plan to its report. Whatever happens to the world is in the report, with
// its exit code; what was committed stays and the next job goes on from there.
//
// Throws only what is a bug of ours. Runs in the calling thread and ends within the plan's timeout
// and 10 s, unless the disk blocks a commit for longer.
Report run_job(const LoadPlan& plan, const World& world);

}  // namespace sluice
