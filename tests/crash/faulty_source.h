#pragma once

#include <memory>
#include <utility>

#include "source/source.h"

namespace sluice::test {

// A source whose every call is a step that may meet a fault (FaultLine).
class FaultySource final : public Source {
 public:
  explicit FaultySource(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  void connect(Clock::Instant deadline) override;
  TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) override;
  void start(std::span<const StartAt> partitions) override;
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override;
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
