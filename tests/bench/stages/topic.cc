#include "bench/stages/topic.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop_signal.h"
#include "plan/plan.h"
#include "plan/positions.h"
#include "source/kafka/kafka_source.h"

namespace sluice::bench {
namespace {

using namespace std::chrono_literals;

// A topic at a cluster, opened.
class Topic {
 public:
  Topic(const std::string& servers, const std::string& topic) : entry_(entry_at(servers)) {
    planned_.source = entry_.name;
    planned_.topic = topic;
    const Clock::Instant deadline = clock_.now() + 30s;
    source_.connect(deadline);
    log_ = source_.log(planned_, deadline);
  }

  std::int64_t message_count() const {
    std::int64_t count = 0;
    for (const PartitionLog& partition : log_.partitions) {
      count += partition.end_offset - partition.low_offset;
    }
    return count;
  }

  Consumed consume() {
    LoadPlan plan;
    plan.topics = {planned_};
    Consumed consumed;
    std::vector<Offset> left = start();
    Stopwatch watch;
    while (std::ranges::any_of(left, [](Offset offsets) { return offsets > 0; })) {
      consumed.messages += fetch(left, plan);
    }
    consumed.took = watch.lap();
    return consumed;
  }

 private:
  static SourceEntry entry_at(const std::string& servers) {
    SourceEntry entry;
    entry.name = "bench";
    entry.servers = servers;
    return entry;
  }

  // Offsets to go in each partition.
  std::vector<Offset> start() {
    std::vector<StartAt> starts;
    std::vector<Offset> left;
    for (const PartitionLog& partition : log_.partitions) {
      left.push_back(partition.end_offset - partition.low_offset);
      if (left.back() == 0) continue;
      starts.push_back({.partition = static_cast<PartitionIndex>(left.size() - 1),
                        .topic = planned_.topic,
                        .number = partition.partition,
                        .next_offset = partition.low_offset,
                        .end_offset = partition.end_offset,
                        .target_offset = partition.end_offset});
    }
    source_.start(starts);
    return left;
  }

  std::int64_t fetch(std::vector<Offset>& left, const LoadPlan& plan) {
    const Fetched fetched =
        source_.fetch(100ms, static_cast<std::size_t>(plan.fetch_messages), plan.batch.bytes);
    std::int64_t count = 0;
    for (const Message& message : fetched.messages) {
      const PartitionLog& partition = log_.partitions[message.partition];
      if (message.offset >= partition.end_offset) continue;
      left[message.partition] = partition.end_offset - message.offset - 1;
      ++count;
    }
    for (const Proof& proof : fetched.proofs) {
      Offset& to_go = left[proof.partition];
      to_go = std::min(to_go, log_.partitions[proof.partition].end_offset - proof.next_offset);
    }
    return count;
  }

  SourceEntry entry_;
  PlannedTopic planned_;
  SystemClock clock_;
  StopSignal stop_;
  KafkaSource source_{entry_, clock_, stop_, {.client_id = "sluice-bench", .bounded = true}};
  TopicLog log_;
};

}  // namespace

Consumed consume(const std::string& servers, const std::string& topic) {
  return Topic(servers, topic).consume();
}

std::int64_t message_count(const std::string& servers, const std::string& topic) {
  try {
    return Topic(servers, topic).message_count();
  } catch (const Error& error) {
    if (error.code() == ExitCode::no_input) return 0;
    throw;
  }
}

}  // namespace sluice::bench
