#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/project.h"

namespace sluice::test {

// What is known of a topic without a look at the table.
struct Truth {
  // Of each partition, in their order.
  struct Partition {
    std::map<std::int64_t, std::string> seen;  // every committed message, by offset
    std::int64_t end = 0;
    std::int64_t deleted_below = 0;  // the greatest offset that records were ever deleted below
  };

  std::vector<Partition> partitions;
  std::set<std::int64_t> acknowledged;  // ids that producers were told are stored
};

// A table held against what is known of its topic.
struct Verdict {
  std::int64_t messages = 0;  // that were seen, so committed
  std::int64_t in_gaps = 0;   // of them, deleted, and noted in the gaps
  std::int64_t lost = 0;      // not in the table, and not both deleted and in a gap
  std::int64_t twice = 0;     // rows too many: twice, in a gap too, aborted, or never in the topic
  std::string wrong;          // a line for each kind of fault; empty where all is well
};

// Every message that was seen is in the table once, or was deleted and is in a gap; nothing else is
// in the table; no gap reaches beyond what was deleted; every acknowledged message was seen;
// positions are behind all rows and at the ends of the partitions.
Verdict judge(const Project& project, const Truth& truth);

}  // namespace sluice::test
