#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "source/kafka/client.h"
#include "source/source.h"

namespace sluice {

// Whether brokers can be reached, told from the answers that come in and the troubles that are
// reported. A connection that breaks is not yet an outage: another broker may answer, or the same
// one at once again. One thread.
class Reachability {
 public:
  // `grace`: how long no answer may come after a trouble; longer than brokers take to answer an
  // empty fetch (fetch.wait.max.ms).
  Reachability(KafkaClient& client, std::chrono::milliseconds grace)
      : client_(client), grace_(grace) {}

  // Call often, after the client's callbacks were served: of the time between two calls a second at
  // most counts as heard. `waiting`: nothing arrives, so brokers should at least answer that there
  // is nothing.
  void update(Clock::Instant now, bool waiting);

  std::optional<Outage> outage() const;
  std::chrono::milliseconds time_away(Clock::Instant now) const;

 private:
  void listen(Clock::Instant now, bool waiting);

  KafkaClient& client_;
  std::chrono::milliseconds grace_;
  std::optional<Clock::Instant> last_update_;
  Clock::Instant heard_{};                  // the last answer that an update saw
  Clock::Instant::duration quiet_for_{};    // waiting, since then
  std::optional<Clock::Instant> troubled_since_;
  Clock::Instant::duration troubled_for_{};
  bool away_ = false;  // for longer than the grace
  Clock::Instant::duration past_outages_{};
};

}  // namespace sluice
