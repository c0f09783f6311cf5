#include "job/sources.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

Sources::Sources(const LoadPlan& plan, const World& world) : plan_(plan) {
  for (const SourceEntry& entry : plan.sources) {
    sources_.push_back(world.open_source(entry, plan));
  }
}

void Sources::connect(Clock::Instant deadline) {
  for (const auto& source : sources_) source->connect(deadline);
}

std::vector<TopicLog> Sources::logs(Clock::Instant deadline) {
  std::vector<TopicLog> logs;
  for (const PlannedTopic& topic : plan_.topics) {
    logs.push_back(of(topic.source).log(topic, deadline));
  }
  return logs;
}

void Sources::check_reachable(const Clock& clock) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const std::optional<Outage> outage = sources_[i]->outage();
    if (!outage || clock.now() - outage->since < plan_.sources[i].connect_timeout) continue;
    throw Error(outage->code, outage->cause)
        .during(fmt::format("reading from source {}", plan_.sources[i].name));
  }
}

Source& Sources::of(const std::string& name) {
  const auto found = std::ranges::find(plan_.sources, name, &SourceEntry::name);
  return *sources_[static_cast<std::size_t>(found - plan_.sources.begin())];
}

}  // namespace sluice
