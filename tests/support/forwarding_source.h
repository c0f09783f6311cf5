#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "source/source.h"

namespace sluice::test {

// A source that asks another one for everything. A test looks at a source, or breaks it, by what it
// overrides.
class ForwardingSource : public Source {
 public:
  explicit ForwardingSource(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  void connect(Clock::Instant deadline) override { source_->connect(deadline); }
  TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) override {
    return source_->log(topic, deadline);
  }
  void start(std::span<const StartAt> partitions) override { source_->start(partitions); }
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override {
    return source_->fetch(wait, most, most_bytes);
  }
  void skip_to(PartitionIndex partition, Offset next_offset) override {
    source_->skip_to(partition, next_offset);
  }
  void stop(PartitionIndex partition) override { source_->stop(partition); }
  std::optional<bool> is_compacted(const std::string& topic) override {
    return source_->is_compacted(topic);
  }
  bool has_new_partitions() const override { return source_->has_new_partitions(); }
  std::optional<Outage> outage() const override { return source_->outage(); }
  std::chrono::milliseconds time_away() const override { return source_->time_away(); }

 private:
  std::unique_ptr<Source> source_;
};

}  // namespace sluice::test
