#include "source/kafka/fetch_limits.h"

#include <algorithm>

namespace sluice {
namespace {

// The library takes no less for an answer than for a message (message.max.bytes).
constexpr std::size_t least_response = 1 << 20;
constexpr std::size_t most_response = 16 << 20;
constexpr std::size_t least_partition_response = 64 << 10;
constexpr std::size_t small_partition_response = 1 << 20;
constexpr std::size_t most_queue = std::size_t{2'097'151} << 10;  // the library takes no more
// As many keep a loader busy, and stay in the processor's cache.
constexpr std::size_t most_messages = 20'000;

std::size_t partition_response(std::size_t response) {
  if (response > 2 * small_partition_response) return response / 2;
  return std::clamp(response, least_partition_response, small_partition_response);
}

}  // namespace

FetchLimits fetch_limits(std::size_t memory_bytes) {
  const std::size_t response = std::min(memory_bytes / 32, most_response);
  return {.response_bytes = std::max(response, least_response),
          .partition_response_bytes = partition_response(response),
          .queued_bytes = std::min(memory_bytes / 2, most_queue),
          .queued_messages = std::min(memory_bytes / 4 / bytes_beside_message, most_messages)};
}

}  // namespace sluice
