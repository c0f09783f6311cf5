#include "cli/command_line.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <system_error>

#include "base/duration.h"
#include "base/error.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/log.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "source/kafka/client_end.h"

namespace sluice {
namespace {

constexpr const char* exit_codes_text =
    "Exit codes: 0 ended by a stop rule, 64 wrong usage, 65 rejects over budget or a failed\n"
    "expectation, 66 no such file or topic, 69 broker not reachable, 70 a bug of ours, 74 disk or "
    "database, 75 busy, try "
    "later,\n"
    "76 not the source that was loaded, 77 not authorised, 78 wrong definition, 128+n by signal n.";

const std::vector<std::string> log_levels = {"trace", "debug", "info", "warn", "error", "off"};

// What the commands' callbacks leave for after the parsing.
using Command = std::function<int()>;

void add_project(CLI::App& command, std::string& project) {
  add_text(command, "--project", project,
           "directory that holds schemas/; the catalog's relative paths start there", "DIR");
}

void add_override(std::vector<Override>& overrides, const std::string& change) {
  const std::size_t equals = change.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--set", fmt::format("\"{}\" is not KEY=VALUE", change));
  }
  overrides.push_back({change.substr(0, equals), change.substr(equals + 1)});
}

void add_definition_options(CLI::App& command, DefinitionOptions& options, bool several) {
  auto* actions =
      add_texts(command, "action", options.actions, "action documents (JSON)", "FILE")->required();
  if (!several) actions->expected(1)->allow_extra_args(false);
  add_project(command, options.project);
  std::vector<Override>& overrides = options.overrides;
  add_listener(
      command, "--until",
      [&](const std::string& value) {
        overrides.push_back({"until", value, "--until"});
      },
      "\"end\": to the end the log has now; or \"timeout\"", "WORD");
  add_listener(
      command, "--timeout",
      [&](const std::string& value) {
        overrides.push_back({"timeout", value, "--timeout"});
      },
      "end after this time: 90s, 5m, 2h", "TIME");
  add_listener(
      command, "--set", [&](const std::string& change) { add_override(overrides, change); },
      "change the action: params.max_rejects=5", "KEY=VALUE");
}

void add_output_option(CLI::App& command, Output& output) {
  add_word(
      command, "--output", {"text", "json"},
      [&output](std::size_t word) { output = static_cast<Output>(word); },
      "text, or json: one object a line");
}

void add_run(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand("run", "Load: run actions one after another; moves state");
  add_definition_options(*command, options->definitions, true);
  add_output_option(*command, options->output);
  add_text(*command, "--on-alert", options->on_alert,
           "start this, without a shell, where an alert was raised; it reads the report",
           "COMMAND");
  add_text(*command, "--junit", options->junit,
           "write the outcome as JUnit XML: a suite for each action", "FILE");
  command->callback([=, &chosen] { chosen = [=] { return run_command(*options); }; });
}

void add_check(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<CheckOptions>();
  auto* command = app.add_subcommand("check", "Show all problems of actions and their catalog");
  add_definition_options(*command, options->definitions, true);
  add_switch(*command, "--connect", options->connect, "ask the brokers and the database too");
  command->callback([=, &chosen] { chosen = [=] { return check_command(*options); }; });
}

void add_plan(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<PlanOptions>();
  auto* command = app.add_subcommand("plan", "Show what a run would read and write; moves nothing");
  add_definition_options(*command, options->definitions, true);
  add_output_option(*command, options->output);
  command->callback([=, &chosen] { chosen = [=] { return plan_command(*options); }; });
}

void add_build(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<BuildOptions>();
  auto* command =
      app.add_subcommand("build", "Create or extend the tables of a dataset; loses nothing");
  add_text(*command, "dataset", options->dataset, "a dataset of the catalog", "DATASET")
      ->required();
  add_project(*command, options->project);
  add_switch(*command, "--dry-run", options->is_dry_run, "only show the SQL");
  add_listener(
      *command, "--lock-timeout",
      [=](const std::string& value) {
        const auto time = parse_duration(value);
        if (!time) throw CLI::ValidationError("--lock-timeout", '"' + value + "\" is no duration");
        options->lock_timeout = *time;
      },
      "how long another writer is waited for: 90s, 5m", "TIME");
  add_output_option(*command, options->output);
  command->callback([=, &chosen] { chosen = [=] { return build_command(*options); }; });
}

// What `offsets set` and `offsets reset` have in common.
std::shared_ptr<OffsetsMoveOptions> add_move(CLI::App& command, Command& chosen,
                                             int (*run)(const OffsetsMoveOptions&)) {
  auto options = std::make_shared<OffsetsMoveOptions>();
  add_definition_options(command, options->definitions, false);
  add_switch(command, "--dry-run", options->dry_run, "say what it would mean, and do nothing");
  add_switch(command, "--yes", options->yes, "do it without asking");
  add_output_option(command, options->output);
  command.callback([=, &chosen] { chosen = [=] { return run(*options); }; });
  return options;
}

void add_offsets_moves(CLI::App& offsets, Command& chosen) {
  auto* set = offsets.add_subcommand("set", "Move positions: the next run begins there");
  const auto options = add_move(*set, chosen, offsets_set_command);
  add_texts(*set, "target", options->targets,
            "TOPIC/PARTITION=OFFSET; or earliest, latest or a time, alone for all partitions",
            "WHERE")
      ->required();
  auto* reset = offsets.add_subcommand("reset", "Move positions to where a first load would begin");
  add_move(*reset, chosen, offsets_reset_command);
}

void add_preview(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<PreviewOptions>();
  auto* command =
      app.add_subcommand("preview", "Show the first rows as a run would store them; moves nothing");
  add_definition_options(*command, options->definitions, true);
  add_count(
      *command, "--rows", {.least = 1, .most = 10'000},
      [=](std::int64_t rows) { options->rows = static_cast<std::size_t>(rows); },
      "how many at most (10)");
  add_output_option(*command, options->output);
  command->callback([=, &chosen] { chosen = [=] { return preview_command(*options); }; });
}

void add_offsets(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<OffsetsOptions>();
  auto* offsets = app.add_subcommand("offsets", "How far a table is");
  offsets->require_subcommand(1);
  auto* show = offsets->add_subcommand("show", "Show the positions stored beside a table");
  add_definition_options(*show, options->definitions, true);
  add_output_option(*show, options->output);
  show->callback([=, &chosen] { chosen = [=] { return offsets_show_command(*options); }; });
  add_offsets_moves(*offsets, chosen);
}

void add_rejects(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RejectsOptions>();
  auto* rejects = app.add_subcommand("rejects", "Messages that did not fit, kept beside the table");
  rejects->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const RejectsOptions&)) {
    auto* command = rejects->add_subcommand(name, help);
    add_definition_options(*command, options->definitions, false);
    command->callback([=, &chosen] { chosen = [=] { return run(*options); }; });
    return command;
  };
  auto* list = add("list", "By reason: how many, an example, since when", rejects_list_command);
  add_output_option(*list, options->output);
  auto* show =
      add("show", "One with its bytes, and where in them the fault is", rejects_show_command);
  add_text(*show, "address", options->address, "as the list shows it", "TOPIC/PARTITION@OFFSET")
      ->required();
  add_output_option(*show, options->output);
  auto* replay = add("replay", "Load them again by today's definition", rejects_replay_command);
  add_count(
      *replay, "--limit", {.least = 1}, [=](std::int64_t most) { options->most = most; },
      "so many messages at most");
  add_switch(*replay, "--dry-run", options->dry_run, "the same report, and nothing is written");
  add_output_option(*replay, options->output);
  auto* purge = add("purge", "Take them away for good", rejects_purge_command);
  add_text(*purge, "--reason", options->reason, "only those whose reason has this in it");
  add_text(*purge, "--before", options->before, "only those whose message is older (ISO 8601)",
           "TIME");
  add_switch(*purge, "--yes", options->yes, "do it; without this only their count is told");
}

void add_jobs(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<JobsOptions>();
  auto* jobs = app.add_subcommand("jobs", "The history of jobs in a database");
  jobs->require_subcommand(1);
  const auto common = [&](CLI::App& command, bool shows_one) {
    add_text(command, "target", options->target, "a dataset of the catalog, or a database file",
             "DATASET|DB")
        ->required();
    add_project(command, options->project);
    add_output_option(command, options->output);
    command.callback([=, &chosen] {
      options->shows_one = shows_one;
      chosen = [=] { return jobs_command(*options); };
    });
  };
  auto* list = jobs->add_subcommand("list", "The latest jobs, newest first");
  common(*list, false);
  add_count(
      *list, "--most", {.least = 1}, [=](std::int64_t most) { options->most = most; }, "how many");
  auto* show = jobs->add_subcommand("show", "One job with its report");
  common(*show, true);
  add_text(*show, "job", options->job_id, "its id; without one the newest", "JOB");
}

void add_produce(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ProduceOptions>();
  auto* command = app.add_subcommand("produce", "Send lines to a topic, one message each");
  add_produce_options(*command, *options);
  add_project(*command, options->project);
  command->callback([=, &chosen] { chosen = [=] { return produce_command(*options); }; });
}

void add_extract(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ExtractOptions>();
  auto* command = app.add_subcommand(
      "extract", "Sample a topic: what its messages hold, and a table that they fit");
  add_text(*command, "target", options->target, "a source of the catalog and its topic",
           "SOURCE/TOPIC")
      ->required();
  add_project(*command, options->project);
  add_count(
      *command, "--messages", {.least = 1},
      [=](std::int64_t count) { options->size.messages = count; }, "how many are sampled (1000)");
  add_switch(*command, "--complete", options->size.complete, "all that the topic holds now");
  add_switch(*command, "--write", options->writes,
             "write the source's attributes, the table and the action");
  add_text(*command, "--dataset", options->dataset, "of the table; else named as the source",
           "DATASET");
  add_text(*command, "--table", options->table, "else named as the topic", "TABLE");
  add_switch(*command, "--force", options->by_force, "replace definitions that are there");
  add_output_option(*command, options->output);
  command->callback([=, &chosen] { chosen = [=] { return extract_command(*options); }; });
}

void add_broker(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<BrokerOptions>();
  auto* command = app.add_subcommand(
      "broker", "Run an embedded development broker in memory until a signal; prints its address");
  add_texts(*command, "--topic", options->topics, "a topic it has", "NAME:PARTITIONS");
  add_text(*command, "--address-file", options->address_file, "write the address there as well",
           "FILE");
  command->callback([=, &chosen] { chosen = [=] { return broker_command(*options); }; });
}

// "--log-format json" is obeyed by the answer to a command line that is wrong, too.
std::string wanted_log_format(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--log-format=json") return "json";
    if (word == "--log-format" && i + 1 < argc && std::string_view(argv[i + 1]) == "json") {
      return "json";
    }
  }
  return "text";
}

// The first word that is no option: the command. Empty without one.
std::string command_word(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with('-')) return word;
    if (word == "--log-level" || word == "--log-format") ++i;  // the next word is its value
  }
  return {};
}

// CLI11 would only say that a command is required.
void check_command(const CLI::App& app, const std::string& word) {
  static const std::vector<std::string> later = {"load"};
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands(nullptr)) known.push_back(command->get_name());
  if (word.empty() || std::ranges::find(known, word) != known.end()) return;
  if (std::ranges::find(later, word) != later.end()) {
    throw Error(ExitCode::usage, fmt::format("the command \"{}\" is not supported yet", word));
  }
  throw Error(ExitCode::usage,
              fmt::format("there is no command \"{}\"{}", word, did_you_mean(word, known)))
      .hint("\"sluice --help\" lists them");
}

int parse_and_run(int argc, const char* const* argv) {
  process_stop_signal();  // a signal that comes early is obeyed like a late one
  set_up_log({"info", wanted_log_format(argc, argv)});  // until the options are known
  CLI::App app("Loads Kafka topics into SQLite tables, exactly once.", "sluice");
  app.set_version_flag("--version", "sluice " SLUICE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(exit_codes_text);
  LogOptions log;
  add_word(
      app, "--log-level", log_levels, [&](std::size_t word) { log.level = log_levels[word]; },
      "what to say on standard error");
  add_word(
      app, "--log-format", {"text", "json"},
      [&](std::size_t word) { log.format = word == 0 ? "text" : "json"; },
      "text, or json: every line one object");
  Command chosen;
  add_run(app, chosen);
  add_check(app, chosen);
  add_plan(app, chosen);
  add_build(app, chosen);
  add_preview(app, chosen);
  add_jobs(app, chosen);
  add_offsets(app, chosen);
  add_rejects(app, chosen);
  add_produce(app, chosen);
  add_extract(app, chosen);
  add_broker(app, chosen);
  check_command(app, command_word(argc, argv));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come through the same door.
    if (error.get_exit_code() == 0) return app.exit(error);
    throw Error(ExitCode::usage, error.what()).hint("\"--help\" behind a command explains it");
  }
  set_up_log(log);
  const int exit_code = chosen();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error(ExitCode::io, "the result could not be written to standard output");
  }
  return exit_code;
}

int run_and_explain(int argc, const char* const* argv) noexcept {
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    if (error.is_interruption()) return 128 + process_stop_signal().number();
    spdlog::error("{}", error.what());
    return static_cast<int>(error.code());
  } catch (const std::system_error& error) {
    spdlog::error("the result could not be written: {}", error.what());
    return static_cast<int>(ExitCode::io);
  } catch (const std::exception& bug) {
    spdlog::critical("a bug of sluice itself: {}", bug.what());
  } catch (...) {
    spdlog::critical("a bug of sluice itself");
  }
  return static_cast<int>(ExitCode::our_bug);
}

}  // namespace

int run_command_line(int argc, const char* const* argv) noexcept {
  open_missing_standard_streams();
  const int exit_code = run_and_explain(argc, argv);
  if (clients_were_abandoned()) {
    std::fflush(nullptr);
    _exit(exit_code);
  }
  return exit_code;
}

}  // namespace sluice
