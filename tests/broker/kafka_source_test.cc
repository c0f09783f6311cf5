// The Kafka source against a real Apache Kafka: where logs end, and what cannot be seen of that.
#include "source/kafka/kafka_source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "source/kafka/producer.h"
#include "support/kafka_lab.h"
#include "support/log_watch.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;
using test::KafkaLab;
using test::LogWatch;
using test::Record;
using test::TransactionEnd;

// The system's, which a test may put forward instead of waiting.
class ForwardClock final : public Clock {
 public:
  Instant now() const override { return system_.now() + forward_.load(); }
  EpochMs wall_ms() const override { return system_.wall_ms(); }
  void put_forward(std::chrono::seconds by) { forward_ = forward_.load() + by; }

 private:
  SystemClock system_;
  std::atomic<std::chrono::seconds> forward_{0s};
};

struct Reader {
  explicit Reader(const std::string& address, std::vector<Property> properties = {},
                  bool bounded = true)
      : entry{.name = "shop",
              .place = {},
              .servers = address,
              .connect_timeout = 10s,
              .properties = std::move(properties),
              .topics = {}},
        source(entry, clock, stop, {.client_id = "test", .bounded = bounded}) {
    source.connect(soon());
  }

  Clock::Instant soon() const { return clock.now() + 20s; }

  TopicLog log(const std::string& topic, std::optional<EpochMs> from = {},
               std::optional<EpochMs> until = {}) {
    PlannedTopic planned;
    planned.source = entry.name;
    planned.topic = topic;
    planned.timestamp = from;
    planned.until_timestamp = until;
    return source.log(planned, soon());
  }

  // Reads every partition from its beginning to the end that is there now.
  void start_all(const std::string& topic) {
    for (const auto& partition : log(topic).partitions) {
      starts.push_back({.partition = static_cast<PartitionIndex>(starts.size()),
                        .topic = topic,
                        .number = partition.partition,
                        .next_offset = partition.low_offset,
                        .target_offset = partition.end_offset});
      next_offset.push_back(partition.low_offset);
    }
    source.start(starts);
  }

  void fetch(std::size_t most = 1000) {
    const auto fetched = source.fetch(100ms, most, SIZE_MAX);
    for (const auto& message : fetched.messages) {
      REQUIRE(message.offset >= next_offset[message.partition]);
      next_offset[message.partition] = message.offset + 1;
      values.emplace_back(message.value);
    }
    for (const auto& proof : fetched.proofs) {
      REQUIRE(proof.next_offset >= next_offset[proof.partition]);
      next_offset[proof.partition] = proof.next_offset;
    }
  }

  bool caught_up() const {
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (next_offset[i] < *starts[i].target_offset) return false;
    }
    return true;
  }

  // How long it took to come to all targets.
  std::chrono::milliseconds catch_up() {
    const auto begin = clock.now();
    while (!caught_up()) {
      fetch();
      REQUIRE(clock.now() - begin < 20s);
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - begin);
  }

  ForwardClock clock;
  StopSignal stop;
  SourceEntry entry;
  KafkaSource source;
  std::vector<StartAt> starts;
  std::vector<Offset> next_offset;
  std::vector<std::string> values;
};

using Values = std::vector<std::string>;

std::vector<Record> many(std::size_t count, std::size_t bytes) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back({.value = std::to_string(i) + std::string(bytes, 'x')});
  }
  return records;
}

TEST_CASE("a log that ends in a commit marker is read to its end") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-commit");
  lab.produce_transaction(topic, 0, test::values({"a", "b"}), TransactionEnd::commit);
  Reader reader(lab.bootstrap());
  reader.start_all(topic);
  CHECK(reader.catch_up() < 1s);
  CHECK(reader.values == Values{"a", "b"});
  CHECK(reader.next_offset[0] == 3);
}

// A question to a broker waits behind the fetch that waits for new messages there; from librdkafka
// 2.2 on none is asked.
TEST_CASE("a source that has given what was wanted does not wait for a fetch to end") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-end");
  lab.produce(topic, 0, many(20'000, 10));
  // Three of ten, on a machine that has other things to do: what waits is hardly ever quick.
  int quick = 0;
  for (int round = 0; round < 10 && quick < 3; ++round) {
    std::optional<Reader> reader(
        std::in_place, lab.bootstrap(),
        std::vector<Property>{{"fetch.wait.max.ms", "5000"}, {"queued.min.messages", "8000"}});
    reader->start_all(topic);
    reader->catch_up();
    CHECK(reader->values.size() == 20'000);
    reader->source.fetch(20ms, 1, 1);  // so that what was asked stands behind the fetch
    reader->source.stop(0);
    const auto start = SystemClock().now();
    reader.reset();
    if (SystemClock().now() - start < 150ms) ++quick;
  }
  CHECK(quick == 3);
}

TEST_CASE("fetchers are woken while anything is missing, whatever else the queue holds") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-missing", 2);
  lab.produce(topic, 0, many(20'000, 10));
  Offset target = 100;
  Offset count = 4000;
  std::size_t bytes = 10;
  bool stops = false;
  SUBCASE("what lies behind a target") {}
  SUBCASE("what was on its way of a partition that is done, and fills it") {
    stops = true;
    count = 40;
    bytes = 5000;  // four of them in an answer
  }
  SUBCASE("targets that no log reaches") { target = INT64_MAX; }
  lab.produce(topic, 1, many(static_cast<std::size_t>(count), bytes));
  const auto take = [&] {
    Reader reader(lab.bootstrap(),
                  {{"queued.min.messages", "400"}, {"fetch.message.max.bytes", "20000"}});
    reader.log(topic);
    reader.starts = {{.partition = 0, .topic = topic, .number = 0, .target_offset = target},
                     {.partition = 1,
                      .topic = topic,
                      .number = 1,
                      .target_offset = std::max(target, count)}};
    reader.next_offset = {0, 0};
    reader.source.start(reader.starts);
    const auto begin = SystemClock().now();
    while (reader.next_offset[1] < count) {
      reader.fetch(stops ? 10 : 1000);
      if (stops && reader.next_offset[0] >= target) reader.source.stop(0);
      REQUIRE(SystemClock().now() - begin < 20s);
    }
    return SystemClock().now() - begin;
  };
  // The quickest of a few. Fetchers that nobody wakes stand still for a second, again and again.
  Clock::Instant::duration least = 1h;
  for (int round = 0; round < 10 && least >= 900ms; ++round) least = std::min(least, take());
  CHECK(least < 900ms);
}

TEST_CASE("aborted messages are not read, and their place is passed") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-abort");
  lab.produce(topic, 0, test::values({"a"}));
  lab.produce_transaction(topic, 0, test::values({"x", "y"}), TransactionEnd::abort);
  Reader reader(lab.bootstrap());
  reader.start_all(topic);
  CHECK(reader.catch_up() < 1s);
  CHECK(reader.values == Values{"a"});
  CHECK(reader.next_offset[0] == 4);
}

TEST_CASE("a long aborted transaction hides nothing that comes after it") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-long-abort");
  lab.produce_transaction(topic, 0, many(20000, 1000), TransactionEnd::abort);
  lab.produce(topic, 0, test::values({"a"}));
  Reader reader(lab.bootstrap());
  reader.start_all(topic);
  reader.catch_up();
  CHECK(reader.values == Values{"a"});
}

TEST_CASE("an open transaction is the end for now") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-open");
  lab.produce(topic, 0, test::values({"a"}));
  auto open = lab.open_transaction(topic, 0, test::values({"x"}));
  lab.produce(topic, 0, test::values({"b"}));
  Reader reader(lab.bootstrap());
  reader.start_all(topic);
  CHECK(*reader.starts[0].target_offset == 1);
  CHECK(reader.catch_up() < 1s);
  CHECK(reader.values == Values{"a"});
  // Then it goes on from there.
  open.commit();
  reader.starts[0].target_offset = 4;
  reader.catch_up();
  CHECK(reader.values == Values{"a", "x", "b"});
}

TEST_CASE("an empty topic and one whose records were all deleted are at their end") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-deleted", 2);
  lab.produce(topic, 1, test::values({"a", "b", "c"}));
  lab.delete_records(topic, 1, -1);
  Reader reader(lab.bootstrap());
  const auto log = reader.log(topic);
  CHECK(log.partitions[0].low_offset == 0);
  CHECK(log.partitions[0].end_offset == 0);
  CHECK(log.partitions[1].low_offset == 3);
  CHECK(log.partitions[1].end_offset == 3);
  reader.start_all(topic);
  CHECK(reader.catch_up() < 1s);
  CHECK(reader.values.empty());
}

TEST_CASE("a log begins at its low offset") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-low");
  lab.produce(topic, 0, test::values({"a", "b", "c"}));
  lab.delete_records(topic, 0, 2);
  Reader reader(lab.bootstrap());
  CHECK(reader.log(topic).partitions[0].low_offset == 2);
  reader.start_all(topic);
  reader.catch_up();
  CHECK(reader.values == Values{"c"});
}

TEST_CASE("a tail that compaction took away is proven within two seconds") {
  KafkaLab lab(test::shared_broker());
  const auto hole =
      lab.fresh_topic_with_hole("source-hole", {{.key = "k", .value = "a"}, {.key = "l"}});
  Reader reader(lab.bootstrap());
  reader.start_all(hole.name);
  REQUIRE(*reader.starts[0].target_offset == hole.end_offset);
  const auto took = reader.catch_up();
  MESSAGE("proven after ", took.count(), " ms");
  CHECK(took < 2s);
  CHECK(reader.next_offset[0] == hole.end_offset);
  CHECK(reader.values.size() >= 1);
}

TEST_CASE("partitions that are being read go on where they are told, within two seconds") {
  KafkaLab lab(test::shared_broker());
  constexpr Offset end = 300;
  constexpr Offset place = 290;
  const auto topic = lab.fresh_topic("source-skip", 12);
  for (std::int32_t partition = 0; partition < 12; ++partition) {
    lab.produce(topic, partition, many(end, 10'000));
  }
  Reader reader(lab.bootstrap());
  reader.start_all(topic);
  // So few at once that the partition which comes last is far from its end.
  while (std::ranges::count(reader.next_offset, 0) > 0) reader.fetch(50);

  std::size_t wanted = 0;
  int skipped = 0;
  for (PartitionIndex partition = 0; partition < 12; ++partition) {
    Offset& next_offset = reader.next_offset[partition];
    if (next_offset < place) {
      reader.source.skip_to(partition, place);
      next_offset = place;
      ++skipped;
    }
    wanted += static_cast<std::size_t>(end - next_offset);
  }
  REQUIRE(skipped > 0);
  reader.values.clear();
  const auto took = reader.catch_up();
  MESSAGE(skipped, " of 12 skipped, at their ends after ", took.count(), " ms");
  CHECK(took < 2s);
  CHECK(reader.values.size() == wanted);
}

TEST_CASE("a target that the log has not reached yet is never proven") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-beyond");
  lab.produce(topic, 0, test::values({"a"}));
  Reader reader(lab.bootstrap());
  reader.source.start(std::vector<StartAt>{
      {.partition = 0, .topic = topic, .number = 0, .next_offset = 0, .target_offset = 100}});
  reader.next_offset = {0};
  const auto begin = reader.clock.now();
  while (reader.clock.now() - begin < 2500ms) reader.fetch();
  CHECK(reader.next_offset[0] == 1);
}

TEST_CASE("times are found, and those after the last message are not") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-times", 2);
  lab.produce(topic, 0,
              {{.value = "a", .timestamp_ms = 1000},
               {.value = "b", .timestamp_ms = 2000},
               {.value = "c", .timestamp_ms = 3000}});
  Reader reader(lab.bootstrap());
  const auto log = reader.log(topic, 1500, 3000);
  CHECK(log.partitions[0].timestamp_offset == 1);
  CHECK(log.partitions[0].until_timestamp_offset == 2);
  CHECK_FALSE(log.partitions[1].timestamp_offset);
  CHECK_FALSE(reader.log(topic, 3001).partitions[0].timestamp_offset);
  CHECK_FALSE(log.cluster_id.empty());
}

TEST_CASE("records that go while they are still to be read are told as source_changed") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-gone");
  lab.produce(topic, 0, test::values({"a", "b", "c"}));
  lab.delete_records(topic, 0, 2);
  Reader reader(lab.bootstrap());
  reader.source.start(std::vector<StartAt>{
      {.partition = 0, .topic = topic, .number = 0, .next_offset = 0, .target_offset = 3}});
  reader.next_offset = {0};
  try {
    for (int i = 0; i < 100; ++i) reader.fetch();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::source_changed);
    CHECK(std::string(error.what()).find(topic + "/0@0") != std::string::npos);
  }
}

TEST_CASE("a topic that is deleted while it is read ends the source, and is named") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-deleted");
  // librdkafka waits 30 s before it believes that a topic is gone.
  Reader reader(lab.bootstrap(), {{"topic.metadata.propagation.max.ms", "500"},
                                  {"topic.metadata.refresh.interval.ms", "200"}});
  reader.start_all(topic);
  reader.fetch();
  lab.delete_topic(topic);
  const auto begin = reader.clock.now();
  try {
    while (reader.clock.now() - begin < 15s) reader.fetch();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::no_input);
    CHECK(std::string(error.what()).find("topic \"" + topic + "\" is gone") == 0);
  }
}

TEST_CASE("a source that has nothing to read sees that its topic gets a partition") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-idle");
  Reader reader(lab.bootstrap(), {}, false);
  SUBCASE("it had nothing from the start") { reader.log(topic); }
  SUBCASE("it is done with what it had") {
    lab.produce(topic, 0, test::values({"a", "b"}));
    reader.start_all(topic);
    reader.catch_up();
    reader.source.stop(0);
  }
  lab.add_partitions(topic, 2);
  reader.fetch();
  CHECK_FALSE(reader.source.has_new_partitions());  // who asks often disturbs the brokers
  for (int i = 0; i < 20 && !reader.source.has_new_partitions(); ++i) {
    reader.clock.put_forward(3s);
    reader.fetch();
    CHECK_FALSE(reader.source.outage());  // nobody was asked for messages
  }
  CHECK(reader.source.has_new_partitions());
}

TEST_CASE("a source asks for its own topic, never for all that the brokers have") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-own");
  LogWatch log;
  {
    Reader reader(lab.bootstrap(), {{.name = "debug", .value = "metadata"}});
    reader.log(topic);
  }
  CHECK(log.text().find("Request metadata for 1 topic(s)") != std::string::npos);
  INFO(log.text());
  CHECK(log.text().find("metadata for all topics") == std::string::npos);
}

TEST_CASE("a missing topic is named with the nearest one, and is not created") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-nearest");
  Reader reader(lab.bootstrap());
  for (int i = 0; i < 2; ++i) {
    try {
      reader.log(topic + "x");
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::no_input);
      CHECK(std::string(error.what()).find("did you mean \"" + topic) != std::string::npos);
    }
  }
}

TEST_CASE("a topic is made when it is missing, and only then") {
  KafkaLab lab(test::shared_broker());
  const auto topic = lab.fresh_topic("source-made") + "-by-producer";
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry;
  entry.name = "shop";
  entry.servers = lab.bootstrap();
  Producer producer(entry, clock, stop);
  CHECK(producer.create_topic(topic, 3, clock.now() + 20s));
  CHECK_FALSE(producer.create_topic(topic, 5, clock.now() + 20s));
  CHECK(producer.topic_partitions(topic, clock.now() + 20s) == 3);
}

TEST_CASE("a killed broker is waited for, and everything arrives once") {
  test::OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  const auto topic = lab.fresh_topic("source-killed");
  lab.produce(topic, 0, test::values({"a", "b"}));
  Reader reader(broker.bootstrap());
  reader.start_all(topic);
  reader.catch_up();
  broker.kill();
  const auto begin = reader.clock.now();
  while (!reader.source.outage()) {
    reader.fetch();
    REQUIRE(reader.clock.now() - begin < 10s);
  }
  broker.restart();
  lab.produce(topic, 0, test::values({"c"}));
  reader.starts[0].target_offset = 3;
  reader.catch_up();
  CHECK(reader.values == Values{"a", "b", "c"});
  CHECK_FALSE(reader.source.outage());
  CHECK(reader.source.time_away() > 1s);
}

}  // namespace
}  // namespace sluice
