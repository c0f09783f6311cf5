#include "source/kafka/reachability.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/duration.h"

namespace sluice {

namespace {

// A broker that is stopped or cut off keeps its connection and says nothing, and librdkafka
// notices only after a minute (socket.timeout.ms).
constexpr std::chrono::seconds silence{2};

// Who was stopped meanwhile, by a signal or with the machine, has heard nothing: nobody was silent.
constexpr std::chrono::seconds longest_listening{1};

}  // namespace

void Reachability::update(Clock::Instant now, bool waiting) {
  listen(now, waiting);
  if (!troubled_since_) {
    const bool silent = quiet_for_ >= grace_ + silence;
    if (!silent && !client_.troubles().any()) return;
    troubled_since_ = silent ? now - quiet_for_ : now;
    troubled_for_ = silent ? quiet_for_ : Clock::Instant::duration(0);
  }
  if (client_.watch().last_answer() > *troubled_since_) {
    if (away_) {
      past_outages_ += now - *troubled_since_;
      spdlog::info("source \"{}\": the brokers are back after {:.1f} s", client_.name(),
                   seconds_of(now - *troubled_since_));
    }
    away_ = false;
    troubled_since_.reset();
    client_.troubles().clear();
    return;
  }
  if (away_ || troubled_for_ < grace_) return;
  away_ = true;
  spdlog::warn("source \"{}\": the brokers are away: {}; waits for them", client_.name(),
               client_.troubles().causes("no answer"));
}

void Reachability::listen(Clock::Instant now, bool waiting) {
  const auto since_last = now - last_update_.value_or(now);
  const auto listened = std::min<Clock::Instant::duration>(since_last, longest_listening);
  last_update_ = now;
  troubled_for_ += listened;
  const auto answer = client_.watch().last_answer();
  const bool is_quiet = waiting && answer == heard_;
  quiet_for_ = is_quiet ? quiet_for_ + listened : Clock::Instant::duration(0);
  heard_ = answer;
}

std::optional<Outage> Reachability::outage() const {
  if (!away_) return std::nullopt;
  return Outage{.since = *troubled_since_,
                .cause = client_.troubles().causes("no answer"),
                .code = client_.troubles().refused_since() ? ExitCode::not_authorised
                                                           : ExitCode::unavailable};
}

std::chrono::milliseconds Reachability::time_away(Clock::Instant now) const {
  auto away = past_outages_;
  if (away_) away += now - *troubled_since_;
  return std::chrono::duration_cast<std::chrono::milliseconds>(away);
}

}  // namespace sluice
