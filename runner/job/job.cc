#include "job/job.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/duration.h"
#include "base/excerpt.h"
#include "job/expectations.h"
#include "job/job_frame.h"
#include "job/limits.h"
#include "job/pipeline.h"
#include "job/publication.h"
#include "job/reach.h"
#include "job/room.h"
#include "job/shared_reading.h"
#include "job/sources.h"
#include "job/workers.h"
#include "job/writer.h"
#include "plan/positions.h"
#include "plan/segments.h"

namespace sluice {
namespace {

// One job, step by step: run() is the table of contents, the members are what the steps leave
// behind for the later ones.
class Job : JobFrame {
 public:
  Job(const LoadPlan& plan, const World& world) : JobFrame(plan, world) {}

  Report run() {
    open_report(plan_.action);
    try {
      store_ = world_.open_store(plan_, deadline_);
      if (take_table(*store_)) {
        decide_positions();
        enter_history();
        load();
        judge_end();
      }
    } catch (const Error& error) {
      fail(error);
    }
    publish_positions();
    close_report();
    const std::future<void> sources_end = end_sources();
    leave_history();
    sources_end.wait();
    return report_;
  }

 private:
  void decide_positions();
  std::vector<TopicLog> first_logs();
  void enter_history();
  void load();
  void begin_reading();
  bool read_on();
  ReadingEnd read();
  StopReason reason_of(const ReadingEnd& end) const;
  bool decide_anew(const std::optional<Error>& reason);
  std::optional<std::vector<TopicLog>> ask_anew();
  void set_next_decision();
  bool do_all_answer() const;
  void note_reading();
  std::future<void> end_sources();
  std::unique_ptr<Batch> new_batch() const;
  void look_around();
  void write(Batch& batch, Passage passage);
  void commit();
  void judge_end();
  void publish_positions();
  void close_report();
  void keep_segments();
  void count_segments();
  void note_new_attributes();
  void note_failed_alerts();
  void leave_history();
  bool failed_at_source() const;

  bool ends_are_a_range() const;
  void check_brokers_are_there() const;

  std::unique_ptr<Store> store_;
  std::optional<Sources> sources_;
  std::vector<PlannedPartition> partitions_;
  std::vector<PartitionIndex> known_;        // see JobEnd::known
  int fruitless_decisions_ = 0;              // in a row
  Clock::Instant next_decision_ = Clock::Instant::max();
  std::vector<std::string> new_attributes_;  // of readers that are gone
  std::optional<Limits> limits_;
  std::optional<Workers> workers_;
  bool is_at_source_ = false;  // and nowhere else, before the job stands in the history
  std::optional<Writer> writer_;  // from the moment on that the job stands in the history
  std::optional<Publication> publication_;
};

// What the job passes over or begins again, no cron mail shall miss.
void warn_of_changes(const std::vector<PlannedPartition>& partitions) {
  for (const PlannedPartition& partition : partitions) {
    const bool is_new = partition.reason == StartReason::new_partition && partition.from_offset > 0;
    if (!partition.lost && !partition.begins_anew() && !is_new) continue;
    spdlog::warn("{}: {}", notation(partition.id), partition.note);
  }
}

void Job::decide_positions() {
  sources_.emplace(plan_, world_);
  const std::vector<StoredPosition> stored = store_->positions();  // while the clients connect
  partitions_ = plan_positions(plan_, first_logs(), stored);
  set_next_decision();
  warn_of_changes(partitions_);
}

std::vector<TopicLog> Job::first_logs() {
  try {
    sources_->connect(deadline_);
    return sources_->logs(deadline_);
  } catch (const Error& error) {
    throw unreachable(error);
  }
}

// Brokers send the first messages while the table is made, or its lock is waited for: as many as
// are read ahead anyway, and in vain where it comes to nothing.
void Job::enter_history() {
  limits_.emplace(plan_.stop, world_.clock, world_.stop, started_);
  is_at_source_ = true;
  begin_reading();
  is_at_source_ = false;
  store_->begin_job(first_word(), partitions_);
  writer_.emplace(*store_, plan_, partitions_);
  if (plan_.publish_group) publication_.emplace(plan_, world_);
}

void Job::begin_reading() {
  workers_.emplace(plan_, world_, partitions_, *sources_, deadline_);
  workers_->begin(limits_->budget());
}

void Job::load() {
  limits_->saw_life();
  if (world_.on_pulse) world_.on_pulse();
  while (!read_on()) {
  }
}

// Reads and stores until a stop rule ends the job. Returns false where the positions had to be
// decided anew: a log lost messages in front of us, is not the one that was loaded, or has more
// partitions now; or a job without an end has read for so long that it has to see whether the logs
// are the same, as the next job would.
bool Job::read_on() {
  const ReadingEnd end = read();
  if (end.failure && end.failure->code() != ExitCode::source_changed) throw *end.failure;
  const bool is_stopped = end.rule == StopReason::rule;
  if ((end.failure && !is_stopped) || (end.needs_decision && !end.rule)) {
    if (decide_anew(end.failure)) return false;
    end_by(world_.stop.raised() ? StopReason::signal : StopReason::timeout);
    return true;
  }
  const StopReason reason = reason_of(end);
  if (reason == StopReason::timeout) check_brokers_are_there();
  end_by(reason);
  return true;
}

// Reads until the reading is over for whatever reason; what came before a failure was good and is
// stored.
ReadingEnd Job::read() {
  if (!workers_) begin_reading();
  const HandoverLimits handover = shared_out(plan_, workers_->count());
  Pipeline pipeline(
      {.batches = handover.batches, .bytes = plan_.handover_bytes()}, workers_->count(),
      [this] { return new_batch(); },
      [this](Batch& batch, Passage passage) { write(batch, passage); });
  SharedReading reading(plan_, Room(plan_, handover, store_->pace(), world_.clock),
                        writer_->counts().rejected, *limits_, pipeline);
  workers_->read(reading, [&] {
    look_around();
    if (world_.clock.now() < next_decision_) return;
    set_next_decision();
    if (do_all_answer()) reading.end_to_decide_anew();
  });
  if (reading.end().bug) std::rethrow_exception(reading.end().bug);
  pipeline.drain();
  commit();
  // Where one partition is of another log, those that look the same prove nothing.
  if (!reading.end().failure) {
    known_ = workers_->known();
    writer_->pass_lost_ranges(workers_->decided());
  }
  return reading.end();
}

StopReason Job::reason_of(const ReadingEnd& end) const {
  if (end.rule == StopReason::rule) return StopReason::rule;
  if (!workers_->all_done()) return end.rule.value();
  return ends_are_a_range() ? StopReason::range_end : StopReason::caught_up;
}

// What the job's thread has to do while it reads, or waits for others who do. A pulse says that all
// of them are alive.
void Job::look_around() {
  if (world_.on_pulse && workers_->have_all_come_by()) world_.on_pulse();
  if (publication_) publication_->tick([this] { return writer_->partitions(); });
}

// The plan says what to do about a log that changed, and its errors say best what is wrong; where
// it finds nothing wrong, the log start came close to us for a moment. The sources are opened anew:
// what they have begun to read cannot be moved. False where the job ends before they are there.
bool Job::decide_anew(const std::optional<Error>& reason) {
  constexpr int most_in_a_row = 3;
  const bool is_fruitless = reason && workers_->taken() == 0;
  fruitless_decisions_ = is_fruitless ? fruitless_decisions_ + 1 : 0;
  if (fruitless_decisions_ > most_in_a_row) throw *reason;
  const std::vector<ReplacedLog> replaced = workers_->replaced();
  known_.clear();
  note_reading();
  end_sources().wait();
  // Before the logs are asked: another job, which has taken the table from us, may move them on,
  // and positions from behind the end of a log would be those of a log that was cut.
  const std::vector<StoredPosition> stored = store_->positions();
  const std::optional<std::vector<TopicLog>> logs = ask_anew();
  if (!logs) return false;
  partitions_ = plan_positions(plan_, *logs, stored, replaced);
  warn_of_changes(partitions_);
  store_->reposition(partitions_);
  writer_->go_on_from(partitions_);
  return true;
}

// Nothing where the job ends first: by a signal, or so soon after the brokers did not answer that
// it says nothing of them.
std::optional<std::vector<TopicLog>> Job::ask_anew() {
  std::vector<TopicLog> logs;
  const auto ask = [&] {
    sources_.emplace(plan_, world_);
    sources_->connect(deadline_, world_.on_pulse);
    logs = sources_->logs(deadline_, world_.on_pulse);
  };
  const auto is_over = [&] { return world_.stop.raised() || world_.clock.now() >= deadline_; };
  const Reached reached =
      reach(world_.clock, {.word = "what the logs hold now has to be asked again",
                           .attempt = ask,
                           .is_over = is_over});
  report_.broker_away += std::chrono::duration_cast<std::chrono::milliseconds>(reached.time_away);
  if (!reached.failure) return logs;
  if (!world_.stop.raised() && reached.time_away >= telling_silence) throw *reached.failure;
  return std::nullopt;
}

// A reading that goes on is not ended for brokers that are away: it is looked at the next time
// then.
bool Job::do_all_answer() const {
  try {
    Sources sources(plan_, world_);
    sources.connect(deadline_, world_.on_pulse);
    sources.logs(deadline_, world_.on_pulse);
    return true;
  } catch (const Error& error) {
    spdlog::warn("whether the logs are the same cannot be seen now: {}", error.what());
    return false;
  }
}

// A job that runs for longer than its topics keep messages would lose by retention what their logs
// are known by: librdkafka before 2.3 knows no topic ids.
void Job::set_next_decision() {
  constexpr std::chrono::hours between_decisions{1};
  if (plan_.always_up) next_decision_ = world_.clock.now() + between_decisions;
}

// Keeps what the report wants to know of the reading; of one that has only begun, nothing.
void Job::note_reading() {
  if (!workers_ || !writer_) return;
  for (const std::string& name : workers_->new_attributes()) {
    if (std::ranges::find(new_attributes_, name) == new_attributes_.end()) {
      new_attributes_.push_back(name);
    }
  }
  report_.broker_away += workers_->time_away();
  keep_segments();
}

// Beside what else there is to do: a client waits for an answer that is on its way, which a broker
// may delay (fetch.wait.max.ms). Where the system has no thread, who waits for it does it. Nobody
// may use workers and sources until then.
std::future<void> Job::end_sources() {
  return std::async(std::launch::async | std::launch::deferred, [this] {
    workers_.reset();
    sources_.reset();
  });
}

// The time that a worker's number has read, and the partitions that it had last.
void Job::keep_segments() {
  if (plan_.workers == 1) return;
  const std::vector<SegmentReport> before = std::exchange(report_.segments, {});
  for (const Worker& worker : workers_->all()) {
    const std::size_t number = report_.segments.size();
    SegmentReport& segment = report_.segments.emplace_back();
    segment.worker = number + 1;
    segment.took = worker.took();
    if (number < before.size()) segment.took += before[number].took;
    for (const PartitionIndex i : worker.segment()) {
      segment.partitions.push_back(partitions_[i].id);
    }
  }
}

std::unique_ptr<Batch> Job::new_batch() const {
  return std::make_unique<Batch>(plan_.attributes.size(), plan_.table.columns.size(),
                                 partitions_.size());
}

// The writing half: in the thread of the pipeline, if it has one.
void Job::write(Batch& batch, Passage passage) {
  if (passage.begins_another) commit();
  if (writer_->write(batch, passage.then) && world_.on_commit) world_.on_commit(writer_->counts());
}

void Job::commit() {
  if (writer_->commit() && world_.on_commit) world_.on_commit(writer_->counts());
}

void Job::check_brokers_are_there() const {
  const std::optional<Outage> found = workers_->outage();
  if (!found) return;
  const auto away = seconds_of(world_.clock.now() - found->since);
  throw Error(found->code,
              fmt::format("the job's time is over and the brokers are away for {:.1f} s: {}", away,
                          found->cause))
      .hint("what was committed stays; the next run goes on from there");
}

// Where a signal cut the job short, it has not come to its end.
void Job::judge_end() {
  if (report_.exit_code != 0) return;
  writer_->judge_ratio();
  report_.expectations =
      judge(plan_.expect, writer_->counts(), writer_->partitions(), *store_, world_.clock);
  check_all_hold(report_.expectations);
}

void Job::note_new_attributes() {
  constexpr std::size_t most = 20;
  std::vector<std::string> names = new_attributes_;
  if (names.empty() || plan_.on_new_attribute == OnNewAttribute::fail) return;
  const bool is_full = names.size() >= JsonDecoder::most_new_attributes;
  const std::size_t more = names.size() > most ? names.size() - most : 0;
  names.resize(names.size() - more);
  for (std::string& name : names) name = fmt::format("\"{}\"", excerpt(name, 60));
  note(fmt::format(
      "attributes that no column takes: {}{}", fmt::join(names, ", "),
      more == 0 ? "" : fmt::format(" and {}{} more", is_full ? "at least " : "", more)));
}

void Job::note_failed_alerts() {
  for (const AlertReport& alert : report_.alerts) {
    if (alert.failed == 0) continue;
    note(fmt::format("alert \"{}\" could not be reckoned for {} of the rows", alert.name,
                     alert.failed));
  }
}

// Before the last word in the history, which tells what came of it.
void Job::publish_positions() {
  // Who was overtaken knows no longer how far the table is.
  if (!publication_ || report_.exit_code == static_cast<int>(ExitCode::try_later)) return;
  const std::string failure = publication_->finish(writer_->partitions(), deadline_);
  if (!failure.empty()) note(failure);
}

void Job::close_report() {
  if (writer_) {
    report_.counts = writer_->counts();
    report_.partitions = writer_->partitions();
    report_.alerts = writer_->alerts();
    report_.rules = writer_->rules();
    note_failed_alerts();
  }
  note_reading();
  count_segments();
  note_new_attributes();
  stop_clock();
}

void Job::count_segments() {
  for (SegmentReport& segment : report_.segments) {
    for (const PartitionReport& partition : report_.partitions) {
      const bool is_its =
          std::ranges::find(segment.partitions, partition.id) != segment.partitions.end();
      if (is_its) segment.messages += partition.messages;
    }
  }
}

void Job::leave_history() {
  JobEnd end = last_word();
  end.known = known_;
  try {
    if (writer_) {
      store_->end_job(end);
    } else if (failed_at_source()) {
      store_->record_failure(first_word(), end);
    }
  } catch (const Error& error) {
    // The first failure is the one to act on; this one is most often its echo.
    if (report_.stop_reason != StopReason::error) return fail(error);
    report_.message += fmt::format("\nthe history could not be written: {}", error.what());
  }
}

// Whether the database is not what failed, so that its history can be written.
bool Job::failed_at_source() const {
  const auto code = static_cast<ExitCode>(report_.exit_code);
  return is_at_source_ || came_too_late_ || code == ExitCode::no_input ||
         code == ExitCode::unavailable || code == ExitCode::source_changed ||
         code == ExitCode::not_authorised;
}

bool Job::ends_are_a_range() const {
  return std::ranges::all_of(partitions_, [](const PlannedPartition& partition) {
    return partition.target_is_range_end || partition.until_timestamp.has_value();
  });
}

}  // namespace

Report run_job(const LoadPlan& plan, const World& world) { return Job(plan, world).run(); }

}  // namespace sluice
