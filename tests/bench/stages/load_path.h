#pragma once

#include <cstdint>
#include <string>

#include "bench/stages/stopwatch.h"
#include "plan/plan.h"

namespace sluice::bench {

// What the stages behind the source took for some messages, each by itself on one thread.
struct StageTimes {
  Took decode;  // bytes into a batch, and cells of them
  Took map;     // cells to rows that fit the table
  Took insert;  // rows and positions into the database, the clean end included
};

// Loads messages 0 … count - 1 of a shape from memory into a new database in `folder`, with the
// project's own rooms, batch after batch as a job would. Making the messages is not measured.
// Throws std::runtime_error where not every message became a row.
StageTimes measure_stages(const std::string& shape, std::int64_t count, const std::string& folder);

}  // namespace sluice::bench
