#include "chaos/producing.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <random>
#include <utility>
#include <vector>

#include "support/kafka_lab.h"

namespace sluice::test {

Producing::Producing(std::string bootstrap, std::string topic, std::uint64_t seed,
                     std::chrono::milliseconds pause)
    : bootstrap_(std::move(bootstrap)),
      topic_(std::move(topic)),
      pause_(pause),
      next_id_(static_cast<std::int64_t>(seed) * 100'000'000),
      thread_([this, seed] { run(seed); }) {}

void Producing::end() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

std::set<std::int64_t> Producing::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

void Producing::run(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (!ending_) {
    try {
      round(random());
      std::this_thread::sleep_for(pause_);
    } catch (const std::exception& failure) {
      last_failure_ = failure.what();
      ++failures_;  // the broker was killed under it; what came of these messages the log tells
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void Producing::round(std::uint64_t dice) {
  const int kind = static_cast<int>(dice % 8);
  const char* note = kind == 0 ? "aborted" : kind <= 2 ? "committed" : "plain";
  const int partition = static_cast<int>(dice / 8 % static_cast<unsigned>(partitions_.load()));
  const std::int64_t count = 20 + static_cast<std::int64_t>(dice / 1024 % 180);
  std::vector<Record> records;
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < count; ++i) {
    ids.push_back(next_id_);
    records.push_back({.value = fmt::format(R"({{"id":{},"note":"{}"}})", next_id_++, note)});
  }
  // What a killed broker leaves open of a transaction holds up all who read behind it.
  KafkaLab lab(bootstrap_, std::chrono::seconds(10));
  if (kind > 2) {
    lab.produce(topic_, partition, records);
  } else {
    lab.produce_transaction(topic_, partition, records,
                            kind == 0 ? TransactionEnd::abort : TransactionEnd::commit);
  }
  if (kind <= 2) ++(kind == 0 ? aborted_ : committed_);
  if (kind == 0) return;
  const std::lock_guard lock(mutex_);
  acknowledged_.insert(ids.begin(), ids.end());
}

}  // namespace sluice::test
