#include "job/room.h"

#include <algorithm>

namespace sluice {

Room::Room(const LoadPlan& plan, const HandoverLimits& handover, const WritePace& pace,
           const Clock& clock)
    : limits_(plan.batch),
      handover_(handover),
      fetch_messages_(plan.fetch_messages),
      pace_(pace),
      clock_(clock) {}

std::int64_t Room::records_of_a_batch() const {
  const auto batches = static_cast<std::int64_t>(handover_.batches);
  return std::min(handover_.records, std::max<std::int64_t>(pace_.rows_ahead() / batches, 1));
}

Reader::Room Room::left(Filling& filling) const {
  const Batch& batch = *filling.batch;
  if (batch.empty()) {
    filling.since = clock_.now();
    filling.most_records = records_of_a_batch();
  }
  const std::int64_t in_batch = batch.record_count();
  const std::int64_t records = std::min(filling.most_records, limits_.rows - records_) - in_batch;
  const std::size_t used = batch.used_bytes();
  const std::size_t most_bytes =
      std::min(handover_.bytes, limits_.bytes - std::min(limits_.bytes, bytes_));
  return {.messages = std::min(records, fetch_messages_),
          .records = records,
          .bytes = used < most_bytes ? most_bytes - used : 1};
}

bool Room::is_used_up(const Filling& filling) const {
  return filling.batch->record_count() >= filling.most_records ||
         filling.batch->used_bytes() >= handover_.bytes || is_transaction_over(filling);
}

bool Room::is_transaction_over(const Filling& filling) const {
  const Batch& batch = *filling.batch;
  if (records_ + batch.record_count() >= limits_.rows) return true;
  if (bytes_ + batch.used_bytes() >= limits_.bytes) return true;
  if (!is_open_ && batch.empty()) return false;
  const Clock::Instant opened = is_open_ ? opened_ : filling.since;
  return clock_.now() - (batch.empty() ? opened : std::min(opened, filling.since)) >=
         limits_.interval;
}

Passage Room::pass(const Filling& filling, bool is_last) {
  const Batch& batch = *filling.batch;
  Passage passage;
  passage.begins_another = records_ > 0 && records_ + batch.record_count() > limits_.rows;
  if (passage.begins_another) {
    is_open_ = false;
    records_ = 0;
    bytes_ = 0;
  }
  passage.then = is_last || is_transaction_over(filling) ? Then::commit : Then::more;
  const bool ends = passage.then == Then::commit;
  if (!is_open_) {
    opened_ = filling.since;
  } else if (!batch.empty()) {
    opened_ = std::min(opened_, filling.since);
  }
  is_open_ = !ends && (is_open_ || !batch.empty());
  records_ = ends ? 0 : records_ + batch.record_count();
  bytes_ = ends ? 0 : bytes_ + batch.used_bytes();
  return passage;
}

}  // namespace sluice
