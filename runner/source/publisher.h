#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/clock.h"
#include "data/position.h"

namespace sluice {

struct PublishedPosition {
  std::string topic;
  std::int32_t partition = 0;
  Offset next_offset = 0;
};

// Shows one source's own tools how far a job is. What is shown is a copy for looking at: nobody
// reads it back, and a load neither fails nor waits for it.
//
// One thread uses a publisher. Nothing is thrown, and only finish() waits for an answer.
class Publisher {
 public:
  virtual ~Publisher() = default;

  // Sends the positions of all partitions. While older ones are on their way, nothing is sent; the
  // next call or finish() makes up for it.
  virtual void publish(std::span<const PublishedPosition> positions) = 0;

  // Waits until the last positions given to publish() have arrived, at most until `deadline`.
  virtual void finish(Clock::Instant deadline) = 0;

  // Why the last positions that were answered, or given up, did not arrive. Empty where they did.
  virtual const std::string& failure() const = 0;
};

}  // namespace sluice
