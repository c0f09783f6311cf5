#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stop_signal.h"
#include "source/kafka/client.h"
#include "source/kafka/fetch_waker.h"
#include "source/kafka/reachability.h"
#include "source/kafka/tail_probe.h"
#include "source/kafka/topics.h"
#include "source/source.h"

namespace sluice {

struct KafkaSourceOptions {
  std::string client_id = "sluice";
  // The job goes to an end: what waits at the end of a log is asked for more often, so that the
  // end is noticed sooner.
  bool bounded = false;
  // Of what was fetched and is not read yet: see fetch_limits(). Where small messages give way to
  // large ones, once as much again as the queue may hold.
  std::size_t memory_bytes = 128 << 20;
};

// A Kafka cluster, read with librdkafka's simple consumer: no group.id, no coordinator, no
// rebalance. All partitions arrive in one queue. Construction throws Error{definition} where the
// library refuses the source's properties, and begins to connect in the background.
class KafkaSource final : public Source {
 public:
  KafkaSource(const SourceEntry& source, const Clock& clock, const StopSignal& stop,
              const KafkaSourceOptions& options);
  ~KafkaSource() override;

  void connect(Clock::Instant deadline) override;
  TopicLog log(const PlannedTopic& topic, Clock::Instant deadline) override;
  void start(std::span<const StartAt> partitions) override;
  Fetched fetch(std::chrono::milliseconds wait, std::size_t most, std::size_t most_bytes) override;
  void skip_to(PartitionIndex partition, Offset next_offset) override;
  void stop(PartitionIndex partition) override;
  std::optional<bool> is_compacted(const std::string& topic) override;
  bool has_new_partitions() const override { return has_new_partitions_; }
  std::optional<Outage> outage() const override;
  std::chrono::milliseconds time_away() const override;

  // Messages that came twice and were dropped (librdkafka 2.1.0 does that). For tests and logs.
  std::int64_t repeated() const { return repeated_; }

 private:
  struct Partition;
  struct HeaderText;

  std::size_t messages_in(std::size_t bytes) const;
  void take_from_queue(std::chrono::milliseconds wait, std::size_t most);
  void hand_out(std::size_t most, std::size_t most_bytes);
  bool may_follow(const rd_kafka_message_t& raw);
  void hand_out_one(const rd_kafka_message_t& raw);
  void release_handed_out();
  void take_message(Partition& partition, const rd_kafka_message_t& raw);
  void take_end(Partition& partition, Offset offset);
  void take_error(Partition& partition, const rd_kafka_message_t& raw);
  void add_proof(Partition& partition, Offset next_offset);
  Partition* partition_of(const rd_kafka_message_t& raw);
  std::string place_of(const Partition& partition) const;

  void look_around();
  void look_for_partitions();
  void fail_where_hopeless();
  bool knows_cluster(std::chrono::milliseconds wait);
  bool has_new_metadata(std::chrono::milliseconds wait);
  void tell_of_unknown_cluster(Clock::Instant now);
  bool has_fetched_rest() const;
  void wake_fetchers();
  void prove_tails();
  void begin_probes();
  void tell_of_silence();

  SourceEntry entry_;
  const Clock& clock_;
  const StopSignal& stop_;

  std::chrono::milliseconds fetch_wait_{};  // fetch.wait.max.ms
  bool is_bounded_ = false;
  // librdkafka looks at a full queue again by itself, every 10 ms as we have it (since 2.2.0).
  bool fetchers_wake_ = false;
  std::size_t wake_messages_ = 0;
  std::size_t wake_bytes_ = 0;

  std::unique_ptr<KafkaClient> client_;
  std::unique_ptr<KafkaTopics> topics_;
  std::unique_ptr<Reachability> reachability_;
  std::string cluster_id_;  // that the logs were told of; empty where the brokers do not tell
  std::int64_t known_connections_ = 0;  // of the client, those that lead to this cluster
  std::optional<std::int64_t> asked_connections_;  // when the question was begun, while it is open
  std::chrono::milliseconds cluster_patience_{250};  // longer with every question without an answer
  std::optional<Clock::Instant> unknown_since_;  // which cluster answers
  Clock::Instant next_cluster_word_{};
  Clock::Instant deadline_ = Clock::Instant::max();  // of connect()
  QueueHandle queue_;
  std::vector<Partition> partitions_;  // by PartitionIndex, those of other sources unused

  // From the queue, in its order: [0, handed_out_) are with the caller, the rest waits.
  std::vector<rd_kafka_message_t*> raw_;
  std::size_t mean_message_bytes_ = 1024;  // of what was handed out last
  std::size_t handed_out_ = 0;
  std::vector<Message> messages_;
  std::vector<Proof> proofs_;
  std::string headers_;  // of all messages handed out
  std::vector<HeaderText> header_texts_;

  std::size_t drained_messages_ = 0;  // since the last wake
  std::size_t drained_bytes_ = 0;
  std::unique_ptr<FetchWaker> waker_;
  std::size_t active_count_ = 0;  // partitions
  std::int64_t repeated_ = 0;

  std::map<std::string, std::optional<bool>> compacted_;  // by topic, as answered
  std::map<std::string, std::int32_t> partition_counts_;  // by topic, as log() has told
  Clock::Instant next_look_for_partitions_{};
  bool has_new_partitions_ = false;

  bool is_waited_for_ = false;  // since start()
  Clock::Instant silent_since_{};
  Clock::Instant next_silence_warning_{};
  std::vector<std::pair<PartitionIndex, std::unique_ptr<TailProbe>>> probes_;
};

}  // namespace sluice
