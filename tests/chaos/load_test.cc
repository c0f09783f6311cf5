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
#include <fmt/ranges.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "chaos/producing.h"
#include "chaos/runs.h"
#include "chaos/schedule.h"
#include "chaos/verdict.h"
#include "chaos/witness.h"
#include "sqlite/database.h"
#include "support/kafka_lab.h"
#include "support/project.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr int competing_runs = 3;
constexpr int first_partitions = 3;
constexpr int most_partitions = 8;

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

class Chaos {
 public:
  Chaos(std::int64_t seconds, std::uint64_t seed, int brokers)
      : brokers_(brokers),
        broker_(OwnBroker::cluster(brokers)),
        lab_(broker_.bootstrap()),
        project_(broker_.bootstrap(), lab_.fresh_topic("chaos", first_partitions)),
        witness_(broker_.bootstrap(), project_.topic()),
        schedule_(make_schedule({.seed = seed, .duration_ms = seconds * 1000, .brokers = brokers})),
        seed_(seed),
        duration_(seconds),
        runs_(project_, seed, competing_runs),
        plain_(broker_.bootstrap(), project_.topic(), 2 * seed),
        more_(broker_.bootstrap(), project_.topic(), 2 * seed + 1) {
    project_.write_action(
        R"("load_batch_size": 40, "load_batch_interval": "20ms", "on_data_loss": "skip")");
    set_partitions(first_partitions);
  }

  void run() {
    const auto begun = std::chrono::steady_clock::now();
    auto next = schedule_.begin();
    while (std::chrono::steady_clock::now() - begun < duration_) {
      runs_.tend();
      const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::steady_clock::now() - begun)
                              .count();
      for (; next != schedule_.end() && next->at_ms <= now_ms; ++next) try_to_strike(*next);
      kill_what_has_committed();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    settle();
  }

 private:
  void try_to_strike(const Event& event);
  void strike(const Event& event);
  bool kill(Process& run);
  void kill_what_has_committed();
  void freeze(const Event& event);
  void hold(const Event& event, const char* begin);
  void take_broker(const Event& event);
  void add_partition();
  void delete_records(const Event& event, bool unread);
  void background(std::function<void()> work);
  void settle();
  void report(const Verdict& verdict, const std::string& wrong) const;
  void set_partitions(int count);
  void settle_topic();
  std::optional<std::string> job_between_commits() const;

  int brokers_;
  OwnBroker broker_;
  KafkaLab lab_;
  Project project_;
  Witness witness_;
  std::vector<Event> schedule_;
  std::uint64_t seed_;
  std::chrono::seconds duration_;
  Runs runs_;
  Producing plain_;
  Producing more_;
  int partitions_ = 0;
  int wanted_kills_ = 0;  // of a run that loads, as soon as it has committed something
  int kills_ = 0;
  std::set<std::string> killed_jobs_;  // between their first and their last commit
  std::map<Blow, int> blows_;
  std::string missed_;
  std::atomic<bool> broker_is_away_ = false;
  std::vector<std::future<void>> background_;  // last: they use all of the others
};

void Chaos::set_partitions(int count) {
  partitions_ = count;
  plain_.set_partitions(count);
  more_.set_partitions(count);
}

// A broker that has just come back may be too slow for our patience: that is told, and no verdict.
void Chaos::try_to_strike(const Event& event) {
  try {
    strike(event);
  } catch (const std::runtime_error& error) {
    missed_ += fmt::format("  not done: {}: {}\n", name_of(event.blow), error.what());
  }
}

void Chaos::strike(const Event& event) {
  switch (event.blow) {
    case Blow::kill_any:
      if (kill(runs_.at(event.which))) ++blows_[event.blow];
      return;
    case Blow::kill_loading:
      ++wanted_kills_;
      return;
    case Blow::terminate:
      runs_.at(event.which).send(SIGTERM);
      break;
    case Blow::freeze:
      freeze(event);
      break;
    case Blow::kill_broker:
    case Blow::stop_broker:
      return take_broker(event);
    case Blow::hold_write:
      hold(event, "BEGIN IMMEDIATE");
      break;
    case Blow::hold_read:
      hold(event, "BEGIN; SELECT count(*) FROM sqlite_schema");
      break;
    case Blow::remove_lock:
      if (!std::filesystem::remove(project_.database() + ".orders.lock")) return;
      break;
    case Blow::add_partition:
      return add_partition();
    case Blow::delete_loaded:
      return delete_records(event, false);
    case Blow::delete_unread:
      return delete_records(event, true);
  }
  ++blows_[event.blow];
}

// The job that has committed something and has not said its last word, and whose run was not
// killed before: the next one has then not yet begun its own.
std::optional<std::string> Chaos::job_between_commits() const {
  const auto job = project_.ask(
      "SELECT job_id FROM (SELECT * FROM sluice_jobs ORDER BY rowid DESC LIMIT 1) "
      "WHERE state = 'running' AND messages > 0");
  return job && killed_jobs_.count(*job) == 0 ? job : std::nullopt;
}

bool Chaos::kill(Process& run) {
  if (!run.is_running()) return false;
  const bool loads = runs_.loading() == &run;
  run.send(SIGKILL);
  run.wait_for_end();
  ++kills_;
  if (const auto job = job_between_commits(); loads && job) killed_jobs_.insert(*job);
  return true;
}

void Chaos::kill_what_has_committed() {
  if (wanted_kills_ == 0) return;
  Process* loading = runs_.loading();
  if (loading == nullptr || !job_between_commits()) return;
  if (kill(*loading)) ++blows_[Blow::kill_loading];
  --wanted_kills_;
}

void Chaos::background(std::function<void()> work) {
  background_.push_back(std::async(std::launch::async, std::move(work)));
}

void Chaos::freeze(const Event& event) {
  const std::chrono::milliseconds time(event.for_ms);
  // If it is killed meanwhile its pid is not used again so soon.
  background([pid = runs_.freeze(event.which, time), time] {
    std::this_thread::sleep_for(time);
    if (pid > 0) ::kill(pid, SIGCONT);
  });
}

void Chaos::hold(const Event& event, const char* begin) {
  background([path = project_.database(), begin, for_ms = event.for_ms] {
    Patience patience;
    patience.limit = std::chrono::seconds(5);
    try {
      Database database(path, Database::Mode::write, patience);
      database.execute(begin);
      std::this_thread::sleep_for(std::chrono::milliseconds(for_ms));
    } catch (const Error&) {
      // There is no database yet, or a frozen run holds the lock: nobody is disturbed by us then.
    }
  });
}

// One at a time: of three, two hold everything that was acknowledged.
void Chaos::take_broker(const Event& event) {
  if (broker_is_away_.exchange(true)) return;
  ++blows_[event.blow];
  background([this, event] {
    const int node = event.which % brokers_ + 1;
    const bool dies = event.blow == Blow::kill_broker;
    if (brokers_ == 1) {
      dies ? broker_.kill() : broker_.stop();
    } else {
      dies ? broker_.kill(node) : broker_.stop(node);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(event.for_ms));
    brokers_ == 1 ? broker_.restart() : broker_.restart(node);
    broker_is_away_ = false;
  });
}

void Chaos::add_partition() {
  if (broker_is_away_ || partitions_ >= most_partitions) return;
  lab_.add_partitions(project_.topic(), partitions_ + 1);
  set_partitions(partitions_ + 1);
  ++blows_[Blow::add_partition];
}

void Chaos::delete_records(const Event& event, bool unread) {
  if (broker_is_away_) return;
  const int partition = event.which % partitions_;
  const std::int64_t end = witness_.look(partition);
  const auto stored = project_.ask(
      fmt::format("SELECT next_offset FROM orders__metadata WHERE partition = {}", partition));
  const std::int64_t next_offset = stored ? std::stoll(*stored) : 0;
  const std::int64_t low = lab_.low_offset(project_.topic(), partition);
  const std::int64_t before = unread ? next_offset + (end - next_offset) / 2 : next_offset;
  if (before <= low || before > end || (unread && before <= next_offset)) return;
  lab_.delete_records(project_.topic(), partition, before);
  ++blows_[unread ? Blow::delete_unread : Blow::delete_loaded];
}

// All brokers are there and nobody writes any more.
void Chaos::settle_topic() {
  for (std::future<void>& work : background_) work.get();
  plain_.end();
  more_.end();
  for (int partition = 0; partition < partitions_; ++partition) {
    witness_.wait_for_transactions(partition);
  }
}

void Chaos::settle() {
  settle_topic();
  runs_.end();
  Ended last;
  for (int tries = 0; tries < 5; ++tries) {
    last = project_.run();
    if (last.exit_code == 0) break;
  }
  std::vector<std::int64_t> ends;
  for (int partition = 0; partition < partitions_; ++partition) {
    ends.push_back(witness_.look_again(partition));
  }

  std::set<std::int64_t> acknowledged = plain_.acknowledged();
  acknowledged.merge(more_.acknowledged());
  const Verdict verdict = judge(project_, witness_, ends, acknowledged);
  std::string wrong = verdict.wrong;
  if (last.exit_code != 0) wrong += "the last run failed: " + last.err + '\n';
  report(verdict, wrong + runs_.complaint());
  CHECK(verdict.messages > 0);
  CHECK(verdict.lost == 0);
  CHECK(verdict.twice == 0);
  CHECK(wrong == "");
  CHECK(runs_.complaint() == "");
  CHECK(!killed_jobs_.empty());
}

void Chaos::report(const Verdict& verdict, const std::string& wrong) const {
  std::string text = fmt::format(
      "seed {}, {} s, {}: kills {} ({} between the first and the last commit of a run), runs {} "
      "({} "
      "with a clock that jumps), messages {}, deleted unread {}, lost {}, twice {}\n",
      seed_, duration_.count(), brokers_ == 1 ? "one broker" : fmt::format("{} brokers", brokers_),
      kills_, killed_jobs_.size(), runs_.started(), runs_.with_jumping_clock(), verdict.messages,
      verdict.in_gaps, verdict.lost, verdict.twice);
  text += "  blows:";
  for (const auto& [blow, count] : blows_) text += fmt::format(" {} {};", name_of(blow), count);
  text += "\n  runs by exit code:";
  for (const auto& [code, count] : runs_.exit_codes()) text += fmt::format(" {}: {};", code, count);
  text += fmt::format("\n  produce calls that failed while the broker was away: {}\n",
                      plain_.failures() + more_.failures());
  text += missed_;
  if (!wrong.empty()) text += "  WRONG: " + wrong + '\n';
  std::cout << text << std::flush;
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text;
  }
}

}  // namespace

TEST_CASE("a load goes on through kills, locks, deletions and a broker that dies") {
  Chaos(std::stoll(variable("SLUICE_CHAOS_SECONDS", "15")),
        std::stoull(variable("SLUICE_CHAOS_SEED", "1")),
        std::stoi(variable("SLUICE_CHAOS_BROKERS", "1")))
      .run();
}
