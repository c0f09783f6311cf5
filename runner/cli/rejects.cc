#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <memory>

#include "base/json_text.h"
#include "base/problem.h"
#include "cli/byte_view.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/reject_trial.h"
#include "cli/world.h"
#include "data/position_json.h"
#include "job/purge.h"
#include "job/replay.h"
#include "store/reject_reader.h"

namespace sluice {
namespace {

struct MessageAddress {
  std::string topic;
  std::int32_t partition = 0;
  Offset offset = 0;
};

template <class Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size() && into >= 0;
}

// "orders/0@5"
MessageAddress read_address(const std::string& text) {
  const std::size_t at = text.rfind('@');
  const std::size_t slash = text.rfind('/', at);
  MessageAddress address;
  if (at != std::string::npos && slash != std::string::npos && slash > 0) {
    const std::string_view whole = text;
    address.topic = whole.substr(0, slash);
    if (read_number(whole.substr(slash + 1, at - slash - 1), address.partition) &&
        read_number(whole.substr(at + 1), address.offset)) {
      return address;
    }
  }
  throw Error(ExitCode::usage, fmt::format("\"{}\" is no address of a message", text))
      .hint("write TOPIC/PARTITION@OFFSET, as \"sluice rejects list\" shows it: orders/0@5");
}

std::string time_text(EpochMs time) {
  return time == no_timestamp ? "unknown" : format_iso8601(time, 3);
}

std::string time_json(EpochMs time) {
  return time == no_timestamp ? "null" : fmt::format("\"{}\"", format_iso8601(time, 3));
}

std::string as_json(const RejectGroup& group) {
  JsonObject json;
  json.add("count", group.count);
  json.add("column_name", group.column);
  json.add("reason", group.reason);
  json.add("example", group.example);
  json.add_raw("first_timestamp", time_json(group.first_ms));
  json.add_raw("last_timestamp", time_json(group.last_ms));
  return std::move(json).text();
}

std::string where(const PlannedTable& table) {
  return fmt::format("table \"{}\" of {}", table.name, table.database_path);
}

void print(const RejectGroup& group) {
  const std::string column =
      group.column.empty() ? std::string() : fmt::format("column \"{}\": ", group.column);
  fmt::print("  {:>8}  {}{}\n            as {}, {} to {}\n", group.count, column, group.reason,
             group.example, time_text(group.first_ms), time_text(group.last_ms));
}

std::string bytes_json(const std::optional<std::string>& bytes) {
  return bytes ? byte_json(*bytes) : "null";
}

std::string as_json(const RejectRecord& reject, const RejectTrial& trial) {
  JsonObject json;
  add_partition(json, reject.id);
  json.add("offset", reject.offset);
  json.add("generation", reject.generation);
  json.add_raw("timestamp", time_json(reject.timestamp_ms));
  json.add("column_name", reject.column);
  json.add("reason", reject.reason);
  json.add("job_id", reject.job_id);
  json.add_raw("key", bytes_json(reject.key));
  json.add_raw("headers", reject.headers.value_or("null"));
  json.add_raw("value", bytes_json(reject.value));
  json.add_raw("fits_now", !trial.is_ours ? "null" : trial.reason ? "false" : "true");
  json.add_raw("filtered_now", trial.is_filtered ? "true" : "false");
  json.add("reason_now", trial.reason.value_or(""));
  json.add_raw("fault_at", trial.fault_at ? fmt::format("{}", *trial.fault_at) : "null");
  return std::move(json).text();
}

std::string today(const RejectTrial& trial) {
  if (!trial.is_ours) return "the action does not read its topic";
  if (trial.is_filtered) {
    return "is left out by the definition as it is now; \"sluice rejects replay\" takes it away "
           "without a row";
  }
  if (!trial.reason) return "fits the definition as it is now; \"sluice rejects replay\" loads it";
  const std::string column =
      trial.column.empty() ? std::string() : fmt::format("column \"{}\": ", trial.column);
  return "does not fit: " + column + *trial.reason;
}

// The value's line with a caret, as for definitions.
std::string fault_text(const std::string& address, const RejectRecord& reject,
                       const RejectTrial& trial) {
  if (!trial.fault_at || !reject.value) return {};
  const auto value = std::make_shared<const SourceText>(SourceText{address, *reject.value});
  const std::string what = fmt::format("byte {} of the value", *trial.fault_at);
  return Problem{Place::at(value, *trial.fault_at), what}.text();
}

void print(const RejectRecord& reject, const RejectTrial& trial) {
  const std::string address = notation(reject.id, reject.offset);
  fmt::print("{} {} of {}\n", reject.id.source, address, time_text(reject.timestamp_ms));
  if (!reject.column.empty()) fmt::print("  column     {}\n", reject.column);
  fmt::print("  reason     {}\n  job        {}\n  now        {}\n", reject.reason, reject.job_id,
             today(trial));
  fmt::print("  headers    {}\n", reject.headers.value_or("none"));
  const auto print_bytes = [](const char* name, const std::optional<std::string>& bytes) {
    if (!bytes) {
      fmt::print("  {:<10} none\n", name);
    } else {
      fmt::print("  {:<10} {} byte{}\n{}", name, bytes->size(), bytes->size() == 1 ? "" : "s",
                 byte_view(*bytes));
    }
  };
  print_bytes("key", reject.key);
  print_bytes("value", reject.value);
  fmt::print("{}", fault_text(address, reject, trial));
}

RejectFilter filter_of(const RejectsOptions& options) {
  RejectFilter filter{.reason = options.reason, .before_ms = {}};
  if (!options.before) return filter;
  filter.before_ms = parse_iso8601(*options.before);
  if (filter.before_ms) return filter;
  throw Error(ExitCode::usage, fmt::format("--before: \"{}\" is no time", *options.before))
      .hint("write it as ISO 8601 has it: 2026-11-23, or 2026-11-23T03:41:19Z");
}

// The one action of the command line.
std::optional<Definition> load_one(const RejectsOptions& options, int& exit_code) {
  auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return std::nullopt;
  return std::move(definitions->front());
}

}  // namespace

int rejects_list_command(const RejectsOptions& options) {
  int exit_code = 0;
  const auto definition = load_one(options, exit_code);
  if (!definition) return exit_code;
  const PlannedTable& table = definition->plan.table;
  RejectReader reader(table.database_path, table.name);
  const std::vector<RejectGroup> groups = reader.groups();
  if (options.output == Output::json) {
    for (const RejectGroup& group : groups) fmt::print("{}\n", as_json(group));
    return 0;
  }
  fmt::print("{}: {} rejects\n", where(table), reader.count());
  for (const RejectGroup& group : groups) print(group);
  return 0;
}

int rejects_show_command(const RejectsOptions& options) {
  const MessageAddress address = read_address(options.address);
  int exit_code = 0;
  const auto definition = load_one(options, exit_code);
  if (!definition) return exit_code;
  const LoadPlan& plan = definition->plan;
  RejectReader reader(plan.table.database_path, plan.table.name);
  const auto rejects = reader.at(address.topic, address.partition, address.offset);
  if (rejects.empty()) {
    throw Error(ExitCode::no_input,
                fmt::format("{} has no reject {}", where(plan.table), options.address))
        .hint("\"sluice rejects list\" shows those that there are");
  }
  for (const RejectRecord& reject : rejects) {
    const RejectTrial trial = try_reject(plan, reject);
    if (options.output == Output::json) {
      fmt::print("{}\n", as_json(reject, trial));
    } else {
      print(reject, trial);
    }
  }
  return 0;
}

int rejects_replay_command(const RejectsOptions& options) {
  int exit_code = 0;
  const auto definition = load_one(options, exit_code);
  if (!definition) return exit_code;
  World world = real_world();
  ProgressLine progress(replay_name(definition->plan), world.clock);
  world.on_commit = [&progress](const Counts& counts) { progress.show(counts); };
  const Report report =
      run_replay(definition->plan, world, {.most = options.most, .is_dry_run = options.dry_run});
  progress.clear();
  print_report(report, options.output);
  return report.exit_code;
}

int rejects_purge_command(const RejectsOptions& options) {
  const RejectFilter filter = filter_of(options);
  int exit_code = 0;
  const auto definition = load_one(options, exit_code);
  if (!definition) return exit_code;
  const LoadPlan& plan = definition->plan;
  if (!options.yes) {
    const auto count = RejectReader(plan.table.database_path, plan.table.name).count(filter);
    throw Error(ExitCode::usage, fmt::format("{} rejects of {} would be gone for good; none is yet",
                                             count, where(plan.table)))
        .hint("say --yes to take them away; \"sluice rejects list\" shows what they are");
  }
  const Report report = run_purge(plan, real_world(), filter);
  if (report.stop_reason == StopReason::error) {
    spdlog::error("{}", report.message);
  } else {
    fmt::print("{}\n", report.message);
  }
  return report.exit_code;
}

}  // namespace sluice
