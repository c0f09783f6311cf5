// A load that goes on while everything around it is killed, stopped, frozen, locked and deleted,
// and what came of it: every committed message once, none that was aborted, and the positions
// right.
//
// SLUICE_CHAOS_SECONDS, SLUICE_CHAOS_SEED and SLUICE_CHAOS_BROKERS say how long, which, and against
// how many brokers; scripts/chaos sets them. The seed decides the schedule of blows and what runs
// and producers are told to do; how the machine's scheduler lets them meet is not decided, so two
// runs of a seed are alike, not the same.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "chaos/blows.h"
#include "chaos/caught_up.h"
#include "chaos/schedule.h"
#include "chaos/stage.h"
#include "chaos/verdict.h"

using namespace sluice::test;

namespace {

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

class Chaos {
 public:
  Chaos(std::int64_t seconds, std::uint64_t seed, int brokers)
      : seed_(seed),
        duration_(seconds),
        schedule_(
            make_schedule({.seed = seed,
                           .duration_ms = std::chrono::milliseconds(duration_).count(),
                           .brokers = brokers})),
        stage_(seed, brokers),
        blows_(stage_) {}

  void run() {
    go_on(schedule_);
    for (int more = 3; more > 0 && !has_hit(); --more) go_on(never_hit(schedule_, blows_.counts()));
    blows_.settle();
    stage_.runs.end();
    std::string wrong = catch_up();
    settle();
    const Ended last = stage_.project.run();
    const Verdict verdict = judge_all();
    wrong += verdict.wrong + stage_.runs.complaint();
    if (!stage_.witness.contradiction().empty()) wrong += stage_.witness.contradiction() + '\n';
    if (last.exit_code != 0) wrong += "the last run failed: " + last.err + '\n';
    report(verdict, wrong);
    CHECK(verdict.messages > 0);
    CHECK(verdict.lost == 0);
    CHECK(verdict.twice == 0);
    CHECK(wrong == "");
    check_blows(verdict);
    for (const Producing& producer : stage_.producers) {
      CHECK(producer.transactions_committed() > 0);
      CHECK(producer.transactions_aborted() > 0);
    }
  }

 private:
  void go_on(const std::vector<Event>& events);
  bool has_hit() const;
  std::string catch_up();
  void settle();
  Verdict judge_all();
  void check_blows(const Verdict& verdict) const;
  void report(const Verdict& verdict, const std::string& wrong) const;

  std::uint64_t seed_;
  std::chrono::seconds duration_;
  std::vector<Event> schedule_;
  std::size_t planned_ = 0;  // blows, those that came again included
  Stage stage_;
  Blows blows_;
};

void Chaos::go_on(const std::vector<Event>& events) {
  using std::chrono::steady_clock;
  planned_ += events.size();
  const auto begun = steady_clock::now();
  for (auto next = events.begin(); steady_clock::now() - begun < duration_;) {
    stage_.runs.tend();
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun);
    for (; next != events.end() && next->at_ms <= now.count(); ++next) blows_.strike(*next);
    blows_.strike_what_waits();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// On a machine that has other things to do runs may not live long enough to be hit by all that a
// minute holds: then they are given more, with what never hit.
bool Chaos::has_hit() const {
  return blows_.kills_between_commits() > 0 &&
         (duration_ < std::chrono::minutes(1) || never_hit(schedule_, blows_.counts()).empty());
}

// Producers still write, and nothing else disturbs: a run of two workers has something to read in
// each partition, and comes to an end. Returns what it left unread, or why it did not end.
std::string Chaos::catch_up() {
  Offsets ends;
  const auto has_news_everywhere = [&] {
    const Offsets stored = offsets_in(stage_.project.positions());
    ends = stage_.committed_ends();
    return !ends.empty() && std::ranges::all_of(ends, [&](const auto& end) {
      return end.second > stored.at(end.first);
    });
  };
  CHECK(eventually(has_news_everywhere));
  const Ended ended =
      stage_.project.run({"--set", "segmentation.active=true", "--set", "instances=2"});
  if (!is_caught_up(ended)) return fmt::format("a run that nothing disturbs: {}\n", ended.err);
  return left_unread(ended, ends, offsets_in(stage_.project.positions()));
}

// Nobody writes any more, and no transaction is open.
void Chaos::settle() {
  for (Producing& producer : stage_.producers) producer.end();
  for (int partition = 0; partition < stage_.partitions; ++partition) {
    stage_.witness.wait_for_transactions(partition);
  }
}

Verdict Chaos::judge_all() {
  Truth truth;
  for (int partition = 0; partition < stage_.partitions; ++partition) {
    const std::int64_t end = stage_.witness.look_again(partition);
    truth.partitions.push_back({.seen = stage_.witness.seen(partition),
                                .end = end,
                                .deleted_below = blows_.deleted_below(partition)});
  }
  for (const Producing& producer : stage_.producers) {
    truth.acknowledged.merge(producer.acknowledged());
  }
  return judge(stage_.project, truth);
}

// A load that nothing has hit shows nothing.
void Chaos::check_blows(const Verdict& verdict) const {
  CHECK(blows_.kills_between_commits() > 0);
  CHECK(3 * blows_.not_done().size() <= planned_);
  if (duration_ < std::chrono::minutes(1)) return;
  std::set<std::string_view> missed;
  for (const Event& event : never_hit(schedule_, blows_.counts())) {
    missed.insert(name_of(event.blow));
  }
  for (const std::string_view name : missed) FAIL_CHECK("never hit: " << name);
  const bool deletes_unread = blows_.counts().contains(Blow::delete_unread);
  if (deletes_unread) CHECK(verdict.in_gaps > 0);
}

void Chaos::report(const Verdict& verdict, const std::string& wrong) const {
  std::string text = fmt::format(
      "seed {}, {} s, {} broker{}: kills {} ({} between the first and the last commit of a run), "
      "runs {} ({} with a clock that jumps, {} with two workers), messages {}, deleted unread {}, lost {}, twice {}\n",
      seed_, duration_.count(), stage_.broker_count, stage_.broker_count == 1 ? "" : "s",
      blows_.kills(), blows_.kills_between_commits(), stage_.runs.started(),
      stage_.runs.with_jumping_clock(), stage_.runs.with_two_workers(), verdict.messages,
      verdict.in_gaps, verdict.lost, verdict.twice);
  text += fmt::format("  blows ({} planned, {} not done):", schedule_.size(),
                      blows_.not_done().size());
  const std::map<Blow, int> counts = blows_.counts();
  for (const auto& [blow, count] : counts) text += fmt::format(" {} {};", name_of(blow), count);
  text += "\n  runs by exit code:";
  for (const auto& [code, count] : stage_.runs.exit_codes())
    text += fmt::format(" {}: {};", code, count);
  text += fmt::format(" held against the ends from before {}\n",
                      stage_.runs.held_against_ends());
  for (const Producing& producer : stage_.producers) {
    text += fmt::format(
        "  a producer: transactions committed {}, aborted {}; calls that failed {}{}{}\n",
        producer.transactions_committed(), producer.transactions_aborted(), producer.failures(),
        producer.failures() == 0 ? "" : ", the last: ", producer.last_failure());
  }
  for (const std::string& blow : blows_.not_done()) text += "  not done: " + blow + '\n';
  if (!wrong.empty()) text += "  WRONG: " + wrong + '\n';
  std::cout << text << std::flush;
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text;
  }
}

}  // namespace

TEST_CASE("a load goes on through kills, locks, deletions and a broker that dies") {
  Chaos(std::stoll(variable("SLUICE_CHAOS_SECONDS", "60")),
        std::stoull(variable("SLUICE_CHAOS_SEED", "1")),
        std::stoi(variable("SLUICE_CHAOS_BROKERS", "1")))
      .run();
}
