#pragma once

#include <vector>

#include "plan/positions.h"

namespace sluice::test {

// The partitions of a job that reads one: game guesses/0.
inline std::vector<PlannedPartition> one_partition() {
  PlannedPartition partition;
  partition.id = {"game", "guesses", 0};
  return {partition};
}

}  // namespace sluice::test
