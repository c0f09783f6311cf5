#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "plan/plan.h"
#include "source/publisher.h"
#include "source/source.h"
#include "store/reject_store.h"
#include "store/store.h"

namespace sluice {

// The world as a job meets it: what a test replaces.
struct World {
  const Clock& clock;
  const StopSignal& stop;  // set: the job commits what is complete and ends

  // Opens a source, not yet connected.
  std::function<std::unique_ptr<Source>(const SourceEntry&, const LoadPlan&)> open_source;
  // Opens the store of the plan's table. `deadline`: when the job must end, the bound of all waits.
  std::function<std::unique_ptr<Store>(const LoadPlan&, Clock::Instant deadline)> open_store;
  // Opens the same table for the replay of its rejects. May be empty where none is to be replayed.
  std::function<std::unique_ptr<RejectStore>(const LoadPlan&, Clock::Instant deadline)>
      open_rejects = {};
  // Opens what shows the plan's publish_group at a source how far the job is. May be empty: nothing
  // is published then.
  std::function<std::unique_ptr<Publisher>(const SourceEntry&, const LoadPlan&)> open_publisher;
  // Told after every commit, from the thread that writes: another one than the job's while reading
  // and writing overlap. May be empty.
  std::function<void(const Counts&)> on_commit;
  // Told at least once a second while a job reads and writes, or waits for messages and brokers and
  // knows it; while it asks anew what its logs hold, before each question to a source, which may
  // take as long as Source::connect() and Source::log() say. More silence than that means that it
  // hangs. From the job's thread; may be empty.
  std::function<void()> on_pulse;
};

}  // namespace sluice
