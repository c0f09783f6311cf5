#pragma once

#include <string>

#include "source/kafka/client.h"

namespace sluice {

// A topic's id, which a topic that is created anew does not share. Asked for in the background, so
// that it costs no waiting beside other questions.
//
// librdkafka tells it from 2.3.0 on (DescribeTopics). The functions are looked up in the library
// that runs: built with an older one we still profit from a newer, and need none.
class TopicIdQuestion {
 public:
  TopicIdQuestion(KafkaClient& client, const std::string& topic);
  ~TopicIdQuestion();

  // Waits up to `patience`. Empty where library or brokers do not tell.
  std::string answer(std::chrono::milliseconds patience);

 private:
  QueueHandle answers_;  // null where the library cannot ask
};

}  // namespace sluice
