// As load_steps_test.cc, for topics that are not what they were: a log that is replaced or loses
// messages, before a job or while it reads.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "crash/append_story.h"
#include "crash/topic_truth.h"

using namespace sluice::test;
using sluice::ExitCode;
using sluice::Offset;
using sluice::Report;

namespace {

using Topic = std::vector<std::vector<int>>;  // the ids of each partition

void set_topic(Scenario& scenario, const Topic& topic) {
  scenario.cluster.topics["orders"].clear();
  int partition = 0;
  for (const std::vector<int>& ids : topic) scenario.produce(partition++, ids);
}

constexpr auto source_changed = static_cast<int>(ExitCode::source_changed);

// A topic that is replaced while a job reads it, which knows the old log again by then and has
// taken nothing yet: nothing but what the old log was known by tells the two apart afterwards.
const Topic old_log = {{100, 101, 102}, {}};
const Topic new_log = {{300, 301, 302, 303, 304, 305, 306}, {400, 401}};
// What the job takes for one log.
const Topic what_is_read = {{100, 101, 102, 303, 304, 305, 306}, {400, 401}};

int read_while_it_is_replaced(Scenario& scenario, Changes changes) {
  scenario.cluster.before_fetch = [&scenario, fetches = 0]() mutable {
    if (++fetches == 2) set_topic(scenario, new_log);
  };
  changes.insert(changes.end(), {"until=timeout", "idle_timeout=300ms"});
  const int code = load(scenario, changes);
  scenario.cluster.before_fetch = nullptr;
  return code;
}

std::string check_what_was_read(Scenario& scenario, const Trace& trace) {
  const auto now = scenario.cluster.topics["orders"];
  set_topic(scenario, what_is_read);
  std::string wrong = TopicTruth().check(scenario, trace);
  scenario.cluster.topics["orders"] = now;
  return wrong;
}

std::string stored(const Scenario& scenario) {
  return scenario.ask(R"(SELECT
      (SELECT group_concat(_generation || '/' || _partition || '/' || _offset || ':' || id, ' ')
       FROM (SELECT * FROM orders ORDER BY rowid)) || '; ' ||
      (SELECT group_concat(generation || '/' || partition || '@' || next_offset, ' ')
       FROM (SELECT * FROM orders__metadata ORDER BY partition)))");
}

// The next job ends with 76 and changes nothing.
std::string finish_by_refusal(Scenario& scenario) {
  const std::string before = stored(scenario);
  const Report report = scenario.run(in_small_batches({}));
  if (report.exit_code != source_changed) {
    return fmt::format("a job over the new log ended {}: {}", report.exit_code, report.message);
  }
  return stored(scenario) == before ? "" : before + "\nbecame\n  " + stored(scenario);
}

std::string anchors(const Scenario& scenario) {
  return scenario.ask("SELECT count(*) FROM orders__anchors");
}

void load_old_log(Scenario& scenario, bool keeps_anchor) {
  scenario.dataset_yaml = dataset_with_provenance;
  set_topic(scenario, old_log);
  REQUIRE(load(scenario, {}) == 0);
  if (!keeps_anchor) REQUIRE(load(scenario, {}) == 0);
  REQUIRE(anchors(scenario) == (keeps_anchor ? "1" : "0"));
}

Story outgrown_while_read() {
  Story story = append_into_new_file();
  story.name = "a topic replaced while a job reads it";
  story.before = [](Scenario& scenario) { load_old_log(scenario, false); };
  story.play = read_while_it_is_replaced;
  story.meanwhile = [](Scenario& scenario) { set_topic(scenario, new_log); };
  story.check = check_what_was_read;
  story.finish = [](Scenario& scenario, const Trace&) { return finish_by_refusal(scenario); };
  return story;
}

// The clock stands still but for connections that fail: brokers that stay away are waited for
// until then.
Changes in_few_tries(Changes changes) {
  changes.push_back("timeout=2s");
  return in_small_batches(changes);
}

// What ends the job well is 76 here.
int refuse(Scenario& scenario, const Changes& changes) {
  const int code = scenario.run(in_few_tries(changes)).exit_code;
  if (code == 0) return source_changed;
  return code == source_changed ? 0 : code;
}

Story run_after_a_topic_was_replaced() {
  Story story = append_into_new_file();
  story.name = "the run after a topic was replaced while a job read it";
  story.before = [](Scenario& scenario) {
    load_old_log(scenario, true);
    REQUIRE(read_while_it_is_replaced(scenario, {}) == 0);
  };
  story.play = refuse;
  story.check = check_what_was_read;
  story.finish = [](Scenario& scenario, const Trace&) { return finish_by_refusal(scenario); };
  return story;
}

// One job takes messages and leaves anchors, the next one has no news and drops them.
Story anchors_come_and_go() {
  const TopicTruth truth;
  Story story = append_into_new_file();
  story.name = "anchors kept and dropped, two jobs";
  story.before = [](Scenario& scenario) {
    load_old_log(scenario, true);
    scenario.produce(0, {103, 104});
    scenario.produce(1, {200, 201});
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    const int code = load(scenario, changes);
    const int code_after = load(scenario, changes);
    return code_after != 0 ? code_after : code;
  };
  story.check = [truth](Scenario& scenario, const Trace& trace) {
    const std::string wrong = truth.check(scenario, trace);
    if (!wrong.empty() || trace.exit_code != 0) return wrong;
    return anchors(scenario) == "0" ? "" : anchors(scenario) + " anchors are left";
  };
  story.finish = [truth](Scenario& scenario, const Trace&) {
    const std::string wrong = truth.finish(scenario, in_small_batches({}));
    if (!wrong.empty()) return wrong;
    const Report report = scenario.run();
    if (report.exit_code != 0) return "the run without news failed: " + report.message;
    return anchors(scenario) == "0" ? "" : anchors(scenario) + " anchors are left";
  };
  return story;
}

Changes with_restart(Changes changes) {
  changes.push_back("params.on_topic_changed=restart");
  return in_few_tries(changes);
}

// A longer log is known by its messages, once the job reads; a shorter one before.
Story restart(bool is_longer) {
  const auto truth = std::make_shared<TopicTruth>();
  Story story = append_into_new_file();
  story.name = is_longer ? "a new generation, begun while the job reads"
                         : "a new generation, begun with the job";
  story.before = [truth, is_longer](Scenario& scenario) {
    load_old_log(scenario, true);
    truth->replaces(scenario.cluster.topics["orders"]);
    set_topic(scenario, is_longer ? new_log : Topic{{300}, {400}});
    scenario.produce_text(0, R"({"id":"none"})");
  };
  story.play = [](Scenario& scenario, const Changes& changes) {
    return scenario.run(with_restart(changes)).exit_code;
  };
  story.check = [truth](Scenario& s, const Trace& trace) { return truth->check(s, trace); };
  story.finish = [truth](Scenario& scenario, const Trace&) {
    const std::string wrong = truth->finish(scenario, with_restart({}));
    if (!wrong.empty()) return wrong;
    const Report report = scenario.run();
    return report.exit_code == 0 ? "" : "the new log is refused: " + report.message;
  };
  return story;
}

// Messages are deleted in front of a job that reads; it goes on behind them and says so.
Story skip_a_gap_while_reading() {
  constexpr Offset low = 5;
  TopicTruth truth;
  truth.may_lose();
  Story story = append_into_new_file();
  story.name = "a lost range skipped while the job reads";
  const auto skipping = [](Changes changes) {
    changes.insert(changes.end(),
                   {"params.on_data_loss=skip", "params.load_from.0.extract_chunk_size=2"});
    return in_few_tries(changes);
  };
  story.before = [](Scenario& scenario) {
    make_small_topic(scenario);
    REQUIRE(load(scenario, {"max_messages=1"}) == 0);
  };
  // The truth needs them; nobody else sees them any more.
  const auto delete_messages = [](Scenario& scenario) { scenario.log(0).low_offset = low; };
  story.play = [=](Scenario& scenario, const Changes& changes) {
    scenario.cluster.before_fetch = [&scenario, delete_messages, fetches = 0]() mutable {
      if (++fetches == 2) delete_messages(scenario);
    };
    return scenario.run(skipping(changes)).exit_code;
  };
  story.meanwhile = delete_messages;
  const auto gap = [](const Scenario& scenario) {
    return scenario.ask(
        "SELECT (next_offset >= 5) || ' ' || (SELECT group_concat(from_offset || '-' || to_offset) "
        "FROM orders__gaps) FROM orders__metadata WHERE partition = 0");
  };
  story.check = [=](Scenario& scenario, const Trace& trace) {
    const std::string wrong = truth.check(scenario, trace);
    if (!wrong.empty() || !has_positions(scenario)) return wrong;
    const std::string noted = gap(scenario);
    return noted == "" || noted == "1 2-5" ? "" : "position and gap: " + noted;
  };
  // A job that stored nothing before leaves more to the loss.
  story.finish = [=](Scenario& scenario, const Trace&) {
    const std::string wrong = truth.finish(scenario, skipping({}));
    const std::string noted = gap(scenario);
    return wrong.empty() && noted != "1 2-5" && noted != "1 1-5" ? "gap: " + noted : wrong;
  };
  return story;
}

}  // namespace

TEST_CASE("a topic replaced while a job reads it is told by the next: every step goes wrong") {
  tell_with_every_fault(outgrown_while_read(), 97, 30);
  tell_with_every_fault(run_after_a_topic_was_replaced(), 97, 30);
}

TEST_CASE("anchors come and go with a topic that stays: every step goes wrong") {
  tell_with_every_fault(anchors_come_and_go(), 97, 30);
}

TEST_CASE("a new generation begins whole, beside the old one: every step goes wrong") {
  tell_with_every_fault(restart(true), 97, 30);
  tell_with_every_fault(restart(false), 97, 30);
}

TEST_CASE("a range that is lost while a job reads is noted: every step goes wrong") {
  tell_with_every_fault(skip_a_gap_while_reading(), 97, 30);
}
