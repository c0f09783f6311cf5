#pragma once

#include <optional>
#include <string>

#include "source/kafka/client.h"

namespace sluice {

// Whether the topic's cleanup.policy names compaction, which removes single messages. Nothing where
// the brokers do not tell within 5 s: the right DESCRIBE_CONFIGS may be missing.
std::optional<bool> find_compaction(KafkaClient& client, const std::string& topic,
                                    const Clock& clock, const StopSignal& stop);

}  // namespace sluice
