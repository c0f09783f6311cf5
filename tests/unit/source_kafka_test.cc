// The Kafka source against librdkafka's mock cluster: what needs a real broker stands in
// broker/kafka_source_test.cc.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/kafka/embedded_broker.h"
#include "source/kafka/fetch_limits.h"
#include "source/kafka/header_json.h"
#include "source/kafka/kafka_source.h"
#include "source/kafka/producer.h"
#include "source/kafka/properties.h"
#include "support/embedded_lab.h"
#include "support/log_watch.h"
#include "support/no_threads.h"
#include "support/process.h"
#include "support/stop.h"

namespace sluice {
namespace {

using namespace std::chrono_literals;

// The machine's clock, asked by every wait how much is left: something happens at an ask, and so
// before, between and after the steps of a wait without a thread that guesses when. Any thread may
// ask, and the one that asks does what happens.
class EventClock final : public Clock {
 public:
  Instant now() const override {
    if (--asks_left_ == 0) {
      happened_at_ = machine_.now();
      event_();
    }
    return machine_.now() + ahead_.load();
  }

  EpochMs wall_ms() const override { return machine_.wall_ms(); }

  // `event` happens at the ask of this number, counted from 1. Not while another thread asks.
  void at_ask(int number, std::function<void()> event) {
    event_ = std::move(event);
    happened_at_.reset();
    asks_left_ = number;
  }

  void jump(Instant::duration by) { ahead_ = by; }

  // None where there were not so many asks. Of the machine's time.
  std::optional<Instant> happened_at() const { return happened_at_; }

 private:
  SystemClock machine_;
  std::function<void()> event_;
  std::atomic<Instant::duration> ahead_{Instant::duration(0)};
  mutable std::atomic<int> asks_left_{0};
  mutable std::optional<Instant> happened_at_;
};

struct OrdersLab : test::EmbeddedLab {
  void produce(const std::string& topic, std::int32_t partition,
               const std::vector<std::string>& values) {
    Producer producer(entry, clock, stop);
    for (const auto& value : values) {
      producer.send(topic, {.partition = partition,
                            .key = {},
                            .value = value,
                            .headers = {},
                            .timestamp_ms = no_timestamp});
    }
    REQUIRE(producer.flush(soon()));
    REQUIRE(producer.result().delivered == static_cast<std::int64_t>(values.size()));
  }

  KafkaSource source() { return KafkaSource(entry, clock, stop, {.bounded = true}); }

  TopicLog log(KafkaSource& source, const std::string& topic,
               std::chrono::milliseconds patience = 10s) {
    PlannedTopic planned;
    planned.source = entry.name;
    planned.topic = topic;
    return source.log(planned, clock.now() + patience);
  }
};

std::vector<StartAt> from_the_start(const std::string& topic, const TopicLog& log) {
  std::vector<StartAt> starts;
  for (const auto& partition : log.partitions) {
    starts.push_back({.partition = static_cast<PartitionIndex>(starts.size()),
                      .topic = topic,
                      .number = partition.partition,
                      .next_offset = partition.low_offset,
                      .target_offset = partition.end_offset});
  }
  return starts;
}

// All that was read, as a job would keep it.
struct Taken {
  std::map<PartitionIndex, std::vector<std::string>> values;
  std::map<PartitionIndex, Offset> next_offset;
  std::map<PartitionIndex, Offset> proven;

  void take(const Fetched& fetched) {
    for (const auto& message : fetched.messages) {
      REQUIRE(message.offset >= next_offset[message.partition]);
      next_offset[message.partition] = message.offset + 1;
      values[message.partition].emplace_back(message.value);
    }
    for (const auto& proof : fetched.proofs) {
      REQUIRE(proof.next_offset >= next_offset[proof.partition]);
      next_offset[proof.partition] = proof.next_offset;
      proven[proof.partition] = proof.next_offset;
    }
  }
};

template <class Done>
void read_until(KafkaSource& source, Taken& taken, std::size_t most, Done done) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!done()) {
    taken.take(source.fetch(100ms, most, SIZE_MAX));
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

template <class Doing>
Error source_error(Doing doing) {
  try {
    doing();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ExitCode::ok, ""};
}

bool contains(const Error& error, std::string_view part) {
  return std::string_view(error.what()).find(part) != std::string_view::npos;
}

int count(const std::string& text, std::string_view words) {
  int found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

auto since(Clock::Instant start) { return std::chrono::steady_clock::now() - start; }

SourceEntry shop_where_nobody_listens() {
  SourceEntry entry;
  entry.name = "shop";
  entry.servers = "127.0.0.1:1";
  return entry;
}

TEST_CASE("a broker that refuses the connection ends the wait at connect_timeout, with its cause") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  entry.connect_timeout = 600ms;
  KafkaSource source(entry, clock, stop, {});
  const auto start = clock.now();
  const auto error = source_error([&] { source.connect(clock.now() + 60s); });
  CHECK(error.code() == ExitCode::unavailable);
  CHECK(contains(error, "source \"shop\""));
  CHECK(contains(error, "127.0.0.1:1"));
  CHECK(contains(error, "Connection refused"));
  CHECK(contains(error, "hint: nothing listens there"));
  CHECK(since(start) >= 600ms);
  CHECK(since(start) < 1500ms);
}

TEST_CASE("a deadline before connect_timeout ends the wait as well") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  KafkaSource source(entry, clock, stop, {});
  const auto start = clock.now();
  CHECK(source_error([&] { source.connect(clock.now() + 300ms); }).code() == ExitCode::unavailable);
  CHECK(since(start) < 1500ms);
}

TEST_CASE("a property that librdkafka does not know is a wrong definition that names it") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  SUBCASE("its name") { entry.properties = {{"fetch.max.byte", "5"}}; }
  SUBCASE("its value") { entry.properties = {{"fetch.max.bytes", "much"}}; }
  const auto error = source_error([&] { KafkaSource(entry, clock, stop, {}); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(contains(error, "source \"shop\": property \"fetch.max.byte"));
  CHECK(contains(error, "onfiguration property"));
}

TEST_CASE("a source may have larger messages than we let an answer of a broker be") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  entry.properties = {{"message.max.bytes", "20000000"}};
  CHECK_NOTHROW(KafkaSource(entry, clock, stop, {}));
  entry.properties.push_back({"fetch.max.bytes", "19999999"});  // this is the user's to mend
  const auto error = source_error([&] { KafkaSource(entry, clock, stop, {}); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(contains(error, "fetch.max.bytes"));
}

TEST_CASE("the library takes the queue that is made for any memory") {
  for (const std::size_t memory : {std::size_t{2} << 20, std::size_t{1} << 40}) {
    const std::string kilobytes = std::to_string(fetch_limits(memory).queued_bytes / 1024);
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    CHECK(rd_kafka_conf_set(conf, "queued.max.messages.kbytes", kilobytes.c_str(), nullptr, 0) ==
          RD_KAFKA_CONF_OK);
    rd_kafka_conf_destroy(conf);
  }
}

TEST_CASE("an answer of a broker is no larger than what a source lets its client receive") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  entry.properties = {{"receive.message.max.bytes", "2000000"}};
  const std::size_t plenty = std::size_t{512} << 20;
  CHECK(why_no_client(entry).empty());
  CHECK_NOTHROW(KafkaSource(entry, clock, stop, {.memory_bytes = plenty}));
  entry.properties = {{"receive.message.max.bytes", "1000000"}};  // a message may be as large
  CHECK(why_no_client(entry).find("receive.message.max.bytes") != std::string::npos);
}

TEST_CASE("a certificate file that is not there is a wrong definition") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  entry.security.protocol = Protocol::ssl;
  entry.security.ca.value = "/nowhere/ca.pem";
  const auto error = source_error([&] { KafkaSource(entry, clock, stop, {}); });
  CHECK(error.code() == ExitCode::definition);
  CHECK(contains(error, "source \"shop\""));
  CHECK(contains(error, "ssl.ca.location"));
}

TEST_CASE("a secret never stands in an error") {
  SystemClock clock;
  StopSignal stop;
  SourceEntry entry = shop_where_nobody_listens();
  entry.connect_timeout = 100ms;
  entry.security.protocol = Protocol::sasl_plaintext;
  entry.security.mechanism.value = "PLAIN";
  entry.security.username.value = "alice";
  entry.security.password.value = "hush-hush";
  KafkaSource source(entry, clock, stop, {});
  CHECK_FALSE(contains(source_error([&] { source.connect(clock.now() + 1s); }), "hush"));
}

TEST_CASE("a topic that does not exist is named with the nearest one") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.broker.create_topic("ordres", 1);  // the mock makes any topic it is asked for
  rd_kafka_mock_topic_set_error(lab.broker.cluster(), "ordres",
                                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  auto source = lab.source();
  source.connect(lab.soon());
  const auto error = source_error([&] { lab.log(source, "ordres"); });
  CHECK(error.code() == ExitCode::no_input);
  CHECK(std::string(error.what())
            .starts_with(
                "topic \"ordres\" does not exist at source \"shop\" (did you mean \"orders\"?)"));
}

TEST_CASE("a topic without rights is not_authorised, at once") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  rd_kafka_mock_topic_set_error(lab.broker.cluster(), "orders",
                                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  auto source = lab.source();
  source.connect(lab.soon());
  const auto start = lab.clock.now();
  const auto error = source_error([&] { lab.log(source, "orders"); });
  CHECK(error.code() == ExitCode::not_authorised);
  CHECK(contains(error, "refuses access to topic \"orders\""));
  CHECK(since(start) < 2s);
}

TEST_CASE("brokers that do not answer say nothing of a topic's policy") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  EventClock clock;
  KafkaSource source(lab.entry, clock, lab.stop, {.bounded = true});
  source.connect(lab.soon());
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  SUBCASE("an error, when it is patient no longer") {
    clock.at_ask(4, [&] { clock.jump(5s); });
    const auto error = source_error([&] { source.is_compacted("orders"); });
    CHECK(error.code() == ExitCode::unavailable);
    CHECK(contains(error, "source \"shop\": cannot ask for the policy of topic \"orders\": "));
  }
  SUBCASE("a signal ends the wait") {
    clock.at_ask(4, [&] { lab.stop.raise(15); });
    CHECK(source_error([&] { source.is_compacted("orders"); }).is_interruption());
    REQUIRE(clock.happened_at());
    CHECK(since(*clock.happened_at()) < 250ms + 150ms);  // and what a busy machine adds
  }
}

TEST_CASE("a topic whose leaders are being elected is waited for") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 2);
  rd_kafka_mock_partition_set_leader(lab.broker.cluster(), "orders", 1, -1);
  EventClock clock;
  KafkaSource source(lab.entry, clock, lab.stop, {.bounded = true});
  source.connect(lab.soon());
  // Later than the first answer, which knows no leader, and than the last ask of a call that does
  // not wait.
  clock.at_ask(8,
               [&] { rd_kafka_mock_partition_set_leader(lab.broker.cluster(), "orders", 1, 1); });
  const auto log = lab.log(source, "orders");
  REQUIRE(clock.happened_at());
  CHECK(log.partitions.size() == 2);
}

TEST_CASE("offsets that a broker fails to tell once are asked for again") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 2);
  lab.produce("orders", 1, {"a", "b"});
  rd_kafka_mock_push_request_errors(lab.broker.cluster(), 2 /* ListOffsets */, 2,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE);
  auto source = lab.source();
  source.connect(lab.soon());
  const auto log = lab.log(source, "orders");
  REQUIRE(log.partitions.size() == 2);
  CHECK(log.partitions[0].end_offset == 0);
  CHECK(log.partitions[1].end_offset == 2);
  CHECK_FALSE(log.cluster_id.empty());
}

TEST_CASE("every partition arrives whole and in its order, however small the fetches") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 3);
  std::map<PartitionIndex, std::vector<std::string>> produced;
  for (std::int32_t partition = 0; partition < 3; ++partition) {
    auto& values = produced[static_cast<PartitionIndex>(partition)];
    for (int i = 0; i < 50 + partition; ++i) {
      values.push_back(std::to_string(partition) + "/" + std::to_string(i));
    }
    lab.produce("orders", partition, values);
  }
  std::size_t most = 0;
  SUBCASE("one message") { most = 1; }
  SUBCASE("seven") { most = 7; }
  SUBCASE("all") { most = 1000; }
  auto source = lab.source();
  source.connect(lab.soon());
  const auto log = lab.log(source, "orders");
  source.start(from_the_start("orders", log));
  Taken taken;
  read_until(source, taken, most, [&] { return taken.proven.size() == 3; });
  CHECK(taken.values == produced);
  CHECK(taken.next_offset[2] == 52);
  CHECK(source.repeated() == 0);
}

TEST_CASE("reading begins where it is told to") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a", "b", "c"});
  auto source = lab.source();
  source.connect(lab.soon());
  lab.log(source, "orders");
  source.start(std::vector<StartAt>{
      {.partition = 4, .topic = "orders", .number = 0, .next_offset = 1, .target_offset = 3}});
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.next_offset[4] == 3; });
  CHECK(taken.values[4] == std::vector<std::string>{"b", "c"});
}

TEST_CASE("the end of a partition is proven behind its messages, an empty one's at once") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 2);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.size() == 2; });
  CHECK(taken.proven[0] == 1);
  CHECK(taken.proven[1] == 0);
}

TEST_CASE("a message that comes after an end was proven arrives after the proof") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.count(0) == 1; });
  lab.produce("orders", 0, {"b", "c"});
  read_until(source, taken, 10, [&] { return taken.proven[0] == 3; });
  CHECK(taken.values[0] == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a stopped partition gives nothing more, the others go on") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 2);
  lab.produce("orders", 0, {"a", "b", "c"});
  lab.produce("orders", 1, {"x", "y", "z"});
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 1, [&] { return taken.values.size() == 1; });
  const auto first = taken.values.begin()->first;
  source.stop(first);
  const auto before = taken.values[first];
  read_until(source, taken, 10, [&] { return taken.proven.count(1 - first) == 1; });
  CHECK(taken.values[first] == before);
  CHECK(taken.values[1 - first].size() == 3);
}

TEST_CASE("null and empty differ, in keys and in values") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  const OutgoingMessage cases[] = {
      {.partition = 0, .key = {}, .value = {}, .headers = {}, .timestamp_ms = 1000},
      {.partition = 0, .key = "", .value = "", .headers = {}, .timestamp_ms = 2000},
      {.partition = 0, .key = "k", .value = "v", .headers = {}, .timestamp_ms = 3000}};
  for (const auto& message : cases) producer.send("orders", message);
  REQUIRE(producer.flush(lab.soon()));
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  std::size_t seen = 0;
  while (seen < 3) {
    for (const auto& message : source.fetch(1s, 10, SIZE_MAX).messages) {
      CAPTURE(seen);
      CHECK(is_null(message.key) == (seen == 0));
      CHECK(is_null(message.value) == (seen == 0));
      CHECK(message.value == (seen == 2 ? "v" : ""));
      CHECK(message.timestamp_ms == static_cast<EpochMs>(seen + 1) * 1000);
      CHECK(is_null(message.headers));
      ++seen;
    }
  }
}

TEST_CASE("headers are a JSON array of pairs: repeated, null, empty, binary and hostile ones") {
  using Headers = std::vector<std::pair<std::string_view, Bytes>>;
  struct Row {
    Headers headers;
    std::string_view json;
  };
  const Row rows[] = {
      {{{"a", "1"}}, R"([["a","1"]])"},
      {{{"a", "1"}, {"a", "2"}}, R"([["a","1"],["a","2"]])"},
      {{{"none", {}}, {"empty", ""}}, R"([["none",null],["empty",""]])"},
      {{{"q\"", "line\n"}}, R"([["q\"","line\n"]])"},
      {{{"ü", "é"}}, "[[\"ü\",\"é\"]]"},
      {{{"b", "\xff"}}, R"([["b",{"base64":"/w=="}]])"},
      {{{"b", "\xff\xfe"}}, R"([["b",{"base64":"//4="}]])"},
      {{{"b", "\xff\xfe\xfd"}}, R"([["b",{"base64":"//79"}]])"},
      {{{"b", "ab\xed\xa0\x80"}}, R"([["b",{"base64":"YWLtoIA="}]])"},  // a lone surrogate
  };
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  for (const auto& row : rows) {
    producer.send("orders", {.partition = 0,
                             .key = {},
                             .value = "v",
                             .headers = row.headers,
                             .timestamp_ms = no_timestamp});
  }
  REQUIRE(producer.flush(lab.soon()));
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  std::size_t seen = 0;
  while (seen < std::size(rows)) {
    for (const auto& message : source.fetch(1s, 100, SIZE_MAX).messages) {
      CHECK(message.headers == rows[seen++].json);
    }
  }
}

TEST_CASE("headers are found, and found missing, whatever the size of the value before them") {
  const std::size_t sizes[] = {0, 1, 63, 64, 8'191, 8'192, 500'000};
  const std::string bytes(500'000, '\0');
  const std::pair<std::string_view, Bytes> header[] = {{"a", "1"}};
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  Producer producer(lab.entry, lab.clock, lab.stop);
  for (const std::size_t size : sizes) {
    for (const bool has_header : {false, true}) {
      OutgoingMessage message{.partition = 0,
                              .key = "k",
                              .value = Bytes(bytes).substr(0, size),
                              .headers = {},
                              .timestamp_ms = no_timestamp};
      if (has_header) message.headers = header;
      producer.send("orders", message);
    }
  }
  REQUIRE(producer.flush(lab.soon()));
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  std::size_t seen = 0;
  while (seen < 2 * std::size(sizes)) {
    for (const auto& message : source.fetch(1s, 100, SIZE_MAX).messages) {
      CAPTURE(seen);
      CHECK(message.value.size() == sizes[seen / 2]);
      CHECK(message.headers == (seen % 2 == 0 ? "" : R"([["a","1"]])"));
      CHECK(is_null(message.headers) == (seen % 2 == 0));
      ++seen;
    }
  }
}

TEST_CASE("only a record as Kafka writes it shows that a message has no headers") {
  const auto shows_none = [](const std::string& before, const std::string& value, char behind) {
    std::string record = "\x80\x80\x80\x80\x80" + before + value + behind;
    rd_kafka_message_t message{};
    message.payload = record.data() + 5 + before.size();
    message.len = value.size();
    return shows_no_headers(message);
  };
  CHECK(shows_none("\x02", "v", 0));
  CHECK(!shows_none("\x02", "v", 2));                      // one header
  CHECK(!shows_none("\x01", "v", 0));                      // another length
  CHECK(!shows_none(std::string("\0\0\0\1", 4), "v", 0));  // the formats before
  CHECK(!shows_none(std::string("\0\0\0\0", 4), "", 0));   // the same bytes in both
  CHECK(shows_none("\x7E", std::string(63, 'v'), 0));
  CHECK(shows_none("\x80\x01", std::string(64, 'v'), 0));
  CHECK(!shows_none(std::string("\x80\x00", 2), std::string(64, 'v'), 0));
  CHECK(shows_none("\xFE\x7F", std::string(8'191, 'v'), 0));
  CHECK(shows_none("\x80\x80\x01", std::string(8'192, 'v'), 0));
  CHECK(!shows_none("\x80\x80\x01", std::string(8'192, 'v'), 4));
  CHECK(!shows_no_headers(rd_kafka_message_t{}));
}

TEST_CASE("a signal ends the wait for a broker and the wait for messages within 250 ms") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  EventClock clock;
  // At one of these asks the longest step of the wait begins.
  constexpr int asks = 5;
  const auto ends_in_time = [&] {
    REQUIRE(clock.happened_at());
    CHECK(since(*clock.happened_at()) < 250ms + 150ms);  // and what a busy machine adds
    test::forget(lab.stop);
  };
  SUBCASE("connecting") {
    int first = 1;
    int last = asks;
    SUBCASE("nobody is there") { rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1); }
    SUBCASE("nobody answers") {  // where steps get longer
      rd_kafka_mock_broker_set_rtt(lab.broker.cluster(), 1, 60'000);
      first = 2 * asks + 1;
      last = first;
    }
    for (int ask = first; ask <= last; ++ask) {
      CAPTURE(ask);
      KafkaSource source(lab.entry, clock, lab.stop, {.bounded = true});
      clock.at_ask(ask, [&] { lab.stop.raise(15); });
      const Error error = source_error([&] { source.connect(lab.soon()); });
      CHECK(error.is_interruption());
      ends_in_time();
    }
  }
  SUBCASE("fetching") {
    KafkaSource source(lab.entry, clock, lab.stop, {.bounded = true});
    source.connect(lab.soon());
    source.start(from_the_start("orders", lab.log(source, "orders")));
    while (source.fetch(1s, 10, SIZE_MAX).proofs.empty()) {
    }
    for (int ask = 1; ask <= asks; ++ask) {
      CAPTURE(ask);
      clock.at_ask(ask, [&] { lab.stop.raise(15); });
      CHECK(source.fetch(30s, 10, SIZE_MAX).messages.empty());
      ends_in_time();
    }
  }
}

TEST_CASE("who gets no answer to a question says how long it had waited for one") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  auto source = lab.source();
  source.connect(lab.soon());
  rd_kafka_mock_broker_set_rtt(lab.broker.cluster(), 1, 60'000);
  const auto asked = std::chrono::steady_clock::now();
  const Error error = source_error([&] { lab.log(source, "orders", 300ms); });
  CHECK(since(asked) >= 300ms);
  CHECK(error.code() == ExitCode::unavailable);
  // And no more: who has let us in speaks Kafka's protocol.
  const std::string text = error.what();
  const std::regex sentence(
      R"(source "shop": cannot find the leaders of topic "orders": no answer in ([0-9.]+) s)");
  std::smatch seconds;
  REQUIRE(std::regex_match(text, seconds, sentence));
  CHECK(std::stod(seconds[1]) >= 0.3);
}

TEST_CASE("a broker that goes away is waited for, and the time is counted") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.count(0) == 1; });
  CHECK_FALSE(source.outage());
  CHECK(source.time_away() == 0ms);

  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  read_until(source, taken, 10, [&] { return source.outage().has_value(); });
  CHECK_FALSE(source.outage()->cause.empty());
  read_until(source, taken, 10, [&] { return source.time_away() >= 1s; });
  CHECK(taken.proven[0] == 1);

  rd_kafka_mock_broker_set_up(lab.broker.cluster(), 1);
  lab.produce("orders", 0, {"b"});
  read_until(source, taken, 10, [&] { return taken.values[0].size() == 2; });
  CHECK_FALSE(source.outage());
  const auto away = source.time_away();
  CHECK(away >= 1s);
  source.fetch(100ms, 10, SIZE_MAX);
  CHECK(source.time_away() == away);
}

TEST_CASE("an outage ends without a message: an idle topic is no reason to call brokers away") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.count(0) == 1; });
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  read_until(source, taken, 10, [&] { return source.outage().has_value(); });
  rd_kafka_mock_broker_set_up(lab.broker.cluster(), 1);
  read_until(source, taken, 10, [&] { return !source.outage(); });
  CHECK(source.time_away() > 0ms);
}

TEST_CASE("a job that was stopped, or its machine with it, blames no broker when it goes on") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  EventClock clock;
  KafkaSource source(lab.entry, clock, lab.stop, {.bounded = true});
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.count(0) == 1; });
  clock.jump(30s);
  source.fetch(0ms, 10, SIZE_MAX);
  CHECK_FALSE(source.outage());
  CHECK(source.time_away() == 0ms);
}

TEST_CASE("nothing is proven while the brokers are away") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  auto starts = from_the_start("orders", lab.log(source, "orders"));
  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  source.start(starts);
  Taken taken;
  read_until(source, taken, 10, [&] { return source.time_away() >= 2500ms; });
  CHECK(taken.values.empty());
  CHECK(taken.proven.empty());
  rd_kafka_mock_broker_set_up(lab.broker.cluster(), 1);
  read_until(source, taken, 10, [&] { return taken.next_offset[0] == 1; });
  CHECK(taken.values[0] == std::vector<std::string>{"a"});
}

TEST_CASE("nothing is proven while a broker's answers fail") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  auto starts = from_the_start("orders", lab.log(source, "orders"));
  std::vector<rd_kafka_resp_err_t> errors(25, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  rd_kafka_mock_push_request_errors_array(lab.broker.cluster(), 1 /* Fetch */, errors.size(),
                                          errors.data());
  source.start(starts);
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.next_offset[0] == 1; });
  CHECK(taken.values[0] == std::vector<std::string>{"a"});
}

TEST_CASE("a position that is not in the log is source_changed, and named") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  lab.log(source, "orders");
  source.start(std::vector<StartAt>{
      {.partition = 0, .topic = "orders", .number = 0, .next_offset = 7, .target_offset = {}}});
  const auto error = source_error([&] {
    for (int i = 0; i < 100; ++i) source.fetch(100ms, 10, SIZE_MAX);
  });
  CHECK(error.code() == ExitCode::source_changed);
  CHECK(contains(error, "orders/0@7"));
  CHECK(contains(error, "source \"shop\""));
}

TEST_CASE("another cluster behind the same servers is told before any of its messages") {
  OrdersLab lab;
  EmbeddedBroker other;
  lab.broker.create_topic("orders", 1);
  other.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  lab.entry.servers = other.address();
  lab.produce("orders", 0, {"x", "y", "z"});
  rd_kafka_mock_broker_set_down(other.cluster(), 1);
  lab.entry.servers = lab.broker.address() + "," + other.address();
  auto source = lab.source();
  source.connect(lab.soon());
  source.start(from_the_start("orders", lab.log(source, "orders")));
  Taken taken;
  read_until(source, taken, 10, [&] { return taken.proven.count(0) == 1; });

  rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
  rd_kafka_mock_broker_set_up(other.cluster(), 1);
  const auto error =
      source_error([&] { read_until(source, taken, 10, [&] { return taken.values[0].size() > 1; }); });
  CHECK(error.code() == ExitCode::source_changed);
  CHECK(contains(error, "source \"shop\": its brokers are those of cluster "));
  CHECK(taken.values[0] == std::vector<std::string>{"a"});
}

// A source that has read a message from one connection of its brokers, and gets another one, whose
// metadata are still to come while it has messages.
struct Reconnected {
  explicit Reconnected(int rtt_ms) {
    lab.broker.create_topic("orders", 1);
    lab.produce("orders", 0, std::vector<std::string>(messages, "value"));
    source.connect(lab.soon());
    source.start(from_the_start("orders", lab.log(source, "orders")));
    read_until(source, taken, 1, [&] { return taken.next_offset[0] == 1; });
    rd_kafka_mock_broker_set_rtt(lab.broker.cluster(), 1, rtt_ms);
    rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1);
    rd_kafka_mock_broker_set_up(lab.broker.cluster(), 1);
  }

  // The queue holds more than are read until the connection is there.
  void read_until_held_back() {
    REQUIRE(test::eventually([&] {
      const Fetched fetched = source.fetch(0ms, 1, SIZE_MAX);
      taken.take(fetched);
      return fetched.messages.empty();
    }));
    REQUIRE(taken.values[0].size() + 10 < messages);
  }

  static constexpr std::size_t messages = 5'000;
  OrdersLab lab;
  EventClock clock;
  KafkaSource source{lab.entry, clock, lab.stop, {.bounded = true}};
  Taken taken;
};

TEST_CASE("an unanswered question which cluster it is ends a fetch with its time, or at a signal") {
  constexpr auto noticed = 250ms + 150ms;  // and what a busy machine adds
  const test::LogWatch log;
  Reconnected one(60'000);
  const auto words = [&] { return count(log.text(), "what its brokers say of their cluster"); };
  one.read_until_held_back();
  Clock::Instant::duration longest{0};
  REQUIRE(test::eventually([&] {
    const auto start = one.lab.clock.now();
    CHECK(one.source.fetch(10ms, 10, SIZE_MAX).messages.empty());
    longest = std::max<Clock::Instant::duration>(longest, since(start));
    return words() > 0;
  }));
  CHECK(longest < noticed);
  CHECK(words() == 1);
  one.clock.jump(61s);
  one.source.fetch(10ms, 10, SIZE_MAX);
  CHECK(words() == 2);

  one.lab.stop.raise(15);
  const auto start = one.lab.clock.now();
  CHECK(one.source.fetch(30s, 10, SIZE_MAX).messages.empty());
  CHECK(since(start) < noticed);
}

TEST_CASE("an answer to that question that is slower than a fetch is taken all the same") {
  constexpr int rtt_ms = 400;
  Reconnected one(rtt_ms);
  one.read_until_held_back();
  read_until(one.source, one.taken, 1000,
             [&] { return one.taken.next_offset[0] == static_cast<Offset>(Reconnected::messages); });
  CHECK(one.taken.values[0].size() == Reconnected::messages);
}

TEST_CASE("that question is asked as well where the system has no thread for it") {
  const test::LogWatch log;
  Reconnected one(0);
  const test::NoMoreThreads none;
  REQUIRE(test::eventually([&] {
    one.taken.take(one.source.fetch(0ms, 1, SIZE_MAX));
    return count(log.text(), "asks without a thread beside") > 0;
  }));
  REQUIRE(one.taken.values[0].size() + 100 < Reconnected::messages);
  const Offset known = one.taken.next_offset[0];
  read_until(one.source, one.taken, 1, [&] { return one.taken.next_offset[0] > known; });
}

TEST_CASE("an error that stays with one offset ends the source after ten tries") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 1);
  lab.produce("orders", 0, {"a"});
  auto source = lab.source();
  source.connect(lab.soon());
  auto starts = from_the_start("orders", lab.log(source, "orders"));
  std::vector<rd_kafka_resp_err_t> errors(9, RD_KAFKA_RESP_ERR_INVALID_MSG);
  bool ends = false;
  SUBCASE("nine pass") {}
  SUBCASE("ten do not") {
    errors.push_back(RD_KAFKA_RESP_ERR_INVALID_MSG);
    ends = true;
  }
  rd_kafka_mock_push_request_errors_array(lab.broker.cluster(), 1 /* Fetch */, errors.size(),
                                          errors.data());
  source.start(starts);
  Taken taken;
  const auto read = [&] {
    read_until(source, taken, 10, [&] { return taken.next_offset[0] == 1; });
  };
  if (ends) {
    const auto error = source_error(read);
    CHECK(error.code() == ExitCode::unavailable);
    CHECK(contains(error, "orders/0@0"));
  } else {
    read();
    CHECK(taken.values[0].size() == 1);
  }
}

TEST_CASE("a look for new partitions ends where nobody answers, and at a signal") {
  constexpr int topics = 12;
  OrdersLab lab;
  EventClock clock;
  KafkaSource source(lab.entry, clock, lab.stop, {});
  source.connect(lab.soon());
  for (int i = 0; i < topics; ++i) {
    const std::string topic = "orders-" + std::to_string(i);
    lab.broker.create_topic(topic, 1);
    lab.log(source, topic);
  }
  clock.jump(30s);
  SUBCASE("nobody answers") { rd_kafka_mock_broker_set_down(lab.broker.cluster(), 1); }
  SUBCASE("a signal, where answers take their time") {
    rd_kafka_mock_broker_set_rtt(lab.broker.cluster(), 1, 200);
    lab.stop.raise(15);
  }
  const auto start = lab.clock.now();
  source.fetch(0ms, 1, 1);
  CHECK(since(start) < 1s);
}

TEST_CASE("a source goes quickly, in the middle of its messages as well") {
  OrdersLab lab;
  lab.broker.create_topic("orders", 4);
  for (std::int32_t partition = 0; partition < 4; ++partition) {
    lab.produce("orders", partition, std::vector<std::string>(5000, "value"));
  }
  // The quickest of a few, on a machine that has other things to do: what waits is never quick.
  Clock::Instant::duration least = 1h;
  for (int round = 0; round < 10 && least >= 500ms; ++round) {
    Clock::Instant start;
    {
      auto source = lab.source();
      source.connect(lab.soon());
      source.start(from_the_start("orders", lab.log(source, "orders")));
      Taken taken;
      read_until(source, taken, 100, [&] { return !taken.values.empty(); });
      start = lab.clock.now();
    }
    least = std::min<Clock::Instant::duration>(least, since(start));
  }
  CHECK(least < 500ms);
}

TEST_CASE("a partition that sends nothing, its leader being away, is told") {
  const test::LogWatch watch;  // before and after those who log
  OrdersLab lab;
  lab.broker.create_topic("orders", 2);
  lab.produce("orders", 1, {"a", "b"});
  auto source = lab.source();
  source.connect(lab.soon());
  const auto log = lab.log(source, "orders");
  rd_kafka_mock_partition_set_leader(lab.broker.cluster(), "orders", 1, -1);
  source.start(from_the_start("orders", log));
  Taken taken;
  const auto is_told = [&] {
    return watch.text().find("source \"shop\": nothing comes from orders/1@0 for ") !=
           std::string::npos;
  };
  const auto deadline = lab.clock.now() + 30s;
  while (!is_told() && lab.clock.now() < deadline) taken.take(source.fetch(100ms, 10, SIZE_MAX));
  CHECK(is_told());
  CHECK_FALSE(source.outage());
  CHECK(taken.values[1].empty());
}

TEST_CASE("a leader that cannot be reached ends the wait at connect_timeout, with its cause") {
  SystemClock clock;
  StopSignal stop;
  EmbeddedBroker brokers(2);
  brokers.create_topic("orders", 2);
  rd_kafka_mock_partition_set_leader(brokers.cluster(), "orders", 0, 1);
  rd_kafka_mock_partition_set_leader(brokers.cluster(), "orders", 1, 2);
  rd_kafka_mock_broker_set_down(brokers.cluster(), 2);
  const std::string servers = brokers.address();
  const auto comma = servers.find(',');
  SourceEntry entry;
  entry.name = "shop";
  entry.servers = servers.substr(0, comma);
  entry.connect_timeout = 1s;
  KafkaSource source(entry, clock, stop, {.bounded = true});
  const auto start = clock.now();
  source.connect(start + 60s);
  PlannedTopic topic;
  topic.source = "shop";
  topic.topic = "orders";
  const auto error = source_error([&] { source.log(topic, start + 60s); });
  CHECK(error.code() == ExitCode::unavailable);
  CHECK(contains(error, "cannot ask for the offsets of topic \"orders\""));
  CHECK(contains(error, servers.substr(comma + 1)));
  CHECK(since(start) < 10s);
}

}  // namespace
}  // namespace sluice
