#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace sluice {

// Where a message stands in its partition's log. `next_offset` everywhere means the first offset
// that is not yet in the table; gaps between the offsets of a log are normal (transaction
// markers, aborted messages, compaction) and never a sign of loss.
using Offset = std::int64_t;

// One partition of one topic of one source of the catalog.
struct PartitionId {
  std::string source;  // the catalog's name, never a host
  std::string topic;
  std::int32_t partition = 0;

  auto operator<=>(const PartitionId&) const = default;
};

// The partitions of a job are numbered from 0 in the order of its plan; what passes through the
// load carries this number instead of names.
using PartitionIndex = std::uint32_t;

// "orders/0@5": the notation of reports, errors and tests.
std::string notation(const PartitionId& id, Offset next_offset);
// "orders/0"
std::string notation(const PartitionId& id);

}  // namespace sluice
