#include "source/kafka/fetch_waker.h"

#include <utility>

#include "source/kafka/topics.h"

namespace sluice {
namespace {

constexpr int patience_ms = 200;
constexpr int usual_partitions = 16;

}  // namespace

FetchWaker::FetchWaker(rd_kafka_t* client)
    : client_(client), partitions_(rd_kafka_topic_partition_list_new(usual_partitions)) {}

FetchWaker::~FetchWaker() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void FetchWaker::add(const std::string& topic, std::int32_t partition) {
  const std::lock_guard lock(mutex_);
  rd_kafka_topic_partition_list_add(partitions_.get(), topic.c_str(), partition)->offset =
      KafkaTopics::at_beginning;
}

void FetchWaker::remove(const std::string& topic, std::int32_t partition) {
  const std::lock_guard lock(mutex_);
  rd_kafka_topic_partition_list_del(partitions_.get(), topic.c_str(), partition);
}

void FetchWaker::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_wanted_ = true;
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_one();
}

void FetchWaker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_wanted_ || is_closing_; });
    if (is_closing_) return;
    is_wanted_ = false;
    const PartitionListHandle asked(rd_kafka_topic_partition_list_copy(partitions_.get()));
    lock.unlock();
    rd_kafka_offsets_for_times(client_, asked.get(), patience_ms);
    lock.lock();
  }
}

}  // namespace sluice
