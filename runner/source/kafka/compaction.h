#pragma once

#include <optional>
#include <string>

#include "source/kafka/client.h"

namespace sluice {

// Whether the topic's cleanup.policy names compaction, which removes single messages. Nothing where
// the brokers refuse to tell (the right DESCRIBE_CONFIGS may be missing) or cannot. Throws what
// Source::is_compacted throws, at the deadline at the latest.
std::optional<bool> find_compaction(KafkaClient& client, const std::string& topic,
                                    Clock::Instant deadline, const Clock& clock,
                                    const StopSignal& stop);

}  // namespace sluice
