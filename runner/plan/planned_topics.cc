#include "plan/planned_topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/wording.h"
#include "plan/attribute_names.h"

namespace sluice {
namespace {

using PartitionNumbers = std::vector<std::int32_t>;

std::vector<std::string> names_of(const std::map<std::string, Topic>& topics) {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics) names.push_back(name);
  return names;
}

std::vector<std::string> known_sources(const Catalog& catalog) {
  std::vector<std::string> names = catalog.known_sources;
  for (const auto& [name, source] : catalog.sources) {
    if (std::ranges::count(names, name) == 0) names.push_back(name);
  }
  return names;
}

const SourceEntry* find_source(const Address& address, const Catalog& catalog, Problems& problems) {
  const auto source = catalog.sources.find(address.container);
  if (source != catalog.sources.end()) return &source->second;
  // A file that could not be read has its problems already.
  const bool has_file = std::ranges::count(catalog.known_sources, address.container) > 0;
  if (has_file && problems.any()) return nullptr;
  problems.add(address.place, fmt::format("unknown source {}{}", in_quotes(address.container),
                                          suggestion(address.container, known_sources(catalog))));
  return nullptr;
}

const Topic* find_topic(const Address& address, const SourceEntry& source, Problems& problems) {
  const auto topic = source.topics.find(address.item);
  if (topic != source.topics.end()) return &topic->second;
  problems.add(address.place, fmt::format("source {} has no topic {}{}", in_quotes(source.name),
                                          in_quotes(address.item),
                                          suggestion(address.item, names_of(source.topics))));
  return nullptr;
}

const std::map<std::int32_t, Offset>* named_offsets(
    const std::optional<Located<OffsetChoice>>& choice) {
  return choice ? std::get_if<std::map<std::int32_t, Offset>>(&choice->value) : nullptr;
}

void check_named(const std::optional<Located<OffsetChoice>>& choice, std::string_view key,
                 const std::optional<PartitionNumbers>& selected, Problems& problems) {
  const auto* named = named_offsets(choice);
  if (named == nullptr || !selected) return;
  for (const auto& [partition, offset] : *named) {
    if (std::ranges::count(*selected, partition) > 0) continue;
    problems.add(choice->place,
                 fmt::format("{} names partition {}, which is not selected", key, partition));
  }
}

// `partitions`, narrowed to those that a map in `until_offset` names; nothing: all.
std::optional<PartitionNumbers> selected_partitions(const LoadFrom& entry, Problems& problems) {
  std::optional<PartitionNumbers> selected;
  if (entry.partitions) selected = entry.partitions->value;
  check_named(entry.until_offset, "until_offset", selected, problems);
  if (const auto* named = named_offsets(entry.until_offset)) {
    PartitionNumbers narrowed;
    for (const auto& [partition, offset] : *named) {
      if (!selected || std::ranges::count(*selected, partition) > 0) narrowed.push_back(partition);
    }
    selected = std::move(narrowed);
  }
  if (selected && selected->empty() && !problems.any()) {
    problems.add(entry.source.place, "no partition is selected here; name one or leave it out");
  }
  check_named(entry.offset_number, "offset_number", selected, problems);
  return selected;
}

// A partition that both read; nothing where they have none in common.
std::optional<std::string> common_partitions(const std::optional<PartitionNumbers>& one,
                                             const std::optional<PartitionNumbers>& other) {
  if (!one && !other) return "every partition";
  if (!one) return common_partitions(other, one);
  for (const std::int32_t partition : *one) {
    if (!other || std::ranges::count(*other, partition) > 0) {
      return fmt::format("partition {}", partition);
    }
  }
  return {};
}

void check_read_once(const PlannedTopic& topic, const Place& place,
                     const std::vector<PlannedTopic>& before, Problems& problems) {
  for (const PlannedTopic& other : before) {
    if (other.source != topic.source || other.topic != topic.topic) continue;
    const auto common = common_partitions(topic.partitions, other.partitions);
    if (!common) continue;
    problems.add(place,
                 fmt::format("{} of topic {} is read twice; each message may come in once, so "
                             "give each entry \"partitions\" of its own",
                             *common, in_quotes(topic.topic)));
    return;
  }
}

template <class T>
std::optional<T> value_of(const std::optional<Located<T>>& located) {
  return located ? std::optional<T>(located->value) : std::nullopt;
}

PlannedTopic planned_topic(const LoadFrom& entry, OffsetPolicy policy, Problems& problems) {
  PlannedTopic topic;
  topic.source = entry.source.container;
  topic.topic = entry.source.item;
  topic.format = entry.format;
  topic.offset_policy = policy;
  topic.offset_number = value_of(entry.offset_number);
  topic.timestamp = value_of(entry.timestamp);
  topic.until_offset = value_of(entry.until_offset);
  topic.until_timestamp = value_of(entry.until_timestamp);
  topic.partitions = selected_partitions(entry, problems);
  return topic;
}

}  // namespace

std::vector<const Topic*> plan_topics(const Action& action, const Catalog& catalog, LoadPlan& plan,
                                      Problems& problems) {
  std::vector<const Topic*> topics;
  for (const LoadFrom& entry : action.load_from) {
    const SourceEntry* source = find_source(entry.source, catalog, problems);
    if (source == nullptr) continue;
    const Topic* topic = find_topic(entry.source, *source, problems);
    if (topic == nullptr) continue;
    PlannedTopic next = planned_topic(entry, topic->offset_policy, problems);
    if (entry.explode) {
      next.explode = cell_of({.path = entry.explode->value, .as_written = true}, plan);
    }
    check_read_once(next, entry.source.place, plan.topics, problems);
    if (std::ranges::count(plan.sources, source->name, &SourceEntry::name) == 0) {
      plan.sources.push_back(*source);
    }
    plan.topics.push_back(std::move(next));
    topics.push_back(topic);
  }
  return topics;
}

}  // namespace sluice
