#pragma once

#include "support/forwarding_source.h"
#include "support/scripted_source.h"

namespace sluice::test {

// A source whose every call is a step that may meet a fault (FaultLine). A connection that fails
// takes a second of the clock.
class FaultySource final : public ForwardingSource {
 public:
  FaultySource(std::unique_ptr<Source> source, ManualClock& clock)
      : ForwardingSource(std::move(source)), clock_(clock) {}

  void connect(Clock::Instant deadline) override;
  TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) override;
  void start(std::span<const StartAt> partitions) override;
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override;

 private:
  ManualClock& clock_;
};

}  // namespace sluice::test
