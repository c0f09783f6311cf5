#include "job/preparation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace sluice {
namespace {

std::vector<std::shared_ptr<JsonDecoder>> decoders_of(
    const LoadPlan& plan, const std::vector<PlannedPartition>& partitions) {
  std::map<std::optional<std::size_t>, std::shared_ptr<JsonDecoder>> by_explode;
  std::vector<std::shared_ptr<JsonDecoder>> decoders;
  for (const PlannedPartition& partition : partitions) {
    const PlannedTopic& topic = plan.topics[partition.topic];
    decoders.emplace_back();
    if (topic.format == MessageFormat::raw) continue;
    std::shared_ptr<JsonDecoder>& decoder = by_explode[topic.explode];
    if (decoder == nullptr) {
      decoder = std::make_shared<JsonDecoder>(plan.attributes, topic.explode,
                                              plan.on_new_attribute == OnNewAttribute::fail);
    }
    decoders.back() = decoder;
  }
  return decoders;
}

}  // namespace

Preparation::Preparation(const LoadPlan& plan, const std::vector<PlannedPartition>& partitions,
                         const Clock& clock, const std::function<bool()>& is_over)
    : decoders_(decoders_of(plan, partitions)),
      broker_fields_(plan, partitions),
      rules_(plan, partitions, clock),
      expressions_(plan, is_over),
      fitter_(plan, partitions),
      alerts_(plan.alerts, is_over) {}

void Preparation::decode(Batch& batch, std::uint32_t first) {
  const std::span<TakenMessage> messages = batch.messages();
  const auto refuse = [&batch](std::uint32_t message, JsonDecoder::Undecodable why) {
    batch.reject(message, "", std::move(why.reason), why.ends_job);
  };
  // Null where nothing is to be decoded.
  const auto decoder_of = [&](const TakenMessage& message) -> JsonDecoder* {
    if (is_null(message.record.value)) return nullptr;
    return decoders_[message.record.partition].get();
  };
  const auto end = static_cast<std::uint32_t>(messages.size());
  while (first < end) {
    if (is_null(messages[first].record.value)) messages[first].fate = Fate::tombstone;
    JsonDecoder* const decoder = decoder_of(messages[first]);
    std::uint32_t behind = first + 1;
    while (decoder != nullptr && behind < end && decoder_of(messages[behind]) == decoder) ++behind;
    if (decoder != nullptr) decoder->decode(batch, first, behind, refuse);
    first = behind;
  }
}

Preparation::Decoding::Decoding(Preparation& preparation, Batch& batch)
    : preparation_(preparation),
      batch_(batch),
      first_(static_cast<std::uint32_t>(batch.messages().size())) {}

void Preparation::Decoding::took_one() {
  constexpr std::size_t enough_bytes = 4 << 10;  // they are still in the nearest cache
  const Message& message = batch_.messages().back().record;
  waiting_bytes_ += message.value.size();
  const JsonDecoder* decoder = preparation_.decoders_[message.partition].get();
  if (waiting_bytes_ >= enough_bytes || (decoder != nullptr && decoder->explodes())) end();
}

void Preparation::Decoding::end() {
  preparation_.decode(batch_, first_);
  first_ = static_cast<std::uint32_t>(batch_.messages().size());
  waiting_bytes_ = 0;
}

void Preparation::prepare(Batch& batch, std::uint32_t first_record) {
  const std::size_t first_row = batch.row_count();
  broker_fields_.fill(batch, first_record);
  rules_.prepare_attributes(batch, first_record);
  expressions_.reckon(batch, first_record);
  rules_.prepare_columns(batch, first_record);
  fitter_.fit(batch, first_record);
  alerts_.watch(batch, first_row);
}

std::vector<std::string> Preparation::new_attributes() const {
  std::vector<std::string> all;
  for (const auto& decoder : decoders_) {
    if (decoder == nullptr) continue;
    for (const std::string& name : decoder->new_attributes()) {
      if (std::ranges::find(all, name) == all.end()) all.push_back(name);
    }
  }
  return all;
}

}  // namespace sluice
