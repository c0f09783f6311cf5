#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "base/json_text.h"
#include "base/nearest.h"
#include "catalog/load_catalog.h"
#include "cli/commands.h"
#include "store/reader.h"

namespace sluice {
namespace {

// A dataset's name wins over a file of the same name: names are what people type.
std::string database_of(const JobsOptions& options) {
  const std::vector<std::string> names = dataset_names(options.project);
  if (std::ranges::find(names, options.target) == names.end()) {
    if (std::filesystem::exists(options.target)) return options.target;
    throw Error(ExitCode::no_input,
                fmt::format("there is no dataset and no database file \"{}\"{}", options.target,
                            did_you_mean(options.target, names)));
  }
  Problems problems;
  const Catalog catalog = load_catalog(options.project, {{}, {options.target}}, problems);
  if (problems.any()) throw Error(ExitCode::definition, problems.text());
  return catalog.datasets.at(options.target).path;
}

std::string as_json(const JobRecord& job) {
  JsonObject json;
  json.add("job_id", job.job_id);
  json.add("action", job.action);
  json.add("table_name", job.table);
  json.add("state", job.state);
  json.add("stop_reason", job.stop_reason);
  json.add("started_at", job.started_at);
  json.add("ended_at", job.ended_at);
  json.add("messages", job.counts.messages);
  json.add("inserted", job.counts.inserted);
  json.add("updated", job.counts.updated);
  json.add("deleted", job.counts.deleted);
  json.add("unchanged", job.counts.unchanged);
  json.add("filtered", job.counts.filtered);
  json.add("tombstones", job.counts.tombstones);
  json.add("rejected", job.counts.rejected);
  json.add_raw("exit_code", job.exit_code ? std::to_string(*job.exit_code) : "null");
  json.add("message", job.message);
  json.add_raw("report", job.report.empty() ? "null" : job.report);
  return std::move(json).text();
}

void print_line(const JobRecord& job) {
  fmt::print("{}  {:<11} {:<12} {:>4}  {:>10} messages {:>10} inserted {:>6} rejected  {}\n",
             job.job_id, job.state, job.stop_reason,
             job.exit_code ? std::to_string(*job.exit_code) : "-", job.counts.messages,
             job.counts.inserted, job.counts.rejected, job.action);
}

void print_whole(const JobRecord& job) {
  fmt::print("{}\n  action      {}\n  table       {}\n  state       {} ({})\n", job.job_id,
             job.action, job.table, job.state, job.stop_reason);
  fmt::print("  started     {}\n  ended       {}\n", job.started_at,
             job.ended_at.empty() ? "not yet" : job.ended_at);
  fmt::print("  exit code   {}\n", job.exit_code ? std::to_string(*job.exit_code) : "-");
  fmt::print("  messages    {} ({} inserted", job.counts.messages, job.counts.inserted);
  const std::pair<std::int64_t, const char*> upserted[] = {{job.counts.updated, "updated"},
                                                           {job.counts.deleted, "deleted"},
                                                           {job.counts.unchanged, "unchanged"}};
  for (const auto& [count, what] : upserted) {
    if (count > 0) fmt::print(", {} {}", count, what);
  }
  fmt::print(", {} tombstones, {} rejected)\n", job.counts.tombstones, job.counts.rejected);
  if (!job.message.empty()) fmt::print("  message     {}\n", job.message);
}

int list(StoreReader& reader, const JobsOptions& options) {
  for (const JobRecord& job : reader.jobs(options.most)) {
    if (options.output == Output::json) {
      fmt::print("{}\n", as_json(job));
    } else {
      print_line(job);
    }
  }
  return 0;
}

int show(StoreReader& reader, const JobsOptions& options) {
  std::optional<JobRecord> job;
  if (!options.job_id.empty()) {
    job = reader.job(options.job_id);
  } else if (const auto newest = reader.jobs(1); !newest.empty()) {
    job = newest.front();
  }
  if (!job) {
    throw Error(ExitCode::no_input, options.job_id.empty()
                                        ? "no job has run on this database yet"
                                        : fmt::format("there is no job \"{}\"", options.job_id))
        .hint("\"sluice jobs list\" shows those that there are");
  }
  if (options.output == Output::json) {
    fmt::print("{}\n", as_json(*job));
  } else {
    print_whole(*job);
  }
  return 0;
}

}  // namespace

int jobs_command(const JobsOptions& options) {
  StoreReader reader(database_of(options));
  return options.shows_one ? show(reader, options) : list(reader, options);
}

}  // namespace sluice
