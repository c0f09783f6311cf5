#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "job/report.h"
#include "plan/plan.h"
#include "store/store.h"

namespace sluice {

// More than `ratio` of the messages were rejected. Compared as a quotient, which a double holds as
// well as the ratio that somebody wrote: 57 of 100 is not over 0.57.
bool is_over_ratio(const Counts& counts, double ratio);

// "3 of 100 messages were rejected (0.03)"
std::string ratio_text(const Counts& counts);

// Judges what must hold at the end of a job by what is committed: all of it, whatever the first
// ones come to. Throws Error::interrupted() where the job is asked to stop meanwhile.
std::vector<ExpectationReport> judge(const Expectations& expect, const Counts& counts,
                                     const std::vector<PartitionReport>& partitions, Store& store,
                                     const Clock& clock);

// Throws Error{bad_data} that names those which do not hold, with their values.
void check_all_hold(const std::vector<ExpectationReport>& judged);

}  // namespace sluice
