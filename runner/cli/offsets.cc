#include <fmt/format.h>

#include <filesystem>

#include "base/json_text.h"
#include "cli/commands.h"
#include "data/position_json.h"
#include "store/reader.h"

namespace sluice {
namespace {

std::vector<PositionRecord> stored_positions(const PlannedTable& table) {
  // A table that no job has loaded yet has no positions; that is an answer, not a failure.
  if (!std::filesystem::exists(table.database_path)) return {};
  return StoreReader(table.database_path).positions(table.name);
}

std::string position_json(const LoadPlan& plan, const PositionRecord& record) {
  const StoredPosition& position = record.position;
  JsonObject json;
  json.add("action", plan.action);
  json.add("table", plan.table.name);
  add_partition(json, position.id);
  json.add("next_offset", position.next_offset);
  json.add("end_offset", position.end_offset);
  json.add("generation", position.generation);
  json.add("cluster_id", position.cluster_id);
  json.add("job_id", record.job_id);
  json.add("updated_at", record.updated_at);
  return std::move(json).text();
}

void print(const LoadPlan& plan, const std::vector<PositionRecord>& records, Output output) {
  if (output == Output::json) {
    for (const PositionRecord& record : records) fmt::print("{}\n", position_json(plan, record));
    return;
  }
  fmt::print("table \"{}\" of {}\n", plan.table.name, plan.table.database_path);
  if (records.empty()) fmt::print("  not loaded yet\n");
  for (const PositionRecord& record : records) {
    fmt::print("  {} {} (end seen {}, since {})\n", record.position.id.source,
               notation(record.position.id, record.position.next_offset),
               record.position.end_offset, record.updated_at);
  }
}

}  // namespace

int offsets_show_command(const OffsetsOptions& options) {
  int exit_code = 0;
  const auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  return for_each_definition(*definitions, [&](const Definition& definition) {
    print(definition.plan, stored_positions(definition.plan.table), options.output);
  });
}

}  // namespace sluice
