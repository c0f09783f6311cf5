// Every step of a load goes wrong once, in each way there is: the disk, the locks, the source fail,
// the process is stopped dead, the power is cut. After that the table is what its positions say,
// and the next run completes it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "crash/story.h"
#include "crash/topic_truth.h"

using namespace sluice::test;
using sluice::Offset;
using sluice::Report;

namespace {

using Changes = std::vector<std::string>;

const char* dataset_with_provenance = R"(
engine: sqlite
path: data.db
tables:
  orders:
    columns:
      id: { type: integer }
      note: { type: text, nullable: true }
    primary_key: [id]
    indexes: [[note]]
    provenance: true
)";

// Three partitions: one with a reject in the middle, one with holes and a marker at its end, and an
// empty one.
void make_topic(Scenario& scenario) {
  scenario.dataset_yaml = dataset_with_provenance;
  scenario.produce(0, {100, 101, 102});
  scenario.produce_text(0, R"({"id":"none"})");
  scenario.produce(0, {104, 105, 106});
  scenario.produce(1, {200, 201, 202});
  for (ScriptedRecord& record : scenario.log(1).records) record.offset *= 3;
  scenario.log(1).end_offset = 9;
  scenario.log(2);
}

Changes in_small_batches(Changes changes) {
  changes.insert(changes.end(), {"load_batch_size=3", "params.max_rejects=9"});
  for (std::string& change : changes) {
    if (change.starts_with("load_batch")) change = "params." + change;
  }
  return changes;
}

int load(Scenario& scenario, const Changes& changes) {
  return scenario.run(in_small_batches(changes)).exit_code;
}

Story append_into_new_file() {
  const TopicTruth truth;
  Story story{.name = "append, new file"};
  story.before = make_topic;
  story.play = load;
  story.check = [truth](Scenario& s, const Trace& trace) { return truth.check(s, trace); };
  story.finish = [truth](Scenario& s, const Trace&) {
    return truth.finish(s, in_small_batches({}));
  };
  return story;
}

// Half of the topic is loaded; what comes then fills pages that are there already.
Story append_to_a_table() {
  Story story = append_into_new_file();
  story.name = "append, existing table, two jobs, the WAL checkpointed at each commit";
  story.checkpoint_pages = 1;
  story.before = [](Scenario& scenario) {
    make_topic(scenario);
    scenario.run(in_small_batches({"max_messages=4"}));
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    Changes first = changes;
    first.push_back("max_messages=2");
    const int code = load(scenario, first);
    const int code_after = load(scenario, changes);
    return code_after != 0 ? code_after : code;
  };
  return story;
}

// Where `latest` was nobody could find again: more messages come in before the next run.
Story begin_at_latest(bool in_new_file) {
  const TopicTruth truth({{0, 7}, {1, 9}, {2, 0}});
  Story story = append_into_new_file();
  story.name = in_new_file ? "begin at latest, new file" : "begin at latest, existing file";
  story.before = [in_new_file](Scenario& scenario) {
    make_topic(scenario);
    scenario.source_yaml =
        "connector: kafka\nservers: localhost:1\ntopics:\n  orders: { offset_policy: latest }\n";
    if (!in_new_file) scenario.execute("PRAGMA journal_mode = WAL; CREATE TABLE other (x)");
  };
  story.meanwhile = [](Scenario& scenario) { scenario.produce(0, {107, 108}); };
  story.check = [truth](Scenario& s, const Trace& trace) { return truth.check(s, trace); };
  story.finish = [truth](Scenario& scenario, const Trace& trace) {
    if (trace.reads) return truth.finish(scenario, in_small_batches({}));
    // It never came so far: the next run may begin at its own latest.
    const bool is_stored = has_positions(scenario);
    const TopicTruth later({{0, is_stored ? 7 : 9}, {1, 9}, {2, 0}});
    return later.finish(scenario, in_small_batches({}));
  };
  return story;
}

}  // namespace

TEST_CASE("append into a new file: every step goes wrong") {
  CHECK(tell_with_every_fault(append_into_new_file(), 13).changed() > 50);
}

TEST_CASE("append to a table, with checkpoints: every step goes wrong") {
  CHECK(tell_with_every_fault(append_to_a_table(), 29).changed() > 50);
}

TEST_CASE("begin at latest: once the job reads, no power cut takes the place away") {
  CHECK(tell_with_every_fault(begin_at_latest(true), 13).changed() > 30);
  CHECK(tell_with_every_fault(begin_at_latest(false), 13).changed() > 30);
}

TEST_CASE("power cut after power cut") {
  CHECK(tell_with_chains_of_power_cuts(append_into_new_file(), 10, 1).changed() > 20);
}
