#pragma once

#include <vector>

#include "base/clock.h"
#include "job/progress.h"
#include "job/sources.h"
#include "plan/positions.h"

namespace sluice {

// For who reads to an end without a timeout. A partition that loses its leader sends nothing, not
// even an error, while others answer: it is not waited for without an end. One thread.
class SilenceLimit {
 public:
  // All that is handed over must outlive it. `progress`: of who reads all of these partitions.
  SilenceLimit(const Sources& sources, const std::vector<PlannedPartition>& partitions,
               const Progress& progress, const Clock& clock);

  // Call between reads. Throws what Sources::check_reachable() throws, and Error{unavailable},
  // which names the partitions that are not done, where none of them has moved for `answers_limit`;
  // while brokers are away they are not waited for.
  void check();

 private:
  struct Standing {
    Offset sum = 0;  // of the positions
    std::size_t open = 0;
    bool operator==(const Standing&) const = default;
  };

  Standing standing() const;
  bool is_any_away() const;

  const Sources& sources_;
  const std::vector<PlannedPartition>& partitions_;
  const Progress& progress_;
  const Clock& clock_;
  Standing last_;
  Clock::Instant moved_;
};

}  // namespace sluice
