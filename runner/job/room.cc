#include "job/room.h"

#include <algorithm>

namespace sluice {

Room::Room(const LoadPlan& plan, const Clock& clock)
    : limits_(plan.batch),
      handover_(plan.handover),
      fetch_messages_(plan.fetch_messages),
      clock_(clock),
      opened_(clock.now()) {}

Reader::Room Room::left(const Batch& batch) {
  if (is_empty(batch)) opened_ = clock_.now();
  const std::int64_t in_batch = batch.record_count();
  const std::int64_t records = std::min(handover_.records, limits_.rows - records_) - in_batch;
  const std::size_t used = batch.used_bytes();
  const std::size_t most_bytes =
      std::min(handover_.bytes, limits_.bytes - std::min(limits_.bytes, bytes_));
  return {.messages = std::min(records, fetch_messages_),
          .records = records,
          .bytes = used < most_bytes ? most_bytes - used : 1};
}

bool Room::is_used_up(const Batch& batch) const {
  return batch.record_count() >= handover_.records || batch.used_bytes() >= handover_.bytes ||
         is_transaction_over(batch);
}

bool Room::is_transaction_over(const Batch& batch) const {
  return records_ + batch.record_count() >= limits_.rows ||
         bytes_ + batch.used_bytes() >= limits_.bytes ||
         (!is_empty(batch) && clock_.now() - opened_ >= limits_.interval);
}

void Room::pass(const Batch& batch, Then then) {
  const bool ends = then == Then::commit;
  records_ = ends ? 0 : records_ + batch.record_count();
  bytes_ = ends ? 0 : bytes_ + batch.used_bytes();
}

}  // namespace sluice
