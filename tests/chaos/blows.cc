#include "chaos/blows.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/error.h"
#include "sqlite/database.h"

namespace sluice::test {

// A broker that has just come back may be too slow for our patience: that is told, and no verdict.
void Blows::strike(const Event& event) {
  try {
    try_to_strike(event);
  } catch (const std::runtime_error& error) {
    missed_ += fmt::format("  not done: {}: {}\n", name_of(event.blow), error.what());
  }
}

void Blows::try_to_strike(const Event& event) {
  switch (event.blow) {
    case Blow::kill_any:
      if (kill(stage_.runs.at(event.which))) count(event.blow);
      return;
    case Blow::kill_loading:
      ++wanted_kills_;
      return;
    case Blow::terminate:
      stage_.runs.at(event.which).send(SIGTERM);
      return count(event.blow);
    case Blow::freeze:
      return freeze(event);
    case Blow::kill_broker:
    case Blow::stop_broker:
      return take_broker(event);
    case Blow::hold_write:
      return hold(event, "BEGIN IMMEDIATE");
    case Blow::hold_read:
      return hold(event, "BEGIN; SELECT count(*) FROM sqlite_schema");
    case Blow::remove_lock:
      if (std::filesystem::remove(stage_.project.database() + ".orders.lock")) count(event.blow);
      return;
    case Blow::add_partition:
      return add_partition();
    case Blow::delete_loaded:
    case Blow::delete_unread:
      return delete_records(event);
  }
}

void Blows::count(Blow blow) {
  const std::lock_guard lock(mutex_);
  ++counts_[blow];
}

// The job that has committed something and has not said its last word, and whose run was not
// killed before: the next one has then not yet begun its own.
std::optional<std::string> Blows::job_between_commits() const {
  const auto job = stage_.project.ask(
      "SELECT job_id FROM (SELECT * FROM sluice_jobs ORDER BY rowid DESC LIMIT 1) "
      "WHERE state = 'running' AND messages > 0");
  return job && killed_jobs_.count(*job) == 0 ? job : std::nullopt;
}

bool Blows::kill(Process& run) {
  if (!run.is_running()) return false;
  const bool loads = stage_.runs.loading() == &run;
  run.send(SIGKILL);
  run.wait_for_end();
  ++kills_;
  if (const auto job = job_between_commits(); loads && job) killed_jobs_.insert(*job);
  return true;
}

void Blows::kill_what_has_committed() {
  if (wanted_kills_ == 0) return;
  Process* loading = stage_.runs.loading();
  if (loading == nullptr || !job_between_commits()) return;
  if (kill(*loading)) count(Blow::kill_loading);
  --wanted_kills_;
}

void Blows::background(std::function<void()> work) {
  background_.push_back(std::async(std::launch::async, std::move(work)));
}

void Blows::freeze(const Event& event) {
  count(event.blow);
  const std::chrono::milliseconds time(event.for_ms);
  // If it is killed meanwhile its pid is not used again so soon.
  background([pid = stage_.runs.freeze(event.which, time), time] {
    std::this_thread::sleep_for(time);
    if (pid > 0) ::kill(pid, SIGCONT);
  });
}

void Blows::hold(const Event& event, const char* begin) {
  background([this, path = stage_.project.database(), begin, event] {
    if (!std::filesystem::exists(path)) return;  // yet
    Patience patience;
    patience.limit = std::chrono::seconds(5);
    try {
      Database database(path, Database::Mode::write, patience);
      database.execute(begin);
      count(event.blow);
      std::this_thread::sleep_for(std::chrono::milliseconds(event.for_ms));
    } catch (const Error& error) {
      // A frozen run holds the lock: nobody is disturbed by us then, and it does not count. So
      // where a first run has just taken away the empty file that it had made. All else is a
      // finding.
      const bool is_held = error.code() == ExitCode::try_later;
      if (!is_held && std::filesystem::exists(path)) throw;
    }
  });
}

// One at a time: of three, two hold everything that was acknowledged.
void Blows::take_broker(const Event& event) {
  if (broker_is_away_.exchange(true)) return;
  count(event.blow);
  background([this, event] {
    OwnBroker& brokers = stage_.brokers;
    const bool is_alone = stage_.broker_count == 1;
    const int node = event.which % stage_.broker_count + 1;
    if (event.blow == Blow::kill_broker) {
      is_alone ? brokers.kill() : brokers.kill(node);
    } else {
      is_alone ? brokers.stop() : brokers.stop(node);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(event.for_ms));
    is_alone ? brokers.restart() : brokers.restart(node);
    broker_is_away_ = false;
  });
}

void Blows::add_partition() {
  if (broker_is_away_ || stage_.partitions >= Stage::most_partitions) return;
  stage_.lab.add_partitions(stage_.project.topic(), stage_.partitions + 1);
  stage_.set_partitions(stage_.partitions + 1);
  count(Blow::add_partition);
}

void Blows::delete_records(const Event& event) {
  if (broker_is_away_) return;
  const bool unread = event.blow == Blow::delete_unread;
  const int partition = event.which % stage_.partitions;
  const std::int64_t end = stage_.witness.look(partition);
  const auto stored = stage_.project.ask(
      fmt::format("SELECT next_offset FROM orders__metadata WHERE partition = {}", partition));
  const std::int64_t next_offset = stored ? std::stoll(*stored) : 0;
  const std::int64_t low = stage_.lab.low_offset(stage_.project.topic(), partition);
  const std::int64_t before = unread ? next_offset + (end - next_offset) / 2 : next_offset;
  if (before <= low || before > end || (unread && before <= next_offset)) return;
  stage_.lab.delete_records(stage_.project.topic(), partition, before);
  count(event.blow);
}

void Blows::settle() {
  for (std::future<void>& work : background_) work.get();
}

}  // namespace sluice::test
