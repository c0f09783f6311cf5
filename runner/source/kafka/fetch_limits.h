#pragma once

#include <cstddef>

namespace sluice {

// How much a client of librdkafka may fetch ahead, as its properties take it.
struct FetchLimits {
  std::size_t response_bytes = 0;            // fetch.max.bytes, of one broker's answer on the wire
  std::size_t partition_response_bytes = 0;  // fetch.message.max.bytes, of one partition in it
  std::size_t queued_bytes = 0;              // queued.max.messages.kbytes: keys and values
  std::size_t queued_messages = 0;           // queued.min.messages
};

// What the library keeps for a message beside its bytes, at most: 300 to 350 bytes in 2.0.2, as
// measured with messages of 100 bytes.
constexpr std::size_t bytes_beside_message = 400;

// The limits that keep what was fetched and is not read yet within `memory_bytes` (at least 2 MB):
// half of it for the bytes in the queue, a quarter for what the messages in it take beside their
// own, the rest for an answer. Answers are unpacked at once, and become many small messages: six
// times as much as on the wire, with what is usual in messages. One of each broker may be on its
// way, and one of little memory holds a message at least, and 64 KB of each of its partitions; so
// many brokers, many partitions for little memory, and what packs better may pass the bound.
//
// The library asks a broker again only once it has taken an answer apart, so a broker that is far
// away gives one answer each time that a question takes there and back: the larger, the better. A
// partition may have half of one, or 1 MB where that is more: what a partition has in an answer is
// handed out only once all of it is unpacked. Answers of more than 4 MB, for which a memory of more
// than 128 MB is needed, bring nothing near a broker.
FetchLimits fetch_limits(std::size_t memory_bytes);

}  // namespace sluice
