#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

#include "source/kafka/client_end.h"
#include "support/no_threads.h"

namespace sluice {
namespace {

// Threads of librdkafka that are left when what a client's callbacks use goes; -1: it is still there.
int threads_left_without_what_they_use(bool is_thread_to_be_had) {
  int left = -1;
  ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, nullptr, 0));
  REQUIRE(client != nullptr);
  REQUIRE(rd_kafka_thread_cnt() > 0);
  std::shared_ptr<const void> used(&left, [&](const void*) { left = rd_kafka_thread_cnt(); });
  std::optional<test::NoMoreThreads> none;
  if (!is_thread_to_be_had) none.emplace();
  end_client(std::move(client), std::move(used));
  return left;
}

TEST_CASE("a client ends before what its callbacks use") {
  CHECK(threads_left_without_what_they_use(true) == 0);
}

TEST_CASE("a client ends where the system has no thread to wait beside it") {
  CHECK(threads_left_without_what_they_use(false) == 0);
}

}  // namespace
}  // namespace sluice
