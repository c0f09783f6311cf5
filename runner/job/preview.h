#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/world.h"
#include "plan/plan.h"
#include "types/column_spec.h"

namespace sluice {

// What the next job of a plan would make of the first messages it meets.
struct Preview {
  struct Row {
    std::string address;                   // of its message: "orders/0@5"
    std::optional<std::uint32_t> element;  // with explode
    std::vector<StoredValue> values;       // beside plan.table.columns
  };
  struct Reject {
    std::string address;
    std::string column;  // empty where it is not about one
    std::string reason;
    bool ends_job = false;  // whatever the budget of rejects: nothing behind it is looked at
  };

  std::vector<Row> rows;
  std::vector<Reject> rejects;
  // Of the messages that were looked at.
  std::int64_t messages = 0;
  std::int64_t filtered = 0;
  std::int64_t tombstones = 0;
  bool is_at_end = false;           // there were no more, as far as the log goes now
  bool is_stopped_by_rule = false;  // a rule ends the job behind these messages
};

// Reads from where a job would start, prepares and fits as a job does, and stops at the message
// that gives the last of `most` rows, or as many rejects, or at 100,000 messages. Moves no state
// and makes nothing; whether the table would refuse a row (a key that is there, a CHECK) is not
// tried. Throws what a job would fail with before its first message, Error{unavailable} where
// brokers stay away or nothing comes for a minute, Error::interrupted().
Preview preview(const LoadPlan& plan, const World& world, std::size_t most);

}  // namespace sluice
