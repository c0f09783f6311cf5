#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "plan/plan.h"
#include "store/reject_reader.h"

namespace sluice {

// What today's definition makes of a reject; the table, which may refuse a row, is not asked.
struct RejectTrial {
  bool is_ours = false;               // the action reads its topic
  std::optional<std::string> reason;  // why it does not fit; nothing: it does
  bool is_filtered = false;           // filter or rules leave it out: it fits, and gives no row
  std::string column;                 // empty where it is not about one
  // Where in the message's value the fault is, in bytes, as far as that can be told: the byte that
  // is no JSON, or the value that does not fit its column.
  std::optional<std::size_t> fault_at;
};
RejectTrial try_reject(const LoadPlan& plan, const RejectRecord& reject);

}  // namespace sluice
