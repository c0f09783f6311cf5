#include "job/sources.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

Sources::Sources(const LoadPlan& plan, const World& world) : plan_(plan) {
  for (const SourceEntry& entry : plan.sources) {
    opened_.push_back({&entry, world.open_source(entry, plan)});
  }
}

Sources::Sources(const LoadPlan& plan, const World& world, const std::vector<std::string>& names)
    : plan_(plan) {
  for (const SourceEntry& entry : plan.sources) {
    if (std::ranges::find(names, entry.name) == names.end()) continue;
    opened_.push_back({&entry, world.open_source(entry, plan)});
  }
}

void Sources::connect(Clock::Instant deadline, const std::function<void()>& before_each) {
  for (const Opened& opened : opened_) {
    if (before_each) before_each();
    opened.source->connect(deadline);
  }
}

std::vector<TopicLog> Sources::logs(Clock::Instant deadline,
                                    const std::function<void()>& before_each) {
  std::vector<TopicLog> logs;
  for (const PlannedTopic& topic : plan_.topics) {
    if (before_each) before_each();
    logs.push_back(of(topic.source).log(topic, deadline));
  }
  return logs;
}

void Sources::check_reachable(const Clock& clock) const {
  for (const Opened& opened : opened_) {
    const std::optional<Outage> outage = opened.source->outage();
    if (!outage || clock.now() - outage->since < opened.entry->connect_timeout) continue;
    throw Error(outage->code, outage->cause)
        .during(fmt::format("reading from source {}", opened.entry->name));
  }
}

Source& Sources::of(const std::string& name) {
  return *std::ranges::find(opened_, name, [](const Opened& opened) {
            return opened.entry->name;
          })->source;
}

std::vector<NamedSource> Sources::named() const {
  std::vector<NamedSource> all;
  for (const Opened& opened : opened_) all.push_back({opened.entry->name, opened.source.get()});
  return all;
}

}  // namespace sluice
