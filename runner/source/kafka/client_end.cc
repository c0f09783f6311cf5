#include "source/kafka/client_end.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace sluice {
namespace {

constexpr std::chrono::milliseconds patience{2'000};
constexpr std::chrono::milliseconds patience_after_another{200};
std::atomic<bool> abandoned{false};

// In this order: what a client's callbacks use goes after it, and who uses it before.
struct Ending {
  std::promise<void> done;
  std::shared_ptr<const void> used;
  ClientHandle client;
  std::future<bool> asked;  // of std::async, whose destructor waits

  void operator()() {
    if (asked.valid()) asked.wait();
    client.reset();
    used.reset();
    done.set_value();
  }
};

}  // namespace

void end_client(ClientHandle client, std::shared_ptr<const void> used, std::future<bool> asked) {
  if (client == nullptr) return;
  Ending ending{{}, std::move(used), std::move(client), std::move(asked)};
  const std::future<void> is_done = ending.done.get_future();
  std::thread thread;
  try {
    thread = std::thread(std::move(ending));
  } catch (const std::system_error& error) {
    spdlog::debug("a Kafka client was ended without a thread beside: {}", error.what());
    return;
  }
  if (is_done.wait_for(abandoned ? patience_after_another : patience) ==
      std::future_status::ready) {
    return thread.join();
  }
  spdlog::debug("a Kafka client does not end, and is left to the end of the process");
  abandoned = true;
  thread.detach();
}

bool clients_were_abandoned() { return abandoned; }

}  // namespace sluice
