#include "data/batch.h"

#include <algorithm>

#include "data/message_hash.h"

namespace sluice {

Batch::Batch(std::size_t attributes, std::size_t columns, std::size_t partitions)
    : attribute_count_(attributes), column_count_(columns), partition_count_(partitions) {}

std::uint32_t Batch::take(const Message& message) {
  const auto copied = [](Bytes bytes, Arena& to) {
    return is_null(bytes) ? Bytes() : to.copy(bytes);
  };
  const auto& [partition, offset, timestamp_ms, key, value, headers] = message;
  const Bytes own_key = copied(key, arena_);
  const Bytes own_value = copied(value, values_);
  const Bytes own_headers = copied(headers, arena_);
  // Put together where it stays: whoever copies words that have just been stored by halves waits
  // for the stores.
  Message& taken = messages_.emplace_back().record;
  taken.partition = partition;
  taken.offset = offset;
  taken.timestamp_ms = timestamp_ms;
  taken.key = own_key;
  taken.value = own_value;
  taken.headers = own_headers;
  const auto number = static_cast<std::uint32_t>(messages_.size() - 1);
  records_.push_back({.message = number});
  attributes_.resize(records_.size() * attribute_count_);
  return number;
}

void Batch::add_element(std::uint32_t element) { add_copy(record_count() - 1, element); }

void Batch::add_copy(std::uint32_t record, std::uint32_t element) {
  BatchRecord copy = records_[record];
  copy.element = element;
  records_.push_back(copy);
  attributes_.resize(records_.size() * attribute_count_);
  const auto from = attributes_.begin() + static_cast<std::ptrdiff_t>(record * attribute_count_);
  const auto count = static_cast<std::ptrdiff_t>(attribute_count_);
  std::copy(from, from + count, attributes_.end() - count);
}

void Batch::drop_records(std::uint32_t first, std::uint32_t last) {
  records_.erase(records_.begin() + first, records_.begin() + last);
  const auto cell = [this](std::uint32_t record) {
    return attributes_.begin() + static_cast<std::ptrdiff_t>(record * attribute_count_);
  };
  attributes_.erase(cell(first), cell(last));
}

void Batch::prove(PartitionIndex partition, Offset next_offset) {
  proofs_.push_back({static_cast<std::uint32_t>(messages_.size()), partition, next_offset});
}

std::span<Cell> Batch::add_row(std::uint32_t record) {
  Fate& fate = messages_[records_[record].message].fate;
  if (fate != Fate::tombstone) fate = Fate::row;
  row_records_.push_back(record);
  const std::size_t end = row_records_.size() * column_count_;
  if (rows_.size() < end) rows_.resize(std::max(end, rows_.size() + rows_.size() / 2));
  return {rows_.data() + end - column_count_, column_count_};
}

void Batch::drop_rows_of(std::uint32_t message) {
  while (!row_records_.empty() && records_[row_records_.back()].message == message) {
    row_records_.pop_back();
  }
}

void Batch::reject(std::uint32_t message, std::string column, Reason reason, bool ends_job) {
  messages_[message].fate = Fate::reject;
  rejects_.push_back({message, std::move(column), std::move(reason), ends_job});
}

std::vector<Advance> Batch::advances(std::uint32_t end) const {
  const auto taken = std::span(messages_).first(std::min<std::size_t>(end, messages_.size()));
  std::vector<const TakenMessage*> last(partition_count_, nullptr);
  for (const TakenMessage& message : taken) last[message.record.partition] = &message;

  std::vector<Advance> by_partition(partition_count_);
  for (PartitionIndex partition = 0; partition < partition_count_; ++partition) {
    Advance& advance = by_partition[partition];
    advance.partition = partition;
    advance.next_offset = -1;
    if (const TakenMessage* message = last[partition]) {
      advance.next_offset = message->record.offset + 1;
      advance.last_offset = message->record.offset;
      advance.last_timestamp_ms = message->record.timestamp_ms;
      advance.last_hash = hash_of(message->record);
    }
  }
  for (const Proof& proof : proofs_) {
    if (proof.after_messages > taken.size()) continue;
    Advance& advance = by_partition[proof.partition];
    advance.next_offset = std::max(advance.next_offset, proof.next_offset);
  }
  std::erase_if(by_partition, [](const Advance& advance) { return advance.next_offset < 0; });
  return by_partition;
}

std::size_t Batch::used_bytes() const {
  return arena_.used_bytes() + values_.used_bytes() + messages_.size() * sizeof(TakenMessage) +
         records_.size() * sizeof(BatchRecord) +
         (attributes_.size() + row_records_.size() * column_count_) * sizeof(Cell);
}

void Batch::drop_from(std::uint32_t first) {
  while (!row_records_.empty() && message_of_row(row_records_.size() - 1) >= first) {
    row_records_.pop_back();
  }
  while (!records_.empty() && records_.back().message >= first) records_.pop_back();
  attributes_.resize(records_.size() * attribute_count_);
  messages_.resize(std::min<std::size_t>(first, messages_.size()));
  std::erase_if(rejects_, [first](const Reject& reject) { return reject.message >= first; });
  std::erase_if(alert_hits_, [first](const AlertHit& hit) { return hit.message >= first; });
  std::erase_if(proofs_, [first](const Proof& proof) { return proof.after_messages > first; });
}

void Batch::clear() {
  arena_.clear();
  values_.clear();
  messages_.clear();
  records_.clear();
  attributes_.clear();
  row_records_.clear();
  rejects_.clear();
  alert_hits_.clear();
  proofs_.clear();
}

}  // namespace sluice
