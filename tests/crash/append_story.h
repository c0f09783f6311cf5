#pragma once

#include "crash/small_topic.h"
#include "crash/story.h"

namespace sluice::test {

// Loads in small batches; the exit code.
int load(Scenario& scenario, const Changes& changes);

// The small topic into a new file: what most stories of a load differ from in a few points.
Story append_into_new_file();

}  // namespace sluice::test
