#include "store/history.h"

#include "base/timestamp.h"
#include "sqlite/database.h"

namespace sluice {

std::string history_time(EpochMs time_ms) { return format_iso8601(time_ms, 3); }

History::History(Database& database)
    : close_dead_(database.prepare(
          "UPDATE sluice_jobs SET state = 'failed', stop_reason = 'error', ended_at = ?2,"
          " message = 'did not end by itself; found by the next job'"
          " WHERE table_name = ?1 COLLATE NOCASE AND state = 'running'")),
      open_(
          database.prepare("INSERT INTO sluice_jobs (job_id, action, table_name, state, started_at)"
                           " VALUES (?1, ?2, ?3, 'running', ?4)")),
      count_(database.prepare(
          "UPDATE sluice_jobs SET messages = ?2, inserted = ?3, updated = ?4, deleted = ?5,"
          " unchanged = ?6, filtered = ?7, tombstones = ?8, rejected = ?9 WHERE job_id = ?1")),
      close_(database.prepare(
          "UPDATE sluice_jobs SET state = ?2, stop_reason = ?3, ended_at = ?4, exit_code = ?5,"
          " message = ?6, report = ?7 WHERE job_id = ?1")) {}

void History::close_dead(std::string_view table, EpochMs found_ms) {
  close_dead_.run(table, history_time(found_ms));
}

void History::open(const JobStart& job, std::string_view table) {
  open_.run(job.job_id, job.action, table, history_time(job.started_ms));
}

void History::count(std::string_view job_id, const Counts& counts) {
  count_.run(job_id, counts.messages, counts.inserted, counts.updated, counts.deleted,
             counts.unchanged, counts.filtered, counts.tombstones, counts.rejected);
}

void History::close(std::string_view job_id, const JobEnd& end) {
  count(job_id, end.counts);
  close_.run(job_id, end.state, end.stop_reason, history_time(end.ended_ms), end.exit_code,
             end.message, end.report);
}

}  // namespace sluice
