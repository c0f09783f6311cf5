#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "cli/alert_command.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/world.h"
#include "job/job.h"

namespace sluice {
namespace {

void print(const Report& report, Output output) {
  if (output == Output::json) {
    fmt::print("{}\n", to_json(report));
  } else {
    fmt::print("{}", to_text(report));
  }
  std::fflush(stdout);
}

void tell_alerts(const Report& report, const std::string& command) {
  bool any = false;
  for (const AlertReport& alert : report.alerts) {
    if (alert.count == 0) continue;
    any = true;
    spdlog::warn("alert \"{}\" of {}: {} row{}, the first of {}", alert.name, report.action,
                 alert.count, alert.count == 1 ? "" : "s", alert.first);
  }
  const World& world = real_world();
  if (any && !command.empty()) {
    run_alert_command(command, to_json(report) + "\n", world.clock, world.stop);
  }
}

}  // namespace

int run_command(const RunOptions& options) {
  int worst = 0;
  const auto definitions = load_definitions(options.definitions, worst);
  if (!definitions) return worst;
  for (const Definition& definition : *definitions) {
    if (real_world().stop.raised()) {  // it came at the end of the job before
      worst = std::max(worst, 128 + real_world().stop.number());
      break;
    }
    World world = real_world();
    ProgressLine progress(definition.plan.action, world.clock);
    world.on_commit = [&progress](const Counts& counts) { progress.show(counts); };
    const Report report = run_job(definition.plan, world);
    progress.clear();
    if (report.stop_reason == StopReason::error) spdlog::error("{}", report.message);
    print(report, options.output);
    tell_alerts(report, options.on_alert);
    worst = std::max(worst, report.exit_code);
  }
  return worst;
}

}  // namespace sluice
