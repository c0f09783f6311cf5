// As load_steps_test.cc, for loads that read and write, or read, in several threads.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>
#include <utility>

#include "crash/append_story.h"
#include "crash/topic_truth.h"

using namespace sluice::test;
using sluice::Counts;
using sluice::LoadPlan;
using sluice::Report;

namespace {

// Batches so large that they are written by a thread of their own, while the next is read; a
// transaction holds two.
Report run_overlapped(Scenario& scenario, const Changes& changes) {
  LoadPlan plan = scenario.plan(changes);
  plan.handover.records = 1'000;
  plan.handover.batches = 3;
  return scenario.run_plan(plan);
}

Story append_overlapped() {
  const TopicTruth truth;
  Story story = append_into_new_file();
  story.name = "append, reading and writing in two threads";
  const auto in_large_batches = [](Changes changes) {
    changes.push_back("params.load_batch_size=2000");
    return changes;
  };
  story.before = [in_large_batches](Scenario& scenario) {
    scenario.dataset_yaml = dataset_with_provenance;
    std::vector<int> ids(2'300);
    std::iota(ids.begin(), ids.end(), 100'000);
    scenario.produce(0, ids);
    bool has_two_threads = false;
    scenario.on_commit = [&, reading = std::this_thread::get_id()](const Counts&) {
      if (std::this_thread::get_id() != reading) has_two_threads = true;
    };
    REQUIRE(run_overlapped(scenario, in_large_batches({"max_messages=2100"})).exit_code == 0);
    CHECK(has_two_threads == (std::thread::hardware_concurrency() > 1));
    scenario.on_commit = nullptr;
    std::filesystem::remove(scenario.database());
  };
  story.play = [in_large_batches](Scenario& scenario, const Changes& changes) {
    return run_overlapped(scenario, in_large_batches(changes)).exit_code;
  };
  story.finish = [truth](Scenario& scenario, const Trace&) { return truth.finish(scenario, {}); };
  return story;
}

// Each transaction is one batch of one worker, and both workers have as much of the same size:
// which of them comes first changes what is stored when, but neither the number of steps nor the
// end.
Story append_by_two_workers() {
  const TopicTruth truth;
  Story story = append_into_new_file();
  story.name = "append, two workers";
  const auto by_two = [](Scenario& scenario, Changes changes) {
    changes.insert(changes.end(), {"segmentation.active=true", "instances=2", "timeout=1m",
                                   "params.load_batch_size=3"});
    return scenario.run(changes);
  };
  story.before = [by_two](Scenario& scenario) {
    scenario.dataset_yaml = dataset_with_provenance;
    scenario.produce(0, {100, 101, 102, 103, 104, 105});
    scenario.produce(1, {200, 201, 202, 203, 204, 205});
    REQUIRE(by_two(scenario, {}).segments.size() == 2);
    std::filesystem::remove(scenario.database());
  };
  story.play = [by_two](Scenario& scenario, const Changes& changes) {
    return by_two(scenario, changes).exit_code;
  };
  return story;
}

// How many threads of this process are at work, https://man7.org/linux/man-pages/man5/proc.5.html.
int count_awake() {
  int awake = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string stat;
    std::getline(std::ifstream(thread.path() / "stat"), stat);
    if (stat.find(") S ") == std::string::npos) ++awake;
  }
  return awake;
}

// A thread of its own moves a quarter of the -wal file at a time. A commit ends when it sleeps
// again, so that a telling has as many steps as another one: that both may go on side by side is
// for chaos to show. Returns after how many commits the database had grown, and the exit code.
std::pair<int, int> run_beside_checkpoints(Scenario& scenario, const Changes& changes) {
  int grown = 0;
  auto size = std::filesystem::file_size(scenario.database());
  scenario.on_commit = [&](const Counts&) {
    while (count_awake() > 1) std::this_thread::yield();
    const auto now = std::filesystem::file_size(scenario.database());
    if (now > std::exchange(size, now)) ++grown;
  };
  const int code = load(scenario, changes);
  scenario.on_commit = nullptr;
  return {grown, code};
}

Story append_beside_checkpoints() {
  Story story = append_into_new_file();
  story.name = "append, the -wal file moved by another thread";
  story.checkpoint_pages = 256;  // a quarter is enough to be moved
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    std::vector<int> ids(90);
    std::iota(ids.begin(), ids.end(), 300);
    scenario.produce(0, ids);
    const auto begin = [&] {
      std::filesystem::remove(scenario.database());
      scenario.execute("PRAGMA page_size = 512; CREATE TABLE other (x)");
      scenario.run(in_small_batches({"max_messages=4"}));
    };
    begin();
    const std::string yaml = scenario.dataset_yaml;
    scenario.dataset_yaml += "sqlite: { wal_autocheckpoint: 256 }\n";
    const auto [grown, code] = run_beside_checkpoints(scenario, {});
    scenario.dataset_yaml = yaml;
    REQUIRE(code == 0);
    REQUIRE(grown > 2);  // the file is filled twice at most
    begin();
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    return run_beside_checkpoints(scenario, changes).second;
  };
  return story;
}

}  // namespace

TEST_CASE("append while another thread moves the -wal file: every step goes wrong") {
  tell_with_every_fault(append_beside_checkpoints(), 97, 50);
}

TEST_CASE("append in two threads: every step goes wrong") {
  tell_with_every_fault(append_overlapped(), 97, 50);
}

TEST_CASE("append by two workers: every step goes wrong") {
  tell_with_every_fault(append_by_two_workers(), 59, 50);
}
