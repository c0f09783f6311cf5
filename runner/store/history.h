#pragma once

#include <string>
#include <string_view>

#include "sqlite/statement.h"
#include "store/store.h"

namespace sluice {

class Database;

// The rows of sluice_jobs that a job writes. Every method belongs inside the caller's transaction.
class History {
 public:
  // Prepares the statements; the table must be there.
  explicit History(Database& database);

  // Closes the jobs of this table that still count as running: whoever holds the table knows that
  // they are dead. Nobody knows what their processes ended with, so their exit_code stays NULL;
  // state failed, stop_reason error, ended_at when they were found.
  void close_dead(std::string_view table, EpochMs found_ms);

  void open(const JobStart& job, std::string_view table);

  // What the job did so far, in the transaction that did it.
  void count(std::string_view job_id, const Counts& counts);

  void close(std::string_view job_id, const JobEnd& end);

 private:
  Statement close_dead_;
  Statement open_;
  Statement count_;
  Statement close_;
};

// "2026-11-23T03:41:19.123Z": how the tables of ours tell a time.
std::string history_time(EpochMs time_ms);

}  // namespace sluice
