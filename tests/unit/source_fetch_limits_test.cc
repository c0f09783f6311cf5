#include <doctest/doctest.h>

#include "source/kafka/fetch_limits.h"

using namespace sluice;

TEST_CASE("what a client fetches ahead fits into its share of the memory, however small") {
  for (std::size_t memory = 2 << 20; memory <= std::size_t{4} << 30; memory += memory / 3) {
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
    CHECK(limits.partition_response_bytes <= limits.response_bytes);
  }
}

TEST_CASE("with the usual memory an answer has 4 MB, half of it at most from one partition") {
  CHECK(fetch_limits(128 << 20).response_bytes == 4 << 20);
  CHECK(fetch_limits(128 << 20).partition_response_bytes == 2 << 20);
}

TEST_CASE("more memory makes for larger answers, up to 16 MB, and for no longer queue") {
  CHECK(fetch_limits(256 << 20).response_bytes == 8 << 20);
  for (const std::size_t memory : {std::size_t{512} << 20, std::size_t{4} << 30}) {
    CHECK(fetch_limits(memory).response_bytes == 16 << 20);
    CHECK(fetch_limits(memory).partition_response_bytes == 8 << 20);
    CHECK(fetch_limits(memory).queued_messages == 20'000);
  }
}

TEST_CASE("with little memory a partition may have 1 MB of an answer, with less a share of it") {
  CHECK(fetch_limits(64 << 20).response_bytes == 2 << 20);
  CHECK(fetch_limits(64 << 20).partition_response_bytes == 1 << 20);
  CHECK(fetch_limits(32 << 20).partition_response_bytes == 1 << 20);
  CHECK(fetch_limits(16 << 20).response_bytes == 1 << 20);
  CHECK(fetch_limits(16 << 20).partition_response_bytes == 512 << 10);
}
