#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "job/world.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "source/source.h"

namespace sluice {

// The sources of a plan, in its order, opened and connected together.
class Sources {
 public:
  // Opens every source; they begin to connect in the background.
  Sources(const LoadPlan& plan, const World& world);

  // Throws what Source::connect throws.
  void connect(Clock::Instant deadline);

  // What the logs of all topics look like now, beside plan.topics. The ends are captured here,
  // once: a producer that never stops does not keep a job running.
  std::vector<TopicLog> logs(Clock::Instant deadline);

  // For who waits for messages without a timeout: throws the outage of a source whose brokers are
  // away for longer than its connect_timeout.
  void check_reachable(const Clock& clock) const;

  Source& of(const std::string& name);
  const std::vector<std::unique_ptr<Source>>& all() const { return sources_; }

 private:
  const LoadPlan& plan_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace sluice
