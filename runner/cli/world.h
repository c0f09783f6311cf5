#pragma once

#include "job/world.h"

namespace sluice {

// The real world: the machine's clock, the process's signals, Kafka and SQLite. Lives as long as
// the process.
const World& real_world();

}  // namespace sluice
