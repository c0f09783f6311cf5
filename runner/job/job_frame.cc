#include "job/job_frame.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <ratio>
#include <utility>

#include "job/limits.h"
#include "job/reach.h"

namespace sluice {
namespace {

// "20261123T034119Z-5f3a9c01": sorts by time, and two jobs of one second differ.
std::string make_job_id(EpochMs started_ms) {
  std::string id;
  for (const char c : format_iso8601(started_ms, 0)) {
    if (c != '-' && c != ':') id += c;
  }
  return fmt::format("{}-{:08x}", id, std::random_device()());
}

}  // namespace

JobFrame::JobFrame(const LoadPlan& plan, const World& world)
    : plan_(plan),
      world_(world),
      started_(world.clock.now()),
      deadline_(deadline_of(plan.stop, started_)) {}

void JobFrame::open_report(std::string action) {
  report_.action = std::move(action);
  report_.started_ms = world_.clock.wall_ms();
  report_.job_id = make_job_id(report_.started_ms);
}

// Two jobs at once on a table would only waste their work: every transaction compares what it moves
// before it does, and that is what keeps the table right.
bool JobFrame::take_table(Store& store) {
  if (store.acquire(world_.clock.now())) return true;
  if (plan_.if_running == IfRunning::wait && store.acquire(deadline_)) {
    waited_until_ = world_.clock.now();
    return true;
  }
  if (world_.stop.raised()) throw Error::interrupted("waiting for another job on the table");
  if (plan_.if_running == IfRunning::skip) {
    end_by(StopReason::skipped);
    report_.message = "another job is loading the table";
    return false;
  }
  const std::string holder = store.holder();
  throw Error(ExitCode::try_later,
              fmt::format("another job is loading table \"{}\" of {}{}{}", plan_.table.name,
                          plan_.table.database_path, holder.empty() ? "" : ": ", holder))
      .hint("run it again later, or set \"if_running\" to \"skip\" or \"wait\"");
}

Error JobFrame::unreachable(const Error& cause) {
  // A broker that hangs up while it dies looks as one that wants a login.
  const bool is_cut_short = world_.clock.now() >= deadline_ &&
                            (cause.code() == ExitCode::unavailable ||
                             cause.code() == ExitCode::not_authorised);
  if (!waited_until_ || !is_cut_short) return cause;
  const auto left = deadline_ - *waited_until_;
  if (left >= telling_silence) return cause;
  came_too_late_ = true;
  const auto tenths = std::chrono::floor<std::chrono::duration<std::int64_t, std::deci>>(left);
  return Error(ExitCode::try_later,
               fmt::format("another job was loading table \"{}\" of {} until {}.{} s before the time "
                           "of this one was over, too late to reach its brokers: {}",
                           plan_.table.name, plan_.table.database_path, tenths.count() / 10,
                           tenths.count() % 10, cause.what()))
      .hint("run it again later, or give it a longer timeout");
}

void JobFrame::end_by(StopReason reason) {
  report_.stop_reason = reason;
  if (reason == StopReason::signal && !plan_.always_up) {
    report_.exit_code = 128 + world_.stop.number();
  }
}

void JobFrame::fail(const Error& error) {
  if (error.is_interruption() && world_.stop.raised()) return end_by(StopReason::signal);
  if (error.is_interruption()) {
    note(
        "the job's time was over before its expressions were reckoned for all messages that were "
        "read; the others are left to the next run");
    return end_by(StopReason::timeout);
  }
  report_.stop_reason = StopReason::error;
  report_.exit_code = static_cast<int>(error.code());
  note(error.what());
}

void JobFrame::note(const std::string& line) {
  if (!report_.message.empty()) report_.message += '\n';
  report_.message += line;
}

void JobFrame::stop_clock() {
  report_.took = world_.clock.now() - started_;
  report_.ended_ms = world_.clock.wall_ms();
}

JobStart JobFrame::first_word() const {
  return {report_.job_id, report_.action, report_.started_ms};
}

JobEnd JobFrame::last_word() const {
  return {.state = std::string(report_.state()),
          .stop_reason = std::string(name_of(report_.stop_reason)),
          .ended_ms = report_.ended_ms,
          .counts = report_.counts,
          .exit_code = report_.exit_code,
          .message = report_.message,
          .report = to_json(report_)};
}

}  // namespace sluice
