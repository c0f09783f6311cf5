#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/duration.h"
#include "cli/commands.h"
#include "cli/world.h"
#include "job/sources.h"
#include "plan/positions.h"

namespace sluice {
namespace {

// An end is told after the time that brokers wait for messages (fetch.wait.max.ms).
constexpr std::chrono::seconds least_reading{2};

using Starts = std::map<std::string, std::vector<StartAt>>;  // by source

// Brokers answer what a topic is like to users who may not read it: only reading tells. Every
// partition is read from its end, where there is nothing, so a good answer comes at once.
Starts ends_of(const std::vector<PlannedPartition>& partitions) {
  Starts starts;
  for (const PlannedPartition& partition : partitions) {
    auto& list = starts[partition.id.source];
    list.push_back({.partition = static_cast<PartitionIndex>(list.size()),
                    .topic = partition.id.topic,
                    .number = partition.id.partition,
                    .next_offset = partition.end_offset,
                    .end_offset = partition.end_offset,
                    .target_offset = {}});
  }
  return starts;
}

[[noreturn]] void fail_unread(const SourceEntry& entry, const std::vector<StartAt>& starts,
                              const std::set<PartitionIndex>& answered, const Source& source,
                              std::chrono::milliseconds limit) {
  const auto first = std::ranges::find_if(
      starts, [&](const StartAt& start) { return !answered.contains(start.partition); });
  const std::string text = fmt::format(
      "source \"{}\": {} of {} partitions could not be read within {}, the first is {}", entry.name,
      starts.size() - answered.size(), starts.size(), format_duration(limit),
      notation(PartitionId{entry.name, first->topic, first->number}));
  const std::optional<Outage> outage = source.outage();
  if (outage) throw Error(outage->code, fmt::format("{}: {}", text, outage->cause));
  throw Error(ExitCode::unavailable, text + ": the broker that leads it sends nothing")
      .hint("a partition is read from the broker that leads it, at the address that this broker "
            "tells (advertised.listeners): it must be reachable from here");
}

void try_reading(const SourceEntry& entry, const std::vector<StartAt>& starts, Source& source,
                 const World& world) {
  source.start(starts);
  std::set<PartitionIndex> answered;
  const auto limit = std::max<std::chrono::milliseconds>(entry.connect_timeout, least_reading);
  const Clock::Instant end = world.clock.now() + limit;
  while (answered.size() < starts.size()) {
    const Fetched fetched = source.fetch(std::chrono::milliseconds(100), 1, 1);
    for (const Message& message : fetched.messages) answered.insert(message.partition);
    for (const Proof& proof : fetched.proofs) answered.insert(proof.partition);
    if (world.stop.raised()) {
      throw Error::interrupted(fmt::format("reading from source \"{}\"", entry.name));
    }
    if (world.clock.now() >= end && answered.size() < starts.size()) {
      fail_unread(entry, starts, answered, source, limit);
    }
  }
}

// Asks what only the world knows: brokers, topics, access, the table as it is. Changes nothing.
void ask_world(const LoadPlan& plan) {
  const World& world = real_world();
  Sources sources(plan, world);
  sources.connect(Clock::Instant::max());
  const Clock::Instant deadline = world.clock.now() + answers_limit;
  const auto store = world.open_store(plan, deadline);
  const Starts starts = ends_of(plan_positions(plan, sources.logs(deadline), store->positions()));
  for (const SourceEntry& entry : plan.sources) {
    const auto found = starts.find(entry.name);
    if (found != starts.end()) try_reading(entry, found->second, sources.of(entry.name), world);
  }
}

}  // namespace

int check_command(const CheckOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  return for_each_definition(*definitions, [&](const Definition& definition) {
    if (options.connect) ask_world(definition.plan);
    fmt::print("{}: good{}\n", definition.path,
               options.connect ? ", and its brokers and table answer" : "");
  });
}

}  // namespace sluice
