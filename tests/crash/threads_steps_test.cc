// As load_steps_test.cc, for loads that read and write, or read, in several threads.
#include <doctest/doctest.h>

#include <filesystem>
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

}  // namespace

TEST_CASE("append in two threads: every step goes wrong") {
  tell_with_every_fault(append_overlapped(), 97, 50);
}

TEST_CASE("append by two workers: every step goes wrong") {
  tell_with_every_fault(append_by_two_workers(), 59, 50);
}
