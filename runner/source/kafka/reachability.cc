#include "source/kafka/reachability.h"

namespace sluice {

void Reachability::update(Clock::Instant now) {
  if (!troubled_since_) {
    if (!client_.troubles().any()) return;
    troubled_since_ = now;
  }
  if (client_.watch().last_answer() > *troubled_since_) {
    if (away_) past_outages_ += now - *troubled_since_;
    away_ = false;
    troubled_since_.reset();
    client_.troubles().clear();
    return;
  }
  away_ = away_ || now - *troubled_since_ >= grace_;
}

std::optional<Outage> Reachability::outage() const {
  if (!away_) return std::nullopt;
  return Outage{.since = *troubled_since_, .cause = client_.troubles().causes("no answer")};
}

std::chrono::milliseconds Reachability::time_away(Clock::Instant now) const {
  auto away = past_outages_;
  if (away_) away += now - *troubled_since_;
  return std::chrono::duration_cast<std::chrono::milliseconds>(away);
}

}  // namespace sluice
