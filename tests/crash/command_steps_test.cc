// Every step of the commands that change a database without a load goes wrong once: each does all
// that it was asked for, or nothing.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "crash/small_topic.h"
#include "crash/story.h"
#include "crash/topic_truth.h"
#include "job/move_positions.h"
#include "job/purge.h"
#include "store/build.h"

using namespace sluice::test;
using sluice::DatabaseBuilder;
using sluice::Error;
using sluice::LoadPlan;
using sluice::MoveOrder;
using sluice::MoveTo;
using sluice::MoveWish;
using sluice::PlannedTable;
using sluice::Report;

namespace {

// What the command line does with an error.
int exit_code_of(const std::function<void()>& command) {
  try {
    command();
    return 0;
  } catch (const Error& error) {
    return static_cast<int>(error.code());
  }
}

std::vector<PlannedTable> tables_of(const Scenario& scenario) { return {scenario.plan().table}; }

void build(const Scenario& scenario, const Changes& changes) {
  DatabaseBuilder builder(tables_of(scenario), {.limit = scenario.plan(changes).lock_timeout,
                                                .deadline = {},
                                                .stop = &scenario.stop,
                                                .clock = &scenario.clock});
  if (!builder.plan().sql.empty()) builder.run();
}

// How many statements would still make the tables what the dataset declares.
std::size_t statements_left(const Scenario& scenario) {
  return sluice::preview_build(tables_of(scenario)).sql.size();
}

Story build_story(std::string name, std::size_t statements) {
  const TopicTruth truth;
  Story story{.name = std::move(name)};
  story.play = [](Scenario& scenario, const Changes& changes) {
    return exit_code_of([&] { build(scenario, changes); });
  };
  story.check = [statements](Scenario& scenario, const Trace& trace) {
    const std::size_t left = statements_left(scenario);
    const bool is_whole = left == 0 || (left == statements && trace.exit_code != 0);
    return is_whole ? "" : fmt::format("{} of {} statements are left", left, statements);
  };
  story.finish = [truth](Scenario& scenario, const Trace&) {
    const int code = exit_code_of([&] { build(scenario, {}); });
    if (code != 0) return fmt::format("the next build ended {}", code);
    if (statements_left(scenario) != 0) return std::string("the next build left statements");
    return truth.finish(scenario, in_small_batches({}));
  };
  return story;
}

Story build_new_file() {
  Story story = build_story("build, new file", 11);
  story.before = make_small_topic;
  return story;
}

// A table that was loaded gets a column and an index more.
Story extend_a_table() {
  const TopicTruth truth;
  Story story = build_story("build, loaded table extended", 2);
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    const std::string full = scenario.dataset_yaml;
    std::string less = full;
    less.erase(less.find("      note:"),
               std::string("      note: { type: text, nullable: true }\n").size());
    less.erase(less.find("    indexes:"), std::string("    indexes: [[note]]\n").size());
    scenario.dataset_yaml = less;
    REQUIRE(scenario.run(in_small_batches({})).exit_code == 0);
    scenario.dataset_yaml = full;
  };
  const auto schema = story.check;
  story.check = [truth, schema](Scenario& scenario, const Trace& trace) {
    Trace loaded = trace;
    loaded.exit_code = 0;  // whatever came of the build: the rows are all there
    const std::string wrong = truth.check(scenario, loaded);
    return wrong.empty() ? schema(scenario, trace) : wrong;
  };
  return story;
}

constexpr std::string_view secret = R"("none")";  // in its value and in its reason

int purge(Scenario& scenario, const Changes& changes) {
  return sluice::run_purge(scenario.plan(changes), scenario.world(), {}).exit_code;
}

// In the database or one of the files beside it.
bool is_in_a_file(const Scenario& scenario, std::string_view bytes) {
  for (const auto& entry : std::filesystem::directory_iterator(scenario.dir.path())) {
    if (!entry.path().string().starts_with(scenario.database())) continue;
    std::string content(entry.file_size(), '\0');
    std::ifstream file(entry.path(), std::ios::binary);
    REQUIRE(file.read(content.data(), static_cast<std::streamsize>(content.size())));
    if (content.find(bytes) != std::string::npos) return true;
  }
  return false;
}

// The value of the reject that make_small_topic() leaves must be nowhere afterwards.
Story purge_rejects() {
  static const std::string rows = "100 101 102 104 105 106 200 201 202";
  Story story{.name = "rejects purged"};
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    REQUIRE(scenario.run(in_small_batches({})).exit_code == 0);
    REQUIRE(is_in_a_file(scenario, secret));
  };
  story.play = purge;
  story.check = [](Scenario& scenario, const Trace& trace) {
    if (scenario.rows() != rows) return "rows: " + scenario.rows();
    const bool is_there = scenario.ask("SELECT count(*) FROM orders__rejects") != "0";
    if (is_there && trace.exit_code == 0) return std::string("a purged reject is there");
    const std::string lines =
        scenario.ask("SELECT count(*) FROM sluice_jobs WHERE action LIKE 'rejects purge%'");
    return lines == (is_there ? "0" : "1") ? "" : lines + " lines in the history";
  };
  story.finish = [](Scenario& scenario, const Trace&) {
    const int code = purge(scenario, {});
    if (code != 0) return fmt::format("the next purge ended {}", code);
    if (scenario.ask("SELECT count(*) FROM orders__rejects") != "0") {
      return std::string("rejects are left");
    }
    return std::string(is_in_a_file(scenario, secret) ? "the value is still in a file" : "");
  };
  return story;
}

// Positions are moved once, with a line in the history, and the next load goes on from there.
Story move_offsets(std::string name, MoveWish wish, std::string moved, std::string rows_at_end) {
  Story story{.name = std::move(name)};
  const auto move = [wish](Scenario& scenario, const Changes& changes) {
    const MoveOrder order{
        .command = "offsets set", .wishes = {wish}, .confirm = [](auto) { return true; }};
    return move_positions(scenario.plan(changes), scenario.world(), order);
  };
  const auto position = [](const Scenario& scenario) {
    return scenario.ask(
        "SELECT next_offset || ' in generation ' || generation || ', moved ' || (SELECT count(*) "
        "FROM sluice_jobs WHERE action LIKE 'offsets set%') FROM orders__metadata WHERE partition "
        "= 0");
  };
  const auto rows = [](const Scenario& scenario) {
    return scenario.ask(
        "SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id, _generation)");
  };
  story.before = [](Scenario& scenario) {
    scenario.dataset_yaml += "    provenance: true\n";
    scenario.produce(0, {100, 101, 102, 103, 104, 105});
    REQUIRE(scenario.run({"max_messages=4"}).exit_code == 0);
  };
  story.play = [move](Scenario& scenario, const Changes& changes) {
    return move(scenario, changes).exit_code;
  };
  story.check = [=](Scenario& scenario, const Trace& trace) {
    if (rows(scenario) != "100 101 102 103") return "rows: " + rows(scenario);
    const std::string at = position(scenario);
    const bool may_be_where_it_was = trace.exit_code != 0;
    if (at == moved || (may_be_where_it_was && at == "4 in generation 1, moved 0")) {
      return std::string();
    }
    return "position: " + at;
  };
  story.finish = [=](Scenario& scenario, const Trace&) {
    const Report again = move(scenario, {});
    if (again.exit_code != 0) return "the next move failed: " + again.message;
    if (position(scenario) != moved) return "position at the end: " + position(scenario);
    const Report load = scenario.run();
    if (load.exit_code != 0) return "the next load failed: " + load.message;
    if (rows(scenario) != rows_at_end) return "rows at the end: " + rows(scenario);
    const std::string open =
        scenario.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'");
    return open == "0" ? std::string() : open + " jobs still count as running";
  };
  return story;
}

}  // namespace

TEST_CASE("build makes all tables or none: every step goes wrong") {
  tell_with_every_fault(build_new_file(), 29, 30);
}

TEST_CASE("build extends a loaded table or leaves it: every step goes wrong") {
  tell_with_every_fault(extend_a_table(), 29, 30);
}

TEST_CASE("a purge takes rejects away for good or not at all: every step goes wrong") {
  tell_with_every_fault(purge_rejects(), 29, 30);
}

TEST_CASE("positions are moved whole and with a trace: every step goes wrong") {
  const MoveWish back{.topic = "orders", .partition = 0, .target = sluice::Offset{2}};
  tell_with_every_fault(move_offsets("offsets set, back", back, "2 in generation 2, moved 1",
                                     "100 101 102 102 103 103 104 105"),
                        29, 30);
  const MoveWish ahead{.topic = "orders", .partition = 0, .target = sluice::Offset{5}};
  tell_with_every_fault(move_offsets("offsets set, ahead", ahead, "5 in generation 2, moved 1",
                                     "100 101 102 103 105"),
                        29, 30);
  const MoveWish to_the_start{.target = MoveTo::first_start};
  tell_with_every_fault(move_offsets("offsets reset", to_the_start, "0 in generation 2, moved 1",
                                     "100 100 101 101 102 102 103 103 104 105"),
                        29, 30);
}
