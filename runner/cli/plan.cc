#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "action/settings.h"
#include "base/duration.h"
#include "base/json_list.h"
#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "cli/world.h"
#include "data/position_json.h"
#include "job/sources.h"
#include "plan/broker_field.h"
#include "plan/positions.h"
#include "plan/segments.h"
#include "store/load_sql.h"

namespace sluice {
namespace {

// All that a plan tells of.
struct Told {
  const LoadPlan& plan;
  std::vector<PlannedPartition> partitions;
  std::vector<Setting> settings;
  std::vector<std::string> sql;
};

std::vector<PlannedPartition> decide_positions(const LoadPlan& plan) {
  const World& world = real_world();
  Sources sources(plan, world);
  sources.connect(Clock::Instant::max());
  const Clock::Instant deadline = world.clock.now() + answers_limit;
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

std::int64_t most_messages(const Told& told) {
  std::int64_t sum = 0;
  for (const PlannedPartition& partition : told.partitions) sum += partition.offsets_to_read();
  return told.plan.stop.max_messages ? std::min(sum, *told.plan.stop.max_messages) : sum;
}

// What is neither set nor has a default is left out.
std::string settings_text(const std::vector<Setting>& settings) {
  TextTable table({"setting", "value", "from"}, 60);
  for (const auto& [key, value, origin] : settings) {
    if (value != "none" || origin != "default") table.add({key, value, origin});
  }
  return table.text();
}

std::string sql_text(const std::vector<std::string>& statements) {
  std::string text;
  for (const std::string& statement : statements) {
    text += "  ";
    for (const char c : statement) text += c == '\n' ? "\n  " : std::string(1, c);
    text += ";\n";
  }
  return text;
}

std::string segment_text(const Told& told, const Segment& segment) {
  std::string text;
  for (const PartitionIndex i : segment) {
    text += (text.empty() ? "" : ", ") + notation(told.partitions[i].id);
  }
  return text;
}

// Nothing where one worker is all that the action allows.
std::string workers_text(const Told& told) {
  if (told.plan.workers == 1) return {};
  const std::vector<Segment> segments = plan_segments(told.plan, told.partitions);
  std::string text =
      fmt::format("  {} worker{}\n", segments.size(), segments.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < segments.size(); ++i) {
    text += fmt::format("    worker {}: {}\n", i + 1, segment_text(told, segments[i]));
  }
  return text;
}

std::string as_text(const Told& told) {
  const auto& [plan, partitions, settings, sql] = told;
  std::string text = fmt::format("{}: into table \"{}\" of {}\n", plan.action, plan.table.name,
                                 plan.table.database_path);
  for (const PlannedColumn& column : plan.table.columns) {
    text += fmt::format("  {} {}{} <- {}\n", column.name, name_of(column.spec.type),
                        column.nullable ? "" : " not null", origin_of(column, plan));
  }
  for (const PlannedPartition& partition : partitions) {
    text += fmt::format(
        "  {}: from {} ({}) to {}, {} offsets{}{}\n", notation(partition.id), partition.from_offset,
        name_of(partition.reason),
        partition.target_offset ? std::to_string(*partition.target_offset) : "no end",
        partition.offsets_to_read(), partition.note.empty() ? "" : ": ", partition.note);
  }
  text += workers_text(told);
  if (plan.filter) text += fmt::format("  only where {}\n", plan.filter->sql);
  for (const PlannedAlert& alert : plan.alerts) {
    text += fmt::format("  alert \"{}\" where {}\n", alert.name, alert.sql);
  }
  text += fmt::format("  {} messages at most in the log now\n", most_messages(told));
  text += settings_text(settings) + sql_text(sql);
  if (plan.publish_group) {
    text += fmt::format("  the offsets are published to group \"{}\"\n", *plan.publish_group);
  }
  return text + fmt::format("  ends {}; a commit every {} messages or {}; {} allowed\n",
                            stop_rules_of(plan.stop), plan.batch.rows,
                            format_duration(plan.batch.interval), rejects_allowed(plan.rejects));
}

std::string column_json(const PlannedColumn& column, const LoadPlan& plan) {
  JsonObject json;
  json.add("name", column.name);
  json.add("type", name_of(column.spec.type));
  json.add_raw("nullable", column.nullable ? "true" : "false");
  json.add("from", origin_of(column, plan));
  return std::move(json).text();
}

std::string setting_json(const Setting& setting) {
  JsonObject json;
  json.add("setting", setting.key);
  json.add("value", setting.value);
  json.add("from", setting.origin);
  return std::move(json).text();
}

std::string partition_json(const PlannedPartition& partition) {
  JsonObject json;
  add_partition(json, partition.id);
  json.add("from_offset", partition.from_offset);
  json.add("reason", name_of(partition.reason));
  json.add("low_offset", partition.low_offset);
  json.add("end_offset", partition.end_offset);
  json.add_raw("target_offset",
               partition.target_offset ? std::to_string(*partition.target_offset) : "null");
  json.add("offsets", partition.offsets_to_read());
  if (!partition.note.empty()) json.add("note", partition.note);
  return std::move(json).text();
}

std::string segments_json(const Told& told) {
  std::size_t worker = 0;
  return json_list(plan_segments(told.plan, told.partitions), [&](const Segment& segment) {
    JsonObject json;
    json.add("worker", ++worker);
    json.add_raw("partitions", json_list(segment, [&](PartitionIndex i) {
                   return json_of_partition(told.partitions[i].id);
                 }));
    return std::move(json).text();
  });
}

std::string as_json(const Told& told) {
  const LoadPlan& plan = told.plan;
  JsonObject json;
  json.add("action", plan.action);
  json.add("database", plan.table.database_path);
  json.add("table", plan.table.name);
  json.add("ends", stop_rules_of(plan.stop));
  json.add("messages_at_most", most_messages(told));
  json.add_raw("partitions", json_list(told.partitions, partition_json));
  json.add_raw("segments", segments_json(told));
  json.add_raw("columns", json_list(plan.table.columns, [&](const PlannedColumn& column) {
                 return column_json(column, plan);
               }));
  if (plan.filter) json.add("filter", plan.filter->sql);
  json.add_raw("settings", json_list(told.settings, setting_json));
  json.add_raw("sql", json_list(told.sql, json_string));
  return std::move(json).text();
}

}  // namespace

int plan_command(const PlanOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  return for_each_definition(*definitions, [&](const Definition& definition) {
    const Told told{definition.plan, decide_positions(definition.plan),
                    settings_of(definition.action.document, options.definitions.overrides),
                    load_sql(definition.plan.table)};
    fmt::print("{}", options.output == Output::json ? as_json(told) + "\n" : as_text(told));
  });
}

}  // namespace sluice
