#include <doctest/doctest.h>

#include "source/kafka/fetch_limits.h"

using namespace sluice;

TEST_CASE("what a client fetches ahead fits into its share of the memory, however small") {
  for (std::size_t memory = 2 << 20; memory <= std::size_t{4} << 30; memory *= 2) {
    CAPTURE(memory);
    const FetchLimits limits = fetch_limits(memory);
    constexpr std::size_t unpacked = 6;
    const std::size_t queue =
        limits.queued_bytes + limits.queued_messages * bytes_beside_message;
    CHECK(queue + unpacked * limits.partition_response_bytes <= memory);
    if (memory >= std::size_t{32} << 20) {
      CHECK(queue + unpacked * limits.response_bytes <= memory);
    }
    // A worker that has one partition still gets more than one message at a time.
    CHECK(limits.queued_messages >= 1000);
    CHECK(limits.partition_response_bytes >= std::size_t{64} << 10);
  }
}

TEST_CASE("with the usual memory an answer holds four partitions, and no more with more") {
  CHECK(fetch_limits(128 << 20).partition_response_bytes == 1 << 20);
  CHECK(fetch_limits(128 << 20).response_bytes == 4 << 20);
  CHECK(fetch_limits(std::size_t{1} << 30).response_bytes == 4 << 20);
  CHECK(fetch_limits(std::size_t{1} << 30).queued_messages == 20'000);
}
