#include <fmt/format.h>

#include <chrono>
#include <map>
#include <set>

#include "cli/commands.h"
#include "cli/world.h"
#include "job/sources.h"
#include "plan/positions.h"

namespace sluice {
namespace {

// Brokers answer what a topic is like to users who may not read it: only reading tells. Every
// partition is read from its end, where there is nothing, so a good answer comes at once.
constexpr std::chrono::seconds reading_limit{2};

void try_reading(Sources& sources, const std::vector<PlannedPartition>& partitions,
                 const Clock& clock) {
  std::map<std::string, std::vector<StartAt>> starts;
  for (const PlannedPartition& partition : partitions) {
    auto& list = starts[partition.id.source];
    list.push_back({.partition = static_cast<PartitionIndex>(list.size()),
                    .topic = partition.id.topic,
                    .number = partition.id.partition,
                    .next_offset = partition.end_offset,
                    .end_offset = partition.end_offset,
                    .target_offset = {}});
  }
  for (const auto& [name, list] : starts) {
    Source& source = sources.of(name);
    source.start(list);
    std::set<PartitionIndex> answered;
    for (const auto end = clock.now() + reading_limit;
         answered.size() < list.size() && clock.now() < end;) {
      const Fetched fetched = source.fetch(std::chrono::milliseconds(100), 1, 1);
      for (const Message& message : fetched.messages) answered.insert(message.partition);
      for (const Proof& proof : fetched.proofs) answered.insert(proof.partition);
    }
  }
}

// Asks what only the world knows: brokers, topics, access, the table as it is. Changes nothing.
void ask_world(const LoadPlan& plan) {
  const World& world = real_world();
  const Clock::Instant deadline = Clock::Instant::max();
  Sources sources(plan, world);
  sources.connect(deadline);
  const auto store = world.open_store(plan, deadline);
  try_reading(sources, plan_positions(plan, sources.logs(deadline), store->positions()),
              world.clock);
}

}  // namespace

int check_command(const CheckOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  for (const Definition& definition : *definitions) {
    if (options.connect) ask_world(definition.plan);
    fmt::print("{}: good{}\n", definition.path,
               options.connect ? ", and its brokers and table answer" : "");
  }
  return 0;
}

}  // namespace sluice
