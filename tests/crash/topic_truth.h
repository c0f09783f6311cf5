#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "crash/fault_line.h"
#include "support/scenario.h"

namespace sluice {
class Database;
}

namespace sluice::test {

// What the table of a scenario must hold, told from the topic alone. A message {"id":N} is a row,
// any other one a reject.
class TopicTruth {
 public:
  enum class Mode {
    append,
    upsert,  // the message's key is the row's; the last message of a key is the row, or deletes it
  };

  // `starts`: where the load of a partition begins, 0 unless said.
  explicit TopicTruth(std::map<int, Offset> starts = {}, Mode mode = Mode::append)
      : starts_(std::move(starts)), mode_(mode) {}

  // The topic was replaced once: these were its partitions, all that they held was loaded as
  // generation 1, and a load begins generation 2.
  void replaces(std::deque<ScriptedLog> older) { older_ = std::move(older); }

  // Messages in a range that stands in the table's gaps were lost, if they are not in the table.
  void may_lose() { may_lose_ = true; }

  // The table holds rows and rejects of exactly the messages below its positions, its jobs counted
  // each of them once, and a story that ended well has loaded all. Empty where that is so.
  std::string check(Scenario& scenario, const Trace& trace) const;

  // Runs the action, which must end well and bring the table to the end of the topic.
  std::string finish(Scenario& scenario, const std::vector<std::string>& changes) const;

 private:
  struct Contents;
  std::string expected(Scenario& scenario, Database& database, bool all) const;
  void add(const std::deque<ScriptedLog>& topic, int generation, Database& database, bool all,
           Contents& contents) const;

  std::map<int, Offset> starts_;
  Mode mode_;
  std::deque<ScriptedLog> older_;
  bool may_lose_ = false;
};

// Whether positions are stored.
bool has_positions(Scenario& scenario);

}  // namespace sluice::test
