#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/duration.h"
#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/world.h"
#include "job/sources.h"
#include "plan/broker_field.h"
#include "plan/positions.h"

namespace sluice {
namespace {

std::vector<PlannedPartition> decide_positions(const LoadPlan& plan) {
  const World& world = real_world();
  const Clock::Instant deadline = Clock::Instant::max();
  Sources sources(plan, world);
  sources.connect(deadline);
  return plan_positions(plan, sources.logs(deadline),
                        world.open_store(plan, deadline)->positions());
}

std::string origin_of(const PlannedColumn& column, const LoadPlan& plan) {
  if (const auto* attribute = std::get_if<std::size_t>(&column.from)) {
    const auto expression =
        std::ranges::find(plan.expressions, *attribute, &PlannedExpression::cell);
    if (expression != plan.expressions.end()) return fmt::format("sql {}", expression->sql);
    const PlannedAttribute& taken = plan.attributes[*attribute];
    if (!taken.of_element) return fmt::format("attribute {}", notation(taken.path));
    return fmt::format("$element{}{}", taken.path.empty() ? "" : " > ", notation(taken.path));
  }
  if (const auto* field = std::get_if<BrokerField>(&column.from)) {
    return std::string(name_of(*field));
  }
  return "a constant";
}

std::string stop_rules_of(const StopRules& rules) {
  std::string text = rules.until_end ? "at the end of the log as it is now" : "";
  const auto add = [&text](const std::string& rule) {
    text += (text.empty() ? "" : ", or ") + rule;
  };
  if (rules.timeout) add("after " + format_duration(*rules.timeout));
  if (rules.max_messages) add(fmt::format("with {} messages", *rules.max_messages));
  if (rules.idle_timeout) add(format_duration(*rules.idle_timeout) + " without a message");
  return text.empty() ? "with a signal only" : text;
}

std::string rejects_allowed(const RejectBudget& budget) {
  std::string text;
  if (budget.count != RejectBudget::unlimited) text = fmt::format("{} rejects", budget.count);
  if (!budget.ratio) return text;
  return fmt::format("{}{}rejects up to a ratio of {}", text, text.empty() ? "" : " and ",
                     *budget.ratio);
}

// Offsets between the start and where the partition ends as far as the log goes now.
std::int64_t range_of(const PlannedPartition& partition) {
  const Offset end = partition.target_offset
                         ? std::min(*partition.target_offset, partition.end_offset)
                         : partition.end_offset;
  return end > partition.from_offset ? end - partition.from_offset : 0;
}

std::string as_text(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions) {
  std::string text = fmt::format("{}: into table \"{}\" of {}\n", plan.action, plan.table.name,
                                 plan.table.database_path);
  for (const PlannedColumn& column : plan.table.columns) {
    text += fmt::format("  {} {}{} <- {}\n", column.name, name_of(column.spec.type),
                        column.nullable ? "" : " not null", origin_of(column, plan));
  }
  for (const PlannedPartition& partition : partitions) {
    text +=
        fmt::format("  {}: from {} ({}) to {}, {} offsets{}{}\n", notation(partition.id),
                    partition.from_offset, name_of(partition.reason),
                    partition.target_offset ? std::to_string(*partition.target_offset) : "no end",
                    range_of(partition), partition.note.empty() ? "" : ": ", partition.note);
  }
  if (plan.publish_group) {
    text += fmt::format("  the offsets are published to group \"{}\"\n", *plan.publish_group);
  }
  return text + fmt::format("  ends {}; a commit every {} messages or {}; {} allowed\n",
                            stop_rules_of(plan.stop), plan.batch.rows,
                            format_duration(plan.batch.interval), rejects_allowed(plan.rejects));
}

std::string as_json(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions) {
  std::string list = "[";
  for (const PlannedPartition& partition : partitions) {
    JsonObject json;
    json.add("source", partition.id.source);
    json.add("topic", partition.id.topic);
    json.add("partition", partition.id.partition);
    json.add("from_offset", partition.from_offset);
    json.add("reason", name_of(partition.reason));
    json.add("low_offset", partition.low_offset);
    json.add("end_offset", partition.end_offset);
    json.add_raw("target_offset",
                 partition.target_offset ? std::to_string(*partition.target_offset) : "null");
    json.add("offsets", range_of(partition));
    if (!partition.note.empty()) json.add("note", partition.note);
    list += (list.size() > 1 ? "," : "") + std::move(json).text();
  }
  JsonObject json;
  json.add("action", plan.action);
  json.add("database", plan.table.database_path);
  json.add("table", plan.table.name);
  json.add("ends", stop_rules_of(plan.stop));
  json.add_raw("partitions", list + "]");
  return std::move(json).text();
}

}  // namespace

int plan_command(const PlanOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  for (const Definition& definition : *definitions) {
    const auto partitions = decide_positions(definition.plan);
    if (options.output == Output::json) {
      fmt::print("{}\n", as_json(definition.plan, partitions));
    } else {
      fmt::print("{}", as_text(definition.plan, partitions));
    }
  }
  return 0;
}

}  // namespace sluice
