#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite/database.h"
#include "store/store.h"

namespace sluice {

// A row of sluice_jobs, times as stored (ISO 8601, UTC).
struct JobRecord {
  std::string job_id;
  std::string action;
  std::string table;
  std::string state;  // running, succeeded, failed, interrupted
  std::string stop_reason;
  std::string started_at;
  std::string ended_at;  // empty: not yet
  Counts counts;
  std::optional<int> exit_code;  // nothing: not yet, or it died
  std::string message;
  std::string report;  // JSON; empty where the job did not come to it
};

// A row of <table>__metadata.
struct PositionRecord {
  StoredPosition position;
  std::optional<Offset> last_offset;
  std::optional<EpochMs> last_timestamp_ms;
  std::string job_id;
  std::string updated_at;
};

// Looks into a database that jobs have written, for people. Changes and creates nothing, and never
// stands in the way of a running job. A database without our tables has no jobs and no positions.
class StoreReader {
 public:
  // Throws Error{no_input} where there is no such file, Error{io} where it is no database.
  explicit StoreReader(const std::string& database_path);

  // The latest first; at most `limit`, those of one table where `table` is not empty.
  std::vector<JobRecord> jobs(std::int64_t limit, std::string_view table = {});
  std::optional<JobRecord> job(std::string_view job_id);

  bool has_table(const std::string& name);

  // By source, topic and partition.
  std::vector<PositionRecord> positions(std::string_view table);

 private:
  Database database_;
};

}  // namespace sluice
