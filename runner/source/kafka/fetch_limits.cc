#include "source/kafka/fetch_limits.h"

#include <algorithm>

namespace sluice {
namespace {

// The library takes no less for an answer than for a message (message.max.bytes).
constexpr std::size_t least_response = 1 << 20;
constexpr std::size_t most_response = 16 << 20;
constexpr std::size_t least_partition_response = 64 << 10;
constexpr std::size_t usual_partition_response = 1 << 20;  // the library's default
// As many keep a loader busy, and stay in the processor's cache.
constexpr std::size_t most_messages = 20'000;

}  // namespace

FetchLimits fetch_limits(std::size_t memory_bytes) {
  const std::size_t response = memory_bytes / 32;
  const std::size_t half = std::min(response, most_response) / 2;
  return {.response_bytes = std::clamp(response, least_response, most_response),
          .partition_response_bytes =
              std::max(half, std::clamp(response, least_partition_response,
                                        usual_partition_response)),
          .queued_bytes = memory_bytes / 2,
          .queued_messages = std::min(memory_bytes / 4 / bytes_beside_message, most_messages)};
}

}  // namespace sluice
