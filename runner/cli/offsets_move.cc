#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>

#include "base/json_text.h"
#include "base/nearest.h"
#include "base/timestamp.h"
#include "cli/commands.h"
#include "cli/world.h"
#include "data/position_json.h"
#include "job/move_positions.h"

namespace sluice {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error(ExitCode::usage, fmt::format("\"{}\": {}", text, why))
      .hint(
          "TOPIC/PARTITION=OFFSET, or earliest, latest or a time as 2026-01-31T00:00:00Z, for all "
          "partitions or behind TOPIC/PARTITION= for one");
}

// The wishes of one command line. Times are asked for by topic, so there can be one only.
struct Wishes {
  std::vector<MoveWish> list;
  std::optional<EpochMs> timestamp;
};

MoveTarget parse_target(std::string_view text, std::string_view word, bool is_of_one,
                        Wishes& wishes) {
  static const std::vector<std::string> words = {"earliest", "latest"};
  if (word == "earliest") return MoveTo::earliest;
  if (word == "latest") return MoveTo::latest;
  if (const auto offset = number_in(word)) {
    if (!is_of_one) refuse(text, "an offset is of one partition: TOPIC/PARTITION=OFFSET");
    return *offset;
  }
  const auto time = parse_iso8601(word);
  if (!time) refuse(text, fmt::format("is no position{}", did_you_mean(std::string(word), words)));
  if (wishes.timestamp && *wishes.timestamp != *time) refuse(text, "is a second time");
  wishes.timestamp = time;
  return MoveTo::timestamp;
}

void parse_wish(const std::string& text, Wishes& wishes) {
  MoveWish wish;
  std::string_view word = text;
  if (const std::size_t equals = text.find('='); equals != std::string::npos) {
    std::string_view place = word.substr(0, equals);
    word.remove_prefix(equals + 1);
    if (const std::size_t slash = place.find('/'); slash != std::string_view::npos) {
      const auto number = number_in(place.substr(slash + 1));
      if (!number || *number > INT32_MAX) refuse(text, "what follows the slash is no partition");
      wish.partition = static_cast<std::int32_t>(*number);
      place = place.substr(0, slash);
    }
    if (place.empty()) refuse(text, "names no topic");
    wish.topic = place;
  }
  wish.target = parse_target(text, word, wish.partition.has_value(), wishes);
  wishes.list.push_back(std::move(wish));
}

std::string as_json(const LoadPlan& plan, const PositionMove& move) {
  JsonObject json;
  json.add("action", plan.action);
  json.add("table", plan.table.name);
  add_partition(json, move.to.id);
  json.add_raw("from_offset", move.from ? std::to_string(move.from->next_offset) : "null");
  json.add("next_offset", move.to.from_offset);
  json.add("end_offset", move.to.end_offset);
  json.add("generation", move.to.generation);
  json.add("loads_again", move.loads_again);
  json.add("leaves_out", move.leaves_out);
  return std::move(json).text();
}

void print(const LoadPlan& plan, std::span<const PositionMove> moves, Output output) {
  if (output == Output::text) {
    fmt::print("table \"{}\" of {}\n", plan.table.name, plan.table.database_path);
    if (moves.empty()) fmt::print("  every position is there already\n");
  }
  for (const PositionMove& move : moves) {
    if (output == Output::json) {
      fmt::print("{}\n", as_json(plan, move));
    } else {
      fmt::print("  {}\n", move.sentence());
    }
  }
  std::fflush(stdout);
}

bool ask() {
  fmt::print(stderr, "Move these positions? [y/N] ");
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int move_offsets(const OffsetsMoveOptions& options, std::string_view command,
                 const Wishes& wishes) {
  if (!options.yes && !options.dry_run && ::isatty(STDIN_FILENO) == 0) {
    throw Error(ExitCode::usage, "nobody is there to ask whether the positions may be moved")
        .hint("--dry-run shows what it means, --yes does it");
  }
  int exit_code = 0;
  auto definitions = load_definitions(options.definitions, exit_code);
  if (!definitions) return exit_code;
  LoadPlan plan = std::move(definitions->front().plan);
  if (wishes.timestamp) {
    for (PlannedTopic& topic : plan.topics) topic.timestamp = wishes.timestamp;
  }
  const MoveOrder order{.command = std::string(command),
                        .wishes = wishes.list,
                        .is_dry_run = options.dry_run,
                        .confirm = [&](std::span<const PositionMove> moves) {
                          print(plan, moves, options.output);
                          if (options.dry_run || options.yes || moves.empty()) return true;
                          return ask();
                        }};
  const Report report = move_positions(plan, real_world(), order);
  if (report.stop_reason == StopReason::error) spdlog::error("{}", report.message);
  return report.exit_code;
}

}  // namespace

int offsets_set_command(const OffsetsMoveOptions& options) {
  Wishes wishes;
  for (const std::string& target : options.targets) parse_wish(target, wishes);
  return move_offsets(options, "offsets set", wishes);
}

int offsets_reset_command(const OffsetsMoveOptions& options) {
  return move_offsets(options, "offsets reset", {{{.target = MoveTo::first_start}}, {}});
}

}  // namespace sluice
