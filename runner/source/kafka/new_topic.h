#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "source/kafka/client.h"
#include "source/kafka/topics.h"

namespace sluice {

struct NewTopic {
  std::string name;
  std::int32_t partitions = 1;
};

// Makes a topic unless it is there, with the broker's default replication. True when it did: the
// topic has its leaders then; false also when asked to stop. A topic that is there is only looked
// at: who may write to it need not have the right to create one.
//
// Throws Error{not_authorised}, Error{unavailable}, and Error{definition} for a name that no topic
// can have.
bool create_topic(KafkaClient& client, KafkaTopics& topics, const NewTopic& wanted,
                  const Clock& clock, Clock::Instant deadline);

// Whether the broker refuses for want of a right.
bool is_denied(rd_kafka_resp_err_t code);

}  // namespace sluice
