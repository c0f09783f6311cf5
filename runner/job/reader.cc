#include "job/reader.h"

#include <algorithm>
#include <map>

namespace sluice {

Reader::Reader(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
               Sources& sources, const std::function<bool()>& is_over)
    : sources_(sources),
      pending_(sources.all().size()),
      progress_(partitions),
      preparation_(plan, partitions, is_over) {
  progress_.newly_done();  // nothing to read there, so never started
  std::map<Source*, std::vector<StartAt>> starts;
  for (PartitionIndex i = 0; i < partitions.size(); ++i) {
    const PlannedPartition& partition = partitions[i];
    source_of_partition_.push_back(&sources.of(partition.id.source));
    if (progress_.is_done(i)) continue;
    starts[source_of_partition_.back()].push_back({.partition = i,
                                                   .topic = partition.id.topic,
                                                   .number = partition.id.partition,
                                                   .next_offset = partition.from_offset,
                                                   .end_offset = partition.end_offset,
                                                   .target_offset = partition.target_offset});
  }
  for (const auto& [source, start] : starts) source->start(start);
}

std::int64_t Reader::read(Batch& batch, std::chrono::milliseconds wait, const Room& room) {
  std::int64_t added = 0;
  const std::uint32_t records_before = batch.record_count();
  const std::size_t bytes_before = batch.used_bytes();
  const auto share = wait / static_cast<std::int64_t>(sources_.all().size());
  for (std::size_t i = 0; i < sources_.all().size(); ++i) {
    // Who has something must not wait for who has not.
    const auto patience = added > 0 ? std::chrono::milliseconds(0) : share;
    const Room left{room.messages - added, room.records - (batch.record_count() - records_before),
                    room.bytes - std::min(room.bytes, batch.used_bytes() - bytes_before)};
    if (left.messages <= 0 || left.records <= 0 || left.bytes == 0) break;
    added += read_from(i, batch, patience, left);
  }
  stop_done_partitions();
  return added;
}

std::int64_t Reader::read_from(std::size_t source, Batch& batch, std::chrono::milliseconds wait,
                               const Room& room) {
  Fetched& fetched = pending_[source];
  if (fetched.messages.empty()) {
    fetched =
        sources_.all()[source]->fetch(wait, static_cast<std::size_t>(room.messages), room.bytes);
  }
  const auto first = static_cast<std::uint32_t>(batch.messages().size());
  const std::uint32_t first_record = batch.record_count();
  take_while_room(fetched, batch, room);
  try {
    preparation_.prepare(batch, first_record);
  } catch (...) {
    batch.drop_from(first);  // what is not decided must not be stored
    throw;
  }
  return static_cast<std::int64_t>(batch.messages().size()) - first;
}

void Reader::take_while_room(Fetched& fetched, Batch& batch, const Room& room) {
  const std::uint32_t records_before = batch.record_count();
  const std::size_t bytes_before = batch.used_bytes();
  std::size_t count = 0;
  while (count < fetched.messages.size()) {
    const Message& message = fetched.messages[count++];
    if (!take(batch, message)) continue;
    preparation_.decode(batch, static_cast<std::uint32_t>(batch.messages().size() - 1));
    if (static_cast<std::int64_t>(batch.record_count() - records_before) >= room.records) break;
    if (batch.used_bytes() - bytes_before >= room.bytes) break;
  }
  fetched.messages = fetched.messages.subspan(count);
  if (!fetched.messages.empty()) return;
  for (const Proof& proof : fetched.proofs) {
    const auto proven = progress_.prove(proof.partition, proof.next_offset);
    if (proven) batch.prove(proof.partition, *proven);
  }
  fetched.proofs = {};
}

bool Reader::take(Batch& batch, const Message& message) {
  const bool was_done = progress_.is_done(message.partition);
  if (progress_.meet(message) == Progress::Verdict::take) {
    batch.take(message);
    return true;
  }
  // A message behind the end shows that the position has come to the end.
  if (!was_done && progress_.is_done(message.partition)) {
    batch.prove(message.partition, progress_.next_offset(message.partition));
  }
  return false;
}

void Reader::stop_done_partitions() {
  for (const PartitionIndex partition : progress_.newly_done()) {
    source_of_partition_[partition]->stop(partition);
  }
}

}  // namespace sluice
