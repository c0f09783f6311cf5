#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/definitions.h"
#include "cli/produce_options.h"
#include "job/report.h"
#include "job/sampler.h"

namespace sluice {

// The commands of `sluice`, one file each. Each takes what the command line said, prints its result
// on standard output and returns the exit code; it throws Error for failures of the world.

enum class Output { text, json };

struct RunOptions {
  DefinitionOptions definitions;
  std::string on_alert;  // a command, started where an alert was raised; empty: none
  std::string junit;     // a file for the outcome as JUnit XML; empty: none
  Output output = Output::text;
};
int run_command(const RunOptions& options);

struct CheckOptions {
  DefinitionOptions definitions;
  bool connect = false;  // ask the brokers and the database too
};
int check_command(const CheckOptions& options);

struct PlanOptions {
  DefinitionOptions definitions;
  Output output = Output::text;
};
int plan_command(const PlanOptions& options);

struct BuildOptions {
  std::string dataset;
  std::string project = ".";
  bool is_dry_run = false;
  std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
  Output output = Output::text;
};
int build_command(const BuildOptions& options);

struct PreviewOptions {
  DefinitionOptions definitions;
  std::size_t rows = 10;
  Output output = Output::text;
};
int preview_command(const PreviewOptions& options);

struct OffsetsOptions {
  DefinitionOptions definitions;
  Output output = Output::text;
};
int offsets_show_command(const OffsetsOptions& options);

struct OffsetsMoveOptions {
  DefinitionOptions definitions;
  std::vector<std::string> targets;  // as typed; none for a reset
  bool dry_run = false;
  bool yes = false;  // nobody is asked
  Output output = Output::text;
};
int offsets_set_command(const OffsetsMoveOptions& options);
int offsets_reset_command(const OffsetsMoveOptions& options);

struct JobsOptions {
  std::string target;  // a dataset of the catalog, or the path of a database
  std::string project = ".";
  bool shows_one = false;  // one job whole, instead of a list
  std::string job_id;      // of that job; empty: the newest
  std::int64_t most = 20;
  Output output = Output::text;
};
int jobs_command(const JobsOptions& options);

struct RejectsOptions {
  DefinitionOptions definitions;      // one action
  std::string address;                // of show: "orders/0@5"
  std::optional<std::int64_t> most;   // of replay: so many messages
  bool dry_run = false;               // of replay: only tell
  std::optional<std::string> reason;  // of purge: those whose reason has this part
  std::optional<std::string> before;  // of purge: those whose message is older, ISO 8601
  bool yes = false;                   // of purge: do it
  Output output = Output::text;
};
int rejects_list_command(const RejectsOptions& options);
int rejects_show_command(const RejectsOptions& options);
int rejects_replay_command(const RejectsOptions& options);
int rejects_purge_command(const RejectsOptions& options);

// The report of a job on standard output, and why it failed in the log.
void print_report(const Report& report, Output output);

int produce_command(const ProduceOptions& options);

struct ExtractOptions {
  std::string target;  // SOURCE/TOPIC
  std::string project = ".";
  SampleSize size;
  bool writes = false;  // definitions into the project
  std::string dataset;  // of the table; empty: one named as the source
  std::string table;    // empty: named as the topic
  bool by_force = false;
  Output output = Output::text;
};
int extract_command(const ExtractOptions& options);

struct BrokerOptions {
  std::vector<std::string> topics;  // NAME:PARTITIONS
  std::string address_file;         // the address is written there as well, if set
};
int broker_command(const BrokerOptions& options);

}  // namespace sluice
