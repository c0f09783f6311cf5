#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/world.h"
#include "job/sources.h"
#include "plan/positions.h"

namespace sluice {
namespace {

// Asks what only the world knows: brokers, topics, access, the table as it is. Changes nothing.
void ask_world(const LoadPlan& plan) {
  const World& world = real_world();
  const Clock::Instant deadline = Clock::Instant::max();
  Sources sources(plan, world, deadline);
  const auto store = world.open_store(plan, deadline);
  plan_positions(plan, sources.logs(deadline), store->positions());
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
