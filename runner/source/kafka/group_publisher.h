#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "catalog/catalog.h"
#include "source/kafka/client.h"
#include "source/publisher.h"

namespace sluice {

// Publishes positions as the committed offsets of a Kafka group, with the admin request that
// `kafka-consumer-groups --reset-offsets` sends. No group is joined, so the brokers refuse it for a
// group that has members. It has a connection of its own: the one that reads is not held up.
class KafkaGroupPublisher final : public Publisher {
 public:
  // Connects in the background. Throws Error{definition}.
  KafkaGroupPublisher(const SourceEntry& source, std::string group, const std::string& client_id,
                      const Clock& clock, const StopSignal& stop);

  void publish(std::span<const PublishedPosition> positions) override;
  void finish(Clock::Instant deadline) override;
  const std::string& failure() const override { return failure_; }

 private:
  void send();
  void take_answer(std::chrono::milliseconds wait);
  void judge(rd_kafka_event_t* answer);

  const std::string group_;
  const Clock& clock_;
  KafkaClient client_;
  QueueHandle answers_;
  std::vector<PublishedPosition> positions_;  // the last ones given
  bool on_its_way_ = false;                   // a request is not answered yet
  bool is_current_ = true;                    // what was sent last are positions_
  bool may_pass_ = false;                     // the failure is one that time heals
  // How long the next request may take; doubled after each that nobody answered. The first ones are
  // short: where a cluster has no coordinator yet, as before its first group, librdkafka 2.0.2 asks
  // for it three times in 0.3 s and then waits for nothing until its request ends.
  std::chrono::milliseconds patience_;
  std::string failure_;
};

}  // namespace sluice
