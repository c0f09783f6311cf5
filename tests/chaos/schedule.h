#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

// What is done to a load that goes on.
enum class Blow {
  kill_any,      // kill -9 of a run, whatever it is at
  kill_loading,  // kill -9 of the run that loads, once it has committed something
  terminate,     // SIGTERM
  freeze,        // SIGSTOP, and SIGCONT later
  kill_broker,   // kill -9, and a start later
  stop_broker,   // SIGTERM, and a start later
  hold_write,    // somebody else writes to the database, and does not end
  hold_read,     // somebody else reads, and does not end
  remove_lock,   // the file that keeps two runs from one table is removed
  add_partition,
  delete_loaded,  // DeleteRecords behind us
  delete_unread,  // DeleteRecords in front of us
};
std::string_view name_of(Blow blow);

struct Event {
  std::int64_t at_ms = 0;
  Blow blow = Blow::kill_any;
  int which = 0;            // of the runs, the partitions, the brokers; taken modulo their number
  std::int64_t for_ms = 0;  // where it lasts
  std::uint32_t dice = 0;   // what else is decided by chance
};

struct ScheduleOptions {
  std::uint64_t seed = 1;
  std::int64_t duration_ms = 60'000;
  int brokers = 1;  // the more there are, the more often one of them goes
};

// The same options give the same schedule, in the order of time. Each kind of blow is in it, in its
// first three quarters at the latest.
std::vector<Event> make_schedule(const ScheduleOptions& options);

// The events of each kind that the schedule holds often enough to be sure of a hit (3 times), and
// that has hit nothing by these counts of hits.
std::vector<Event> never_hit(const std::vector<Event>& schedule, const std::map<Blow, int>& hits);

}  // namespace sluice::test
