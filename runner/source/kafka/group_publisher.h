#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/stop_signal.h"
#include "catalog/catalog.h"
#include "source/kafka/handles.h"
#include "source/publisher.h"

namespace sluice {

// Publishes positions as the committed offsets of a Kafka group, with the admin request that
// `kafka-consumer-groups --reset-offsets` sends. No group is joined, so the brokers refuse it for a
// group that has members. It has a connection of its own: the one that reads is not held up.
//
// A request that is not answered is given up with its connection, and the next one has a new one.
// librdkafka 2.0.2 needs that twice: it asks for the group's coordinator three times in 0.3 s, and
// where there is none by then, as before the first group of a cluster, it waits for nothing; and a
// request whose time is up ends the process with an assertion (rd_kafka_enq_once_del_source_return)
// when a broker comes back. So requests have the longest time that there is, an hour, and none may
// stay so long: publish() or finish() must be called before.
class KafkaGroupPublisher final : public Publisher {
 public:
  // Connects in the background. Throws Error{definition}.
  KafkaGroupPublisher(const SourceEntry& source, std::string group, std::string client_id,
                      const Clock& clock, const StopSignal& stop);
  ~KafkaGroupPublisher() override;

  void publish(std::span<const PublishedPosition> positions) override;
  void finish(Clock::Instant deadline) override;
  const std::string& failure() const override { return failure_; }

 private:
  struct Connection;

  std::unique_ptr<Connection> connect() const;
  void send();
  void take_answer(std::chrono::milliseconds wait);
  rd_kafka_resp_err_t judge(rd_kafka_event_t* answer);
  bool is_connected() const;
  std::string why_silent();
  void give_up();
  void end_connection();

  const SourceEntry source_;
  const std::string group_;
  const std::string client_id_;
  const Clock& clock_;
  const StopSignal& stop_;
  std::unique_ptr<Connection> connection_;    // null after one was ended
  std::vector<PublishedPosition> positions_;  // the last ones given
  bool on_its_way_ = false;                   // a request is not answered yet
  bool is_current_ = true;                    // what was sent last are positions_
  bool may_pass_ = false;                     // the failure is one that time heals
  std::string failure_;
  Clock::Instant sent_;                 // the request on its way
  std::chrono::milliseconds patience_;  // with it; doubled each time that one was given up
  std::future<void> ending_;            // of the connection before
};

}  // namespace sluice
