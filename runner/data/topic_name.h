#pragma once

#include <string_view>

namespace sluice {

// Whether Kafka takes it as the name of a topic: 1 to 249 of a-z A-Z 0-9 . _ - but not "." or ".."
// (org.apache.kafka.common.internals.Topic).
bool is_topic_name(std::string_view name);

}  // namespace sluice
