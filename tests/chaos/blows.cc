#include "chaos/blows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/error.h"
#include "sqlite/database.h"

namespace sluice::test {
namespace {

// Whether it hits brokers or asks something of them.
bool needs_brokers(Blow blow) {
  switch (blow) {
    case Blow::kill_broker:
    case Blow::stop_broker:
    case Blow::add_partition:
    case Blow::delete_loaded:
    case Blow::delete_unread:
      return true;
    default:
      return false;
  }
}

}  // namespace

// A broker that has just come back may be too slow for our patience: that is told and counted.
void Blows::strike(const Event& event) {
  // One at a time: of three, two hold everything that was acknowledged.
  if (broker_is_away_ && needs_brokers(event.blow)) return waiting_.push_back(event);
  try {
    try_to_strike(event);
  } catch (const std::runtime_error& error) {
    not_done_.push_back(fmt::format("{}: {}", name_of(event.blow), error.what()));
  }
}

void Blows::try_to_strike(const Event& event) {
  switch (event.blow) {
    case Blow::kill_any:
      if (kill(event.which)) count(event.blow);
      return;
    case Blow::kill_loading:
      ++wanted_kills_;
      return;
    case Blow::terminate:
      stage_.runs.terminate(event.which);
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
      return remove_lock();
    case Blow::add_partition:
      return add_partition();
    case Blow::delete_loaded:
      return delete_loaded(event);
    case Blow::delete_unread:
      return delete_unread(event);
  }
}

void Blows::count(Blow blow) {
  const std::lock_guard lock(mutex_);
  ++counts_[blow];
}

std::map<Blow, int> Blows::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

// The job that has committed something and has not said its last word, and whose run was not
// killed before: the next one has then not yet begun its own.
std::optional<std::string> Blows::job_between_commits() const {
  const auto job = stage_.project.ask(
      "SELECT job_id FROM (SELECT * FROM sluice_jobs ORDER BY rowid DESC LIMIT 1) "
      "WHERE state = 'running' AND messages > 0");
  return job && killed_jobs_.count(*job) == 0 ? job : std::nullopt;
}

bool Blows::kill(int which) {
  if (!stage_.runs.is_there(which)) return false;
  const bool loads = stage_.runs.loading() == which % Stage::competing_runs;
  stage_.runs.kill(which);
  ++kills_;
  if (const auto job = job_between_commits(); loads && job) killed_jobs_.insert(*job);
  return true;
}

void Blows::strike_what_waits() {
  kill_what_has_committed();
  if (broker_is_away_ || waiting_.empty()) return;
  const Event event = waiting_.front();
  waiting_.pop_front();
  strike(event);
}

void Blows::kill_what_has_committed() {
  if (wanted_kills_ == 0) return;
  const int loading = stage_.runs.loading();
  if (loading < 0 || !job_between_commits()) return;
  if (kill(loading)) count(Blow::kill_loading);
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
      const Disturbances::Lasting held(stage_.disturbances, Disturbances::Kind::database_held);
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

void Blows::take_broker(const Event& event) {
  broker_is_away_ = true;
  count(event.blow);
  background([this, event] {
    const Disturbances::Lasting away(stage_.disturbances, Disturbances::Kind::broker_away);
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

void Blows::remove_lock() {
  const Disturbances::Lasting moment(stage_.disturbances, Disturbances::Kind::lock_file_removed);
  if (std::filesystem::remove(stage_.project.database() + ".orders.lock")) {
    count(Blow::remove_lock);
  }
}

void Blows::add_partition() {
  if (stage_.partitions >= Stage::most_partitions) return;
  stage_.lab.add_partitions(stage_.project.topic(), stage_.partitions + 1);
  stage_.set_partitions(stage_.partitions + 1);
  count(Blow::add_partition);
}

std::optional<std::int64_t> Blows::stored_position(int partition) const {
  const auto stored = stage_.project.ask(
      fmt::format("SELECT next_offset FROM orders__metadata WHERE partition = {}", partition));
  return stored ? std::optional<std::int64_t>(std::stoll(*stored)) : std::nullopt;
}

void Blows::delete_loaded(const Event& event) {
  const int partition = event.which % stage_.partitions;
  const std::int64_t before = stored_position(partition).value_or(0);
  if (before <= stage_.lab.low_offset(stage_.project.topic(), partition)) return;
  if (before > stage_.witness.look(partition)) return;
  delete_below(partition, before);
  count(event.blow);
}

// Only where the table stands in the partition: of one that it does not know yet it cannot miss
// anything, and says where it begins. Runs that load are nearly at the topic's end at any time: they
// stand still until the producers have written what none of them can have read. The first of it may
// be an answer that is under way.
void Blows::delete_unread(const Event& event) {
  const int partition = event.which % stage_.partitions;
  const std::string& topic = stage_.project.topic();
  const std::optional<std::int64_t> stored = stored_position(partition);
  if (!stored) return;
  const Runs::Standstill standstill(stage_.runs);
  std::int64_t end = std::max(*stored, stage_.lab.end_offset(topic, partition));
  int growths = 0;
  const auto has_grown_twice = [&] {
    const std::int64_t before = std::exchange(end, stage_.lab.end_offset(topic, partition));
    if (end > before) ++growths;
    return growths >= 2;
  };
  if (!eventually(has_grown_twice, std::chrono::seconds(3))) return;
  delete_below(partition, stage_.witness.look(partition));
  count(event.blow);
}

void Blows::delete_below(int partition, std::int64_t before) {
  // Before it is tried: who hears no answer does not know what the broker did.
  std::int64_t& greatest = deleted_below_[partition];
  greatest = std::max(greatest, before);
  // A client of its own, that remembers no leader from before a broker went away.
  KafkaLab(stage_.lab.bootstrap()).delete_records(stage_.project.topic(), partition, before);
}

std::int64_t Blows::deleted_below(int partition) const {
  const auto found = deleted_below_.find(partition);
  return found == deleted_below_.end() ? 0 : found->second;
}

void Blows::settle() {
  for (std::future<void>& work : background_) work.get();
}

}  // namespace sluice::test
