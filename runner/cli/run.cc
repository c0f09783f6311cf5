#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "cli/alert_command.h"
#include "cli/commands.h"
#include "cli/junit.h"
#include "cli/progress_line.h"
#include "cli/service_manager.h"
#include "cli/world.h"
#include "job/job.h"
#include "source/kafka/sasl_plugins.h"

namespace sluice {
namespace {

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

void tell_rules(const Report& report) {
  for (const RuleReport& rule : report.rules) {
    if (rule.filtered == 0) continue;
    spdlog::info("rule {} of {}: {} row{} filtered", rule.name, report.action, rule.filtered,
                 rule.filtered == 1 ? "" : "s");
  }
}

bool has_kerberos(const Definition& definition) {
  return std::ranges::any_of(definition.plan.sources, [](const SourceEntry& source) {
    return source.security.mechanism.value == "GSSAPI";
  });
}

Report run(const LoadPlan& plan, ServiceManager& manager) {
  World world = real_world();
  ProgressLine progress(plan.action, world.clock);
  std::atomic<std::int64_t> messages{0};
  world.on_commit = [&](const Counts& counts) {
    messages = counts.messages;
    progress.show(counts);
  };
  if (manager.is_there()) {
    world.on_pulse = [&] {
      if (world.stop.raised()) manager.stopping("asked to stop: ends after a commit");
      manager.pulse(fmt::format("{}: {} messages", plan.action, messages.load()));
    };
  }
  Report report = run_job(plan, world);
  progress.clear();
  return report;
}

std::vector<JunitSuite> none_ran(const std::vector<std::string>& actions) {
  std::vector<JunitSuite> suites;
  for (const std::string& path : actions) {
    Report report;
    report.exit_code = static_cast<int>(ExitCode::definition);
    report.message = "nothing ran: definitions are wrong or missing, as standard error tells";
    suites.push_back({.action = path, .report = std::move(report)});
  }
  return suites;
}

}  // namespace

void print_report(const Report& report, Output output) {
  if (report.stop_reason == StopReason::error) spdlog::error("{}", report.message);
  if (output == Output::json) {
    fmt::print("{}\n", to_json(report));
  } else {
    fmt::print("{}", to_text(report));
  }
  std::fflush(stdout);
}

int run_command(const RunOptions& options) {
  JunitFile junit(options.junit);
  int worst = 0;
  const auto definitions = load_definitions(options.definitions, worst);
  if (!definitions) {
    junit.write(none_ran(options.definitions.actions));
    return worst;
  }
  std::vector<JunitSuite> suites;
  ServiceManager manager(real_world().clock);
  const bool needs_sasl_plugins = std::ranges::any_of(*definitions, has_kerberos);
  for (const Definition& definition : *definitions) {
    const std::string& action = definition.plan.action;
    if (real_world().stop.raised()) {  // it came at the end of the job before
      worst = std::max(worst, 128 + real_world().stop.number());
      suites.push_back({.action = action, .not_run = "a signal came before it"});
      continue;
    }
    std::optional<WithoutSaslPlugins> spared;
    if (!needs_sasl_plugins) spared.emplace();
    Report report = run(definition.plan, manager);
    spared.reset();  // commands of the user's are started with what the user has set
    print_report(report, options.output);
    tell_rules(report);
    tell_alerts(report, options.on_alert);
    worst = std::max(worst, report.exit_code);
    suites.push_back({.action = action, .report = std::move(report)});
  }
  manager.stopping(fmt::format("ended with {}", worst));
  junit.write(suites);
  return worst;
}

}  // namespace sluice
