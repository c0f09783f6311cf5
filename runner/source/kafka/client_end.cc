#include "source/kafka/client_end.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace sluice {
namespace {

constexpr std::chrono::seconds patience{2};
std::atomic<bool> abandoned{false};

}  // namespace

void end_client(ClientHandle client, std::shared_ptr<const void> used) {
  if (client == nullptr) return;
  std::promise<void> done;
  const std::future<void> is_done = done.get_future();
  std::thread end(
      [client = std::move(client), used = std::move(used), done = std::move(done)]() mutable {
        client.reset();
        used.reset();
        done.set_value();
      });
  if (is_done.wait_for(patience) == std::future_status::ready) return end.join();
  spdlog::debug("a Kafka client does not end, and is left to the end of the process");
  abandoned = true;
  end.detach();
}

bool clients_were_abandoned() { return abandoned; }

}  // namespace sluice
