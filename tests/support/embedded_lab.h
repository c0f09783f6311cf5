#pragma once

#include "base/clock.h"
#include "base/stop_signal.h"
#include "catalog/catalog.h"
#include "source/kafka/embedded_broker.h"

namespace sluice::test {

// An embedded broker with the catalog's entry for it, "shop", and what a client of it needs.
struct EmbeddedLab {
  SystemClock clock;
  StopSignal stop;
  EmbeddedBroker broker;
  SourceEntry entry{.name = "shop",
                    .place = {},
                    .servers = broker.address(),
                    .connect_timeout = std::chrono::seconds(10),
                    .properties = {},
                    .topics = {}};

  Clock::Instant soon() const { return clock.now() + std::chrono::seconds(10); }
};

}  // namespace sluice::test
