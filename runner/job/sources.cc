#include "job/sources.h"

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

Source& Sources::of(const std::string& name) {
  const auto found = std::ranges::find(plan_.sources, name, &SourceEntry::name);
  return *sources_[static_cast<std::size_t>(found - plan_.sources.begin())];
}

}  // namespace sluice
