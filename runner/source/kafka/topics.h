#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plan/positions.h"
#include "source/kafka/client.h"

namespace sluice {

// A topic that is in use. librdkafka hands `this` back with each message (rd_kafka_topic_opaque),
// which makes the way from a message to its PartitionIndex two loads long.
struct KafkaTopic {
  std::string name;
  std::vector<std::optional<PartitionIndex>> index;  // by the partition's number
  TopicHandle handle;
};

// The topics of one source: each handle once, and what the cluster tells about them.
class KafkaTopics {
 public:
  explicit KafkaTopics(KafkaClient& client) : client_(client) {}

  // The topic's handle, made at the first call. Stays where it is.
  KafkaTopic& use(const std::string& name);

  // How many partitions the topic has, each with a leader; waits while leaders are elected.
  // Nothing when asked to stop. Throws Error{no_input} with the nearest name,
  // Error{not_authorised}, Error{unavailable}.
  std::optional<std::int32_t> partition_count(const std::string& name, Clock::Instant deadline);

  // The offset of each partition for a time in epoch ms, or for one of the two below; -1 where no
  // message is that young. Empty when asked to stop. One request for each leader, and all
  // partitions together: `rd_kafka_query_watermark_offsets` has no time limit in 2.0.2.
  std::vector<Offset> offsets(const std::string& name, std::int32_t partitions, std::int64_t time,
                              Clock::Instant deadline);
  static constexpr std::int64_t at_end = -1;  // Kafka protocol, ListOffsets
  static constexpr std::int64_t at_beginning = -2;

  // Whether a topic in use is known to be gone; asks the cluster. Its name, else nothing.
  std::optional<std::string> find_missing();

  // Error{no_input} that names the source's nearest topic.
  Error unknown_topic(const std::string& name, Clock::Instant deadline);

 private:
  KafkaClient& client_;
  std::map<std::string, std::unique_ptr<KafkaTopic>> topics_;
};

// What a source tells the plan about one topic.
TopicLog read_topic_log(KafkaClient& client, KafkaTopics& topics, const PlannedTopic& topic,
                        Clock::Instant deadline);

}  // namespace sluice
