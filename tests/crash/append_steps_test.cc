// As load_steps_test.cc, for appends: into a new file, with checkpoints, beside a reader; and with
// the power cut again and again.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

#include "crash/append_story.h"
#include "sqlite/database.h"

using namespace sluice::test;
using sluice::Database;
using sluice::Patience;
using sluice::Source;

namespace {

// A part of the topic is loaded. Pages are so small that each transaction fills some which none
// after it touches: what is lost of them nobody writes again.
Story append_to_a_table() {
  Story story = append_into_new_file();
  story.name = "append, existing table, two jobs, the WAL checkpointed at each commit";
  story.checkpoint_pages = 1;
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    for (int id = 107; id < 140; ++id) scenario.produce(0, {id});
    scenario.execute("PRAGMA page_size = 512; CREATE TABLE other (x)");
    scenario.run(in_small_batches({"max_messages=4"}));
  };
  const auto load_more = [](Scenario& scenario, Changes changes) {
    changes.push_back("params.max_rejects=9");
    changes.push_back("params.load_batch_size=9");
    return scenario.run(changes).exit_code;
  };
  story.play = [load_more](Scenario& scenario, const Changes& changes) {
    Changes first = changes;
    first.push_back("max_messages=20");
    const int code = load_more(scenario, first);
    const int code_after = load_more(scenario, changes);
    return code_after != 0 ? code_after : code;
  };
  return story;
}

// A reader keeps its snapshot, so that the WAL cannot be emptied at the end. It began before the
// job wrote anything: else the job's checkpoint, which comes as far as the reader's snapshot, would
// sync the WAL (walCheckpoint() in wal.c).
Story append_beside_a_reader() {
  Story story = append_into_new_file();
  story.name = "append, a reader keeps its snapshot";
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    scenario.execute("CREATE TABLE other (x)");
    scenario.run(in_small_batches({"max_messages=4"}));
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    // Until the process ends: closing, it would sync the WAL.
    static std::optional<Database> reader;
    scenario.wrap_source = [&scenario,
                            wrap = scenario.wrap_source](std::unique_ptr<Source> source) {
      reader.emplace(scenario.database(), Database::Mode::look, Patience());
      reader->execute("BEGIN; SELECT * FROM other");
      return wrap(std::move(source));
    };
    return load(scenario, changes);
  };
  return story;
}

}  // namespace

TEST_CASE("append into a new file: every step goes wrong") {
  tell_with_every_fault(append_into_new_file(), 29, 50);
}

TEST_CASE("append to a table, with checkpoints: every step goes wrong") {
  tell_with_every_fault(append_to_a_table(), 59, 50);
}

TEST_CASE("append beside a reader: every step goes wrong") {
  tell_with_every_fault(append_beside_a_reader(), 29, 30);
}

TEST_CASE("power cut after power cut") {
  CHECK(tell_with_chains_of_power_cuts(append_into_new_file(), 10, 1).changed() > 20);
}
