#include "job/reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <utility>

namespace sluice {
namespace {

// To skip costs a question and its answer, and the answer that is on its way is waited for. So many
// bytes are read in that time, those included that a message has on the wire beside its own.
constexpr std::size_t worth_skipping_bytes = 4 << 20;
constexpr std::size_t bytes_on_the_wire = 20;

}  // namespace

Reader::Reader(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
               const Segment& segment, std::vector<NamedSource> sources, LogCheck& check,
               MessageBudget* budget, const Clock& clock, const std::function<bool()>& is_over)
    : origin_of_partition_(partitions.size(), nullptr),
      dropped_bytes_(partitions.size(), 0),
      progress_(partitions, segment),
      check_(check),
      budget_(budget),
      preparation_(plan, partitions, clock, is_over) {
  for (NamedSource& source : sources) origins_.push_back({.named = std::move(source)});
  progress_.newly_done();  // nothing to read there, so never started
  for (const PartitionIndex i : segment) {
    const PlannedPartition& partition = partitions[i];
    if (progress_.is_done(i)) continue;
    origin_of_partition_[i] = &origin_of(partition.id.source);
    waiting_.push_back({.partition = i,
                        .topic = partition.id.topic,
                        .number = partition.id.partition,
                        .next_offset = check_.first_offset(i),
                        .end_offset = partition.end_offset,
                        .target_offset = partition.target_offset});
  }
  start_ready_partitions();
}

Reader::Origin& Reader::origin_of(const std::string& source) {
  return *std::ranges::find(origins_, source, [](const Origin& o) { return o.named.name; });
}

bool Reader::has_ready_partitions() const {
  return std::ranges::any_of(
      waiting_, [this](const StartAt& start) { return !check_.must_wait(start.partition); });
}

void Reader::start_ready_partitions() {
  std::map<Origin*, std::vector<StartAt>> starts;
  std::erase_if(waiting_, [&](const StartAt& start) {
    if (check_.must_wait(start.partition)) return false;
    starts[origin_of_partition_[start.partition]].push_back(start);
    return true;
  });
  for (const auto& [origin, start] : starts) {
    origin->named.source->start(start);
    origin->reading += start.size();
  }
}

std::int64_t Reader::read(Batch& batch, std::chrono::milliseconds wait, const Room& room) {
  std::int64_t added = 0;
  const std::uint32_t records_before = batch.record_count();
  const std::size_t bytes_before = batch.used_bytes();
  const auto is_read = [](const Origin& origin) { return origin.reading > 0; };
  const auto sharers = std::ranges::count_if(origins_, is_read);
  if (sharers == 0) check_.wait(wait, [this] { return has_ready_partitions(); });
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    Origin& origin = origins_[(next_origin_ + i) % origins_.size()];
    // Who has something must not wait for who has not.
    const bool may_wait = added == 0 && is_read(origin);
    const auto patience = may_wait ? wait / sharers : std::chrono::milliseconds(0);
    const Room left{room.messages - added, room.records - (batch.record_count() - records_before),
                    room.bytes - std::min(room.bytes, batch.used_bytes() - bytes_before)};
    if (left.messages <= 0 || left.records <= 0 || left.bytes == 0) break;
    added += read_from(origin, batch, patience, left);
  }
  // Who was asked first may have used all room, and would again.
  if (!origins_.empty()) next_origin_ = (next_origin_ + 1) % origins_.size();
  if (!waiting_.empty()) start_ready_partitions();
  stop_done_partitions();
  return added;
}

std::int64_t Reader::read_from(Origin& origin, Batch& batch, std::chrono::milliseconds wait,
                               const Room& room) {
  if (origin.pending.messages.empty()) {
    origin.pending =
        origin.named.source->fetch(wait, static_cast<std::size_t>(room.messages), room.bytes);
  }
  const auto first = static_cast<std::uint32_t>(batch.messages().size());
  const std::uint32_t first_record = batch.record_count();
  const auto added = [&] { return static_cast<std::int64_t>(batch.messages().size()) - first; };
  try {
    take_while_room(origin, batch, room);
    preparation_.prepare(batch, first_record);
  } catch (...) {
    if (budget_ != nullptr) budget_->give_back(added());
    batch.drop_from(first);  // what is not decided must not be stored
    throw;
  }
  return added();
}

void Reader::take_while_room(Origin& origin, Batch& batch, const Room& room) {
  Fetched& fetched = origin.pending;
  Preparation::Decoding decoding(preparation_, batch);
  const std::uint32_t records_before = batch.record_count();
  const std::size_t bytes_before = batch.used_bytes();
  std::size_t count = 0;
  while (count < fetched.messages.size()) {
    const Message& message = fetched.messages[count];
    const bool is_known_one = check_.is_open(message.partition) && recognize(message);
    if (!is_known_one && is_beyond_budget(message)) break;
    ++count;
    if (is_known_one || !take(batch, message)) continue;
    decoding.took_one();
    if (static_cast<std::int64_t>(batch.record_count() - records_before) >= room.records) break;
    if (batch.used_bytes() - bytes_before >= room.bytes) break;
  }
  decoding.end();
  fetched.messages = fetched.messages.subspan(count);
  if (!fetched.messages.empty()) return;
  take_proofs(fetched, batch);
  skip_to_last_messages(origin);
}

void Reader::take_proofs(Fetched& fetched, Batch& batch) {
  for (const Proof& proof : fetched.proofs) {
    while (check_.is_open(proof.partition)) meet_end(proof);
    const auto proven = progress_.prove(proof.partition, proof.next_offset);
    if (proven) batch.prove(proof.partition, *proven);
  }
  fetched.proofs = {};
}

// Not before all that was handed out is looked at: the last message may be among it.
void Reader::skip_to_last_messages(Origin& origin) {
  for (const PartitionIndex partition : std::exchange(origin.to_skip, {})) {
    if (!check_.is_open(partition)) continue;
    origin.named.source->skip_to(partition, check_.first_offset(partition));
  }
}

// A message of a partition whose log is to be known again. False where it is a new one.
bool Reader::recognize(const Message& message) {
  while (check_.is_open(message.partition)) {
    switch (check_.meet(message)) {
      case LogCheck::Finding::before:
        drop_known(message);
        return true;
      case LogCheck::Finding::same:
        know_if_all_was_met(message.partition);
        return true;
      case LogCheck::Finding::gone:
        miss_expected(message.partition, &message);
        break;
      case LogCheck::Finding::other:
        fail_replaced(message.partition, &message);
    }
  }
  return false;
}

// What comes before the next message that is expected is read as long as it is little.
void Reader::drop_known(const Message& message) {
  std::size_t& bytes = dropped_bytes_[message.partition];
  const bool was_little = bytes < worth_skipping_bytes;
  bytes += message.key.size() + message.value.size() + bytes_on_the_wire;
  if (was_little && bytes >= worth_skipping_bytes) {
    origin_of_partition_[message.partition]->to_skip.push_back(message.partition);
  }
}

// One message that was expected has been met, or will not be.
void Reader::know_if_all_was_met(PartitionIndex partition) {
  if (!check_.is_open(partition)) progress_.know(partition);
}

// A log that holds nothing behind the message that was expected has lost it, perhaps to compaction.
// One that ends before it was cut: compaction brings no end nearer. Or its leader is new, and knows
// for a moment only of an older end; it does not tell that one to who asks where the log ends
// (KIP-207), so that has to be asked again.
void Reader::meet_end(const Proof& proof) {
  if (proof.next_offset <= check_.first_offset(proof.partition)) {
    throw Error(ExitCode::source_changed, check_.replaced(proof.partition, nullptr).sentence);
  }
  miss_expected(proof.partition, nullptr);
}

// Only compaction takes single messages out of a log. Where nobody tells whether the topic is
// compacted, its messages get the benefit of the doubt: the rights to ask are often not given.
void Reader::miss_expected(PartitionIndex partition, const Message* found) {
  const PartitionId& id = check_.id(partition);
  const std::optional<bool> compacted =
      origin_of_partition_[partition]->named.source->is_compacted(id.topic);
  if (compacted == false) fail_replaced(partition, found);
  const bool is_anchor = check_.awaits_anchor(partition);
  spdlog::log(compacted || is_anchor ? spdlog::level::info : spdlog::level::warn,
              "{}: {}, {}, is no longer in the log{}; that the log is the same cannot be shown by "
              "it",
              notation(id),
              is_anchor ? "a message that the log was known by"
                        : "the last message that was loaded",
              check_.first_offset(partition),
              compacted ? ", which is compacted" : " (whether it is compacted, nobody told)");
  check_.give_up(partition);
  know_if_all_was_met(partition);
}

void Reader::fail_replaced(PartitionIndex partition, const Message* found) {
  replaced_.push_back(check_.replaced(partition, found));
  throw Error(ExitCode::source_changed, replaced_.back().sentence);
}

// Only a message that is taken needs a place in the budget.
bool Reader::is_beyond_budget(const Message& message) {
  return budget_ != nullptr && progress_.would_take(message) && !budget_->take_one();
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
    Origin& origin = *origin_of_partition_[partition];
    origin.named.source->stop(partition);
    --origin.reading;
  }
}

}  // namespace sluice
