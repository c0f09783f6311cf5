#pragma once

#include "job/report.h"
#include "job/world.h"
#include "plan/plan.h"
#include "store/reject_reader.h"

namespace sluice {

// Takes rejects of a table away for good, all or those of the filter, and leaves a line about it in
// the history, in the same transaction. On disk when it returns. Where there is none of them
// nothing is written. Nobody is waited for: Error{try_later} while a job has the table. The
// report's message tells how many they were. Where somebody else reads from the database for longer
// than a lock is waited for, the rejects are gone, but not yet their bytes in the file: that ends
// with Error{try_later} too, and a purge that finds none of them later wipes them.
Report run_purge(const LoadPlan& plan, const World& world, const RejectFilter& filter);

}  // namespace sluice
