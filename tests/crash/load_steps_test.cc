// Every step of a load goes wrong once, in each way there is: the disk, the locks, the source fail,
// the process is stopped dead, the power is cut. After that the table is what its positions say,
// and the next run completes it.
#include <doctest/doctest.h>

#include <optional>
#include <utility>

#include "crash/append_story.h"
#include "crash/topic_truth.h"

using namespace sluice::test;
using sluice::Report;

namespace {

// Where `latest` was nobody could find again: more messages come in while the job waits for them.
Story begin_at_latest(bool in_new_file) {
  Story story = append_into_new_file();
  story.name = in_new_file ? "begin at latest, new file" : "begin at latest, existing file";
  const auto more_come = [](Scenario& scenario) { scenario.produce(0, {107, 108}); };
  story.before = [in_new_file](Scenario& scenario) {
    make_small_topic(scenario);
    scenario.source_yaml =
        "connector: kafka\nservers: localhost:1\ntopics:\n  orders: { offset_policy: latest }\n";
    if (!in_new_file) scenario.execute("PRAGMA journal_mode = WAL; CREATE TABLE other (x)");
  };
  story.play = [more_come](Scenario& scenario, Changes changes) {
    scenario.cluster.before_fetch = [&scenario, more_come, has_come = false]() mutable {
      if (!std::exchange(has_come, true)) more_come(scenario);
    };
    changes.insert(changes.end(), {"until=timeout", "idle_timeout=1s"});
    return load(scenario, changes);
  };
  story.meanwhile = more_come;
  // A job that never came to read has promised nothing: the next one finds its own latest.
  const auto truth = [](Scenario& scenario, const Trace& trace) {
    const bool is_promised = trace.reads || has_positions(scenario);
    return TopicTruth({{0, is_promised ? 7 : 9}, {1, 9}, {2, 0}});
  };
  story.check = [truth](Scenario& s, const Trace& trace) {
    return truth(s, trace).check(s, trace);
  };
  story.finish = [truth](Scenario& s, const Trace& trace) {
    return truth(s, trace).finish(s, in_small_batches({}));
  };
  return story;
}

// Keys that come again, within a batch and across batches, and one that is deleted.
Story upsert() {
  const TopicTruth truth({}, TopicTruth::Mode::upsert);
  Story story = append_into_new_file();
  story.name = "upsert, the WAL checkpointed at each commit";
  story.checkpoint_pages = 1;
  story.before = [](Scenario& scenario) {
    scenario.dataset_yaml = dataset_with_provenance;
    scenario.action = R"({
      "name": "load-orders", "type": "load", "until": "end",
      "params": {
        "load_from": [ { "source": "dwh/shop/orders" } ],
        "schema": { "id": { "type": "default", "attribute": "$key" } },
        "write_mode": "upsert",
        "load_to": { "source": "dwh/db/orders" }
      }
    })";
    scenario.produce(0, {1, 2, 1, 3, 2, 4, 1, 5, 3, 4});
    for (ScriptedRecord& record : scenario.log(0).records) {
      record.key = record.value->substr(6, 1);
      if (record.offset == 4 || record.offset == 8) record.value = std::nullopt;
    }
  };
  story.check = [truth](Scenario& s, const Trace& trace) { return truth.check(s, trace); };
  story.finish = [truth](Scenario& s, const Trace&) {
    return truth.finish(s, in_small_batches({}));
  };
  return story;
}

// Two messages were deleted before they were loaded; the job goes on behind them and says so.
Story skip_a_gap() {
  const TopicTruth truth;
  Story story = append_into_new_file();
  story.name = "a lost range skipped and noted";
  const auto in_batches = [](Changes changes) {
    changes.push_back("params.on_data_loss=skip");
    return in_small_batches(changes);
  };
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    scenario.run(in_small_batches({"max_messages=4"}));
    ScriptedLog& log = scenario.log(0);
    std::erase_if(log.records, [](const ScriptedRecord& record) {
      return record.offset == 4 || record.offset == 5;
    });
    log.low_offset = 6;
    scenario.log(2).low_offset = scenario.log(2).end_offset = 3;  // nothing behind what is lost
  };
  story.play = [in_batches](Scenario& scenario, const Changes& changes) {
    return scenario.run(in_batches(changes)).exit_code;
  };
  const auto gap = [](Scenario& scenario) {
    return scenario.ask(
        "SELECT (next_offset > 4) || ' ' || (SELECT group_concat(from_offset || '-' || to_offset) "
        "FROM orders__gaps WHERE partition = 0) FROM orders__metadata WHERE partition = 0");
  };
  const auto whole_gap = [](const Scenario& scenario) {
    return scenario.ask("SELECT next_offset || ' ' || (SELECT count(*) FROM orders__gaps "
                        "WHERE partition = 2 AND from_offset = 0 AND to_offset = 3) "
                        "FROM orders__metadata WHERE partition = 2");
  };
  story.check = [=](Scenario& scenario, const Trace& trace) {
    const std::string noted = gap(scenario);
    if (noted != "" && noted != "1 4-6") return "position and gap: " + noted;
    const std::string whole = whole_gap(scenario);
    if (whole != "0 0" && whole != "3 1") return "position and gap of all there was: " + whole;
    return truth.check(scenario, trace);
  };
  story.finish = [=](Scenario& scenario, const Trace&) {
    const std::string wrong = truth.finish(scenario, in_batches({}));
    if (whole_gap(scenario) != "3 1") return "gap of all there was: " + whole_gap(scenario);
    return wrong.empty() && gap(scenario) != "1 4-6" ? "gap: " + gap(scenario) : wrong;
  };
  return story;
}

// Every message is a row or a reject, none is both.
std::string rows_and_rejects(const Scenario& scenario) {
  return scenario.ask(R"(
      SELECT group_concat(address, ' ') FROM (
        SELECT _partition || '/' || _offset || ':' || id AS address FROM orders UNION ALL
        SELECT partition || '/' || "offset" || ':' || substr(CAST(value AS TEXT), 7, 3)
        FROM orders__rejects ORDER BY address))");
}

// All messages were refused by a definition that is corrected now; their rejects become rows.
Story replay() {
  static const std::string all = "0/0:100 0/1:101 0/2:102 0/3:103 0/4:104 1/0:200 1/1:201";
  Story story{.name = "rejects replayed"};
  story.before = [](Scenario& scenario) {
    scenario.dataset_yaml = dataset_with_provenance;
    scenario.produce(0, {100, 101, 102, 103, 104});
    scenario.produce(1, {200, 201});
    scenario.run(in_small_batches({R"(params.schema={"id":{"type":"default","attribute":"no"}})"}));
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    return scenario.replay(in_small_batches(changes)).exit_code;
  };
  story.check = [](Scenario& scenario, const Trace& trace) {
    const std::string found = rows_and_rejects(scenario);
    if (found != all) return "rows and rejects: " + found;
    const bool is_done = scenario.ask("SELECT count(*) FROM orders__rejects") == "0";
    return std::string(trace.exit_code == 0 && !is_done ? "rejects are left" : "");
  };
  story.finish = [](Scenario& scenario, const Trace&) {
    const Report report = scenario.replay(in_small_batches({}));
    if (report.exit_code != 0) return "the next replay failed: " + report.message;
    const std::string found = rows_and_rejects(scenario);
    if (found != all) return "rows and rejects at the end: " + found;
    const std::string left = scenario.ask("SELECT count(*) FROM orders__rejects");
    return left == "0" ? std::string() : left + " rejects are left";
  };
  return story;
}

}  // namespace

TEST_CASE("begin at latest: once the job reads, no power cut takes the place away") {
  tell_with_every_fault(begin_at_latest(true), 29, 30);
  tell_with_every_fault(begin_at_latest(false), 29, 30);
}

TEST_CASE("upsert: every step goes wrong") {
  tell_with_every_fault(upsert(), 59, 50);
}

TEST_CASE("a gap is noted with the position that leaves it: every step goes wrong") {
  tell_with_every_fault(skip_a_gap(), 59, 30);
}

TEST_CASE("rejects replayed: every step goes wrong") {
  tell_with_every_fault(replay(), 59, 30);
}
