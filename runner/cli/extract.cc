#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>

#include "catalog/names.h"
#include "cli/commands.h"
#include "cli/extract_files.h"
#include "cli/extract_report.h"
#include "cli/topic_target.h"
#include "cli/world.h"
#include "job/sampler.h"
#include "survey/topic_shape.h"

namespace sluice {
namespace {

// A plan that reads one topic and writes nothing.
LoadPlan plan_of(const TopicTarget& target) {
  LoadPlan plan;
  plan.action = "extract";
  plan.sources = {target.source};
  PlannedTopic topic;
  topic.source = target.source.name;
  topic.topic = target.topic;
  plan.topics.push_back(std::move(topic));
  plan.stop.until_end = true;
  return plan;
}

// A table's name that needs no quotes in SQL.
std::string table_for(const std::string& topic) {
  std::string name = topic;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return why_reserved_table(name).empty() ? name : "topic_" + name + "_";
}

ActionNames names_for(const ExtractOptions& options, const TopicTarget& target) {
  ActionNames names{.source = target.source.name,
                    .topic = target.topic,
                    .dataset = options.dataset.empty() ? target.source.name : options.dataset,
                    .table = options.table.empty() ? table_for(target.topic) : options.table};
  if (const auto why = why_reserved_table(names.table); !why.empty()) {
    throw Error(ExitCode::usage, fmt::format("\"{}\" is reserved: {}", names.table, why));
  }
  for (const std::string& name : {names.dataset, names.table}) {
    if (name.find('/') == std::string::npos) continue;
    throw Error(ExitCode::usage, fmt::format("\"{}\": a name without \"/\" is wanted", name));
  }
  return names;
}

// What was written is checked like anything else that a person might run.
int write(const ExtractOptions& options, const TopicShape& shape, const ActionNames& names) {
  if (shape.columns.empty()) {
    throw Error(ExitCode::no_input,
                fmt::format("{}/{} has no column to be written", names.source, names.topic))
        .hint("nothing was written; extract again when the topic has messages");
  }
  const auto changes = changes_for(shape, names, options.project, options.by_force);
  write_files(changes);
  for (const FileChange& change : changes) spdlog::info("wrote {}: {}", change.path, change.what);
  DefinitionOptions check{.actions = {action_path(options.project, names.topic)},
                          .project = options.project,
                          .overrides = {}};
  int exit_code = 0;
  if (load_definitions(check, exit_code)) {
    spdlog::info("next: sluice run --until end {}", check.actions.front());
  }
  return exit_code;
}

}  // namespace

int extract_command(const ExtractOptions& options) {
  const TopicTarget target = topic_target(options.target, options.project);
  const ActionNames names = names_for(options, target);
  TopicProfile profile;
  const SampledLog log =
      sample_topic(plan_of(target), real_world(), options.size,
                   [&profile](const PartitionId& partition, const Message& message) {
                     profile.add(partition, message);
                   });
  const TopicShape shape = shape_of(profile);
  const Extract extract{target.source.name, target.topic, log, profile, shape};
  if (options.output == Output::json) {
    fmt::print("{}\n", to_json(extract));
  } else {
    fmt::print("{}", to_text(extract));
  }
  std::fflush(stdout);
  return options.writes ? write(options, shape, names) : 0;
}

}  // namespace sluice
