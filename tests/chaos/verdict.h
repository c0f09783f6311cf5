#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "chaos/witness.h"
#include "support/project.h"

namespace sluice::test {

// A table held against what was seen of its topic.
struct Verdict {
  std::int64_t messages = 0;  // that were seen, so committed
  std::int64_t in_gaps = 0;   // of them, deleted before they were read, and noted in the gaps
  std::int64_t lost = 0;      // neither in the table nor in a gap
  std::int64_t twice = 0;     // rows too many: twice, in a gap too, aborted, or never in the topic
  std::string wrong;          // a line for each kind of fault; empty where all is well
};

// Every message that was seen is in the table once, or in a gap; nothing else is in the table;
// every acknowledged one was seen; positions are behind all rows and at the ends of the topic's
// partitions, which are given in their order.
Verdict judge(const Project& project, const Witness& witness, const std::vector<std::int64_t>& ends,
              const std::set<std::int64_t>& acknowledged);

}  // namespace sluice::test
