#include "store/reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "sqlite/quote.h"
#include "store/existing_table.h"
#include "store/names.h"

namespace sluice {
namespace {

Patience short_patience() {
  Patience patience;
  patience.limit = std::chrono::seconds(5);
  return patience;
}

// Before SQLite is asked, which says "unable to open" for every reason.
const std::string& existing(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::status(path, failed).type() == std::filesystem::file_type::not_found) {
    throw Error(ExitCode::no_input, path + ": no such database")
        .hint("`sluice run` makes it with the first load");
  }
  return path;
}

constexpr std::string_view job_columns =
    "job_id, action, table_name, state, stop_reason, started_at, ended_at, messages, inserted,"
    " updated, deleted, unchanged, filtered, tombstones, rejected, exit_code, message, report";

JobRecord job_from(const Statement& row) {
  const auto text = [&row](int column) { return std::string(row.text(column)); };
  JobRecord job;
  job.job_id = text(0);
  job.action = text(1);
  job.table = text(2);
  job.state = text(3);
  job.stop_reason = text(4);
  job.started_at = text(5);
  job.ended_at = text(6);
  job.message = text(16);
  job.report = text(17);
  job.counts = {.messages = row.integer(7),
                .inserted = row.integer(8),
                .updated = row.integer(9),
                .deleted = row.integer(10),
                .unchanged = row.integer(11),
                .filtered = row.integer(12),
                .tombstones = row.integer(13),
                .rejected = row.integer(14)};
  if (!row.is_null(15)) job.exit_code = static_cast<int>(row.integer(15));
  return job;
}

PositionRecord position_from(const Statement& row) {
  PositionRecord record;
  record.position = {.id = {.source = std::string(row.text(0)),
                            .topic = std::string(row.text(1)),
                            .partition = static_cast<std::int32_t>(row.integer(2))},
                     .next_offset = row.integer(3),
                     .end_offset = row.integer(4),
                     .generation = row.integer(5),
                     .cluster_id = std::string(row.text(6))};
  if (!row.is_null(7)) record.last_offset = row.integer(7);
  if (!row.is_null(8)) record.last_timestamp_ms = row.integer(8);
  record.job_id = row.text(9);
  record.updated_at = row.text(10);
  return record;
}

}  // namespace

StoreReader::StoreReader(const std::string& database_path)
    : database_(existing(database_path), Database::Mode::look, short_patience()) {
  database_.ask("PRAGMA schema_version");  // a file that is no database says so here
}

bool StoreReader::has_table(const std::string& name) { return sluice::has_table(database_, name); }

std::vector<JobRecord> StoreReader::jobs(std::int64_t limit, std::string_view table) {
  if (!has_table("sluice_jobs")) return {};
  Statement statement = database_.prepare(
      fmt::format("SELECT {} FROM sluice_jobs WHERE ?1 = '' OR table_name = ?1 COLLATE NOCASE"
                  " ORDER BY started_at DESC, job_id DESC LIMIT ?2",
                  job_columns));
  std::vector<JobRecord> jobs;
  statement.with(table, limit);
  while (statement.step()) jobs.push_back(job_from(statement));
  return jobs;
}

std::optional<JobRecord> StoreReader::job(std::string_view job_id) {
  if (!has_table("sluice_jobs")) return std::nullopt;
  Statement statement =
      database_.prepare(fmt::format("SELECT {} FROM sluice_jobs WHERE job_id = ?1", job_columns));
  if (!statement.with(job_id).step()) return std::nullopt;
  return job_from(statement);
}

std::vector<PositionRecord> StoreReader::positions(std::string_view table) {
  const std::string metadata = TableNames(table).metadata;
  if (!has_table(metadata)) return {};
  Statement statement = database_.prepare(fmt::format(
      R"(SELECT source, topic, "partition", next_offset, end_offset, generation, cluster_id,)"
      R"( last_offset, last_timestamp_ms, job_id, updated_at FROM {})"
      R"( ORDER BY source, topic, "partition")",
      quote_identifier(metadata)));
  std::vector<PositionRecord> positions;
  while (statement.step()) positions.push_back(position_from(statement));
  return positions;
}

}  // namespace sluice
