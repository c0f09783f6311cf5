#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "job/world.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "source/source.h"

namespace sluice {

// How long brokers may take to tell what their logs look like where nothing else limits it.
inline constexpr std::chrono::minutes answers_limit{1};

// A source that somebody else owns, by the catalog's name.
struct NamedSource {
  std::string name;
  Source* source = nullptr;
};

// Sources of a plan, in its order, opened and connected together.
class Sources {
 public:
  // Opens every source; they begin to connect in the background.
  Sources(const LoadPlan& plan, const World& world);
  // Opens those with these names only.
  Sources(const LoadPlan& plan, const World& world, const std::vector<std::string>& names);

  // Throws what Source::connect throws. `before_each`, here and below, is called before each
  // question to a source, which may take what Source says of it; may be empty.
  void connect(Clock::Instant deadline, const std::function<void()>& before_each = {});

  // What the logs of all topics look like now, beside plan.topics. The ends are captured here,
  // once: a producer that never stops does not keep a job running. All sources must be there.
  std::vector<TopicLog> logs(Clock::Instant deadline,
                             const std::function<void()>& before_each = {});

  // For who waits for messages without a timeout: throws the outage of a source whose brokers are
  // away for longer than its connect_timeout.
  void check_reachable(const Clock& clock) const;

  // One that is there.
  Source& of(const std::string& name);
  // All that are there.
  std::vector<NamedSource> named() const;
  std::size_t count() const { return opened_.size(); }

 private:
  struct Opened {
    const SourceEntry* entry;
    std::unique_ptr<Source> source;
  };

  const LoadPlan& plan_;
  std::vector<Opened> opened_;
};

}  // namespace sluice
