#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "support/process.h"

namespace sluice::test {

using Offsets = std::map<int, std::int64_t>;  // by partition

// Whether a run, whose report is JSON, says that it came to the ends that the topic had.
bool is_caught_up(const Ended& ended);

// What such a run has not read of the topic that had these ends before it began: by its own report,
// and by the positions that are stored now. Empty where that is nothing, and of other runs. A lost
// range is no excuse: who passes over it stands behind it.
std::string left_unread(const Ended& ended, const Offsets& ends_before, const Offsets& stored);

// "0@12 1@30", as Project::positions() has it.
Offsets offsets_in(const std::string& positions);

}  // namespace sluice::test
