// Our own code on the load path allocates nothing per message: counted at operator new, which this
// file replaces for the whole test binary, over 100,000 messages.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "job/reader.h"
#include "source/kafka/kafka_source.h"
#include "source/kafka/producer.h"
#include "store_fixture.h"
#include "support/embedded_lab.h"

namespace {

thread_local bool is_counting = false;
thread_local std::int64_t allocations = 0;

void* allocate(std::size_t size) noexcept {
  if (is_counting) ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  if (is_counting) ++allocations;
  void* piece = nullptr;
  return ::posix_memalign(&piece, std::size_t(alignment), size) == 0 ? piece : nullptr;
}

// Never inlined: GCC would see free() for a piece of operator new, and warn.
[[gnu::noinline]] void release(void* piece) noexcept { std::free(piece); }

void* or_throw(void* piece) {
  if (piece == nullptr) throw std::bad_alloc();
  return piece;
}

}  // namespace

// All forms that may be replaced, https://en.cppreference.com/w/cpp/memory/new/operator_new: where
// a sanitizer has its own, it must not meet a piece of ours in one of its deletes.
void* operator new(std::size_t size) { return or_throw(allocate(size)); }
void* operator new[](std::size_t size) { return or_throw(allocate(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void operator delete(void* piece) noexcept { release(piece); }
void operator delete[](void* piece) noexcept { release(piece); }
void operator delete(void* piece, std::size_t) noexcept { release(piece); }
void operator delete[](void* piece, std::size_t) noexcept { release(piece); }
void operator delete(void* piece, const std::nothrow_t&) noexcept { release(piece); }
void operator delete[](void* piece, const std::nothrow_t&) noexcept { release(piece); }
void operator delete(void* piece, std::align_val_t) noexcept { release(piece); }
void operator delete[](void* piece, std::align_val_t) noexcept { release(piece); }
void operator delete(void* piece, std::size_t, std::align_val_t) noexcept { release(piece); }
void operator delete[](void* piece, std::size_t, std::align_val_t) noexcept { release(piece); }
void operator delete(void* piece, std::align_val_t, const std::nothrow_t&) noexcept {
  release(piece);
}
void operator delete[](void* piece, std::align_val_t, const std::nothrow_t&) noexcept {
  release(piece);
}

namespace {

using namespace sluice;
using namespace sluice::store_test;

// What operator new is called for while this lives, by this thread.
class Counting {
 public:
  Counting() {
    allocations = 0;
    is_counting = true;
  }
  ~Counting() { is_counting = false; }
  std::int64_t count() const { return allocations; }
};

// Columns of every type that is made of something else, and all their options.
void add_typed(const auto& add) {
  ColumnSpec price = ColumnType::decimal;
  price.scale = 2;
  price.bounds.emplace();
  ColumnSpec sent = ColumnType::datetime;
  sent.unit = TimeUnit::milliseconds;
  ColumnSpec day = ColumnType::date;
  day.format = check_time_format("%a %d.%m.%Y").format;
  ColumnSpec absent = ColumnType::text;
  absent.default_value = StoredValue(std::in_place_type<std::string>, "what stands for nothing");
  add("price", price, std::size_t{6});
  add("at", ColumnType::datetime, std::size_t{7});
  add("sent", sent, std::size_t{8});
  add("day", day, std::size_t{9});
  add("icon", ColumnType::blob, std::size_t{10});
  add("absent", absent, std::size_t{11});
  add("stamp", ColumnType::datetime, BrokerField::timestamp);
}

RuleOperand operand(Cell::Kind kind, std::string text) {
  RuleOperand made;
  made.kind = kind;
  made.text = std::move(text);
  return made;
}

// Rules on columns: tests of numbers, texts and times, arithmetic, and changes of texts.
void add_rules(LoadPlan& plan) {
  const auto number = [](const char* text) { return operand(Cell::Kind::number, text); };
  const auto text = [](const char* content) { return operand(Cell::Kind::text, content); };
  const auto add = [&plan](std::size_t column, RuleTest test, std::vector<RuleOperand> tested,
                           RuleAction action, std::vector<RuleOperand> values) {
    std::optional<std::size_t>& cell = plan.table.columns[column].rules_cell;
    if (!cell) {
      cell = plan.attributes.size();
      plan.attributes.push_back({});
    }
    PlannedRule rule;
    rule.cell = *cell;
    rule.condition.test = test;
    rule.condition.tested.cell = *cell;
    rule.condition.values = std::move(tested);
    rule.action = action;
    rule.values = std::move(values);
    plan.rules.push_back(std::move(rule));
  };
  using enum RuleTest;
  add(1, less, {number("50.5")}, RuleAction::add, {number("7")});
  add(1, is_integer, {}, RuleAction::multiply, {number("3")});
  add(2, in, {text("nobody"), text("somebody")}, RuleAction::skip, {});
  add(2, all, {}, RuleAction::replace, {text("player"), text("the player")});
  add(3, greater, {text("2026-11-23")}, RuleAction::substring, {number("0"), number("6")});
  add(3, is_null, {}, RuleAction::set, {text("nowhere at all, as far as it is known")});
  add(3, all, {}, RuleAction::concat, {text(", of a country with a long name")});
}

// A filter that lets all pass, an alert that few raise, a column that is reckoned.
void add_expressions(LoadPlan& plan) {
  const NamedCell points{.name = "points", .cell = 1};
  plan.filter = {.column = {}, .sql = "points >= 0", .names = {points}};
  plan.alerts.push_back({.name = "many", .sql = "points = 77", .names = {points}});
  const std::size_t cell = plan.attributes.size();
  plan.attributes.push_back({});
  plan.expressions.push_back(
      {.column = "half", .sql = "points / 2", .names = {points}, .cell = cell});
  Column half;
  half.name = "half";
  half.spec = ColumnType::integer;
  half.nullable = true;
  plan.table.declared.push_back(half);
  plan.table.columns.push_back({half.name, half.spec, true, cell});
}

// A load with what every message has to pass: numbers, a text with escapes, a nested value as it is
// written, a time, a key, provenance.
LoadPlan plan_into(const std::string& database_path) {
  LoadPlan plan;
  plan.attributes = {{.path = {"index"}},
                     {.path = {"points"}},
                     {.path = {"name"}},
                     {.path = {"origin", "city"}},
                     {.path = {"tags"}, .as_written = true},
                     {.path = {"weight"}},
                     {.path = {"price"}},
                     {.path = {"at"}},
                     {.path = {"sent"}},
                     {.path = {"day"}},
                     {.path = {"icon"}},
                     {.path = {"absent"}}};
  plan.table = guesses(database_path);
  plan.table.provenance = true;
  const auto add = [&table = plan.table](const char* name, const ColumnSpec& spec, auto from) {
    Column column;
    column.name = name;
    column.spec = spec;
    column.nullable = true;
    table.declared.push_back(column);
    table.columns.push_back({name, spec, true, from});
  };
  add("city", ColumnType::text, std::size_t{3});
  add("tags", ColumnType::json, std::size_t{4});
  add("weight", ColumnType::real, std::size_t{5});
  add("arrived", ColumnType::text, BrokerField::timestamp);
  add("key", ColumnType::text, BrokerField::key);
  add("headers", ColumnType::json, BrokerField::headers);
  add_typed(add);
  add_rules(plan);
  add_expressions(plan);
  PlannedTopic& topic = plan.topics.emplace_back();
  topic.source = "game";
  topic.topic = "sample";
  return plan;
}

// A source that has its messages ready.
class ReadySource final : public Source {
 public:
  void hand_out_next(std::span<const Message> messages) { left_ = messages; }

  void connect(Clock::Instant) override {}
  TopicLog log(const PlannedTopic&, Clock::Instant) override { return {}; }
  void start(std::span<const StartAt>) override {}
  Fetched fetch(std::chrono::milliseconds, std::size_t most, std::size_t) override {
    const std::span<const Message> next = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(next.size());
    return {next, {}};
  }
  void skip_to(PartitionIndex, Offset) override {}
  void stop(PartitionIndex) override {}
  std::optional<bool> is_compacted(const std::string&) override { return false; }
  bool has_new_partitions() const override { return false; }
  std::optional<Outage> outage() const override { return {}; }
  std::chrono::milliseconds time_away() const override { return {}; }

 private:
  std::span<const Message> left_;
};

// The reader and the store of one job.
class LoadPath {
 public:
  LoadPath() {
    world_.table = plan_.table;
    store_ = world_.begin("job-1", partitions_);
  }

  // What came from a broker: made before anything is counted.
  std::vector<std::string> make_values(std::int64_t count) const {
    std::vector<std::string> values;
    for (std::int64_t i = 0; i < count; ++i) {
      values.push_back(fmt::format(
          R"({{"index":{},"points":{},"name":"player \"{}\"","origin":{{"city":"a city of some length"}},)"
          R"("tags":[1,{{"a":"b"}},null],"weight":{}.5,"unread":[true,false],"price":-{}.5,"at":"2026-11-23T05:41:19.123+02:00",)"
          R"("sent":17954052{:05}.25,"day":"Mon 23.11.2026",)"
          R"("icon":"aW1hZ2luZSBhIHBpY3R1cmUgaGVyZQ=="}})",
          next_offset_ + i, i % 100, i, i, i, i));
    }
    return values;
  }

  std::vector<Message> make_messages(const std::vector<std::string>& values) {
    std::vector<Message> messages;
    for (const std::string& value : values) {
      Message& message = messages.emplace_back();
      message.partition = static_cast<PartitionIndex>(next_offset_ % 2);
      message.offset = next_offset_++;
      message.timestamp_ms = 1'795'405'279'000 + message.offset;
      message.key = "a key that is longer than a short string";
      message.value = value;
      message.headers = R"([["trace","3f8a0c1d2b4e5f60718293a4b5c6d7e8"]])";
    }
    return messages;
  }

  // One batch, of five reads, from bytes to a commit. Returns the allocations it took.
  std::int64_t load(std::int64_t count) {
    const std::vector<std::string> values = make_values(count);
    const std::vector<Message> messages = make_messages(values);
    source_.hand_out_next(messages);
    const Counting counting;
    batch_.clear();
    while (reader_.read(batch_, {}, {.messages = count / 5, .records = count, .bytes = 1 << 30}) > 0) {
    }
    const Written written = store_->write(batch_, 0, {});
    inserted += written.counts.inserted;
    return counting.count();
  }

  std::int64_t inserted = 0;

 private:
  StoreWorld world_;
  const LoadPlan plan_ = plan_into(world_.path);
  const std::vector<PlannedPartition> partitions_{partition("sample", 0), partition("sample", 1)};
  std::unique_ptr<SqliteStore> store_;
  Offset next_offset_ = 0;
  Batch batch_{plan_.attributes.size(), plan_.table.columns.size(), partitions_.size()};
  const SystemClock clock_;
  ReadySource source_;
  LogCheck check_{plan_, partitions_};
  Reader reader_{plan_,  partitions_, one_segment(partitions_), {{"game", &source_}},
                 check_, nullptr,     clock_,                   [] { return false; }};
};

}  // namespace

TEST_CASE("no allocation is made for a message, counted over 100,000 of them") {
  // Statements, positions and times of a commit, for two partitions; of each read a few things.
  constexpr std::int64_t most_per_batch = 30;
  constexpr std::int64_t messages_of_batch = 10'000;
  LoadPath path;
  REQUIRE(path.load(messages_of_batch) > 0);  // the batch grows to its size
  std::int64_t least = most_per_batch;
  std::int64_t most = 0;
  for (int batch = 0; batch < 10; ++batch) {
    const std::int64_t count = path.load(messages_of_batch);
    least = std::min(least, count);
    most = std::max(most, count);
  }
  const std::int64_t of_small_batch = path.load(10);
  MESSAGE("allocations for a batch of 10,000 messages: " << least << " to " << most
                                                         << ", of 10: " << of_small_batch);
  CHECK(path.inserted == 11 * messages_of_batch + 10);
  CHECK(least > 0);
  CHECK(most <= most_per_batch);
  CHECK(most <= of_small_batch);
}

// What librdkafka allocates, by malloc and not by operator new, is its own.
TEST_CASE("the Kafka source makes no allocation for a message, counted over 100,000 of them") {
  constexpr std::int32_t partitions = 4;
  constexpr Offset of_partition = 27'500;  // the embedded broker keeps 5 MB
  constexpr std::int64_t unmeasured = 10'000;
  test::EmbeddedLab lab;
  lab.broker.create_topic("orders", partitions);
  std::vector<StartAt> starts;
  {
    Producer producer(lab.entry, lab.clock, lab.stop);
    const std::vector<std::pair<std::string_view, Bytes>> headers{
        {"trace", "3f8a0c1d2b4e5f60718293a4b5c6d7e8"}};
    for (std::int32_t number = 0; number < partitions; ++number) {
      starts.push_back({.partition = static_cast<PartitionIndex>(number),
                        .topic = "orders",
                        .number = number,
                        .target_offset = of_partition});
      for (Offset i = 0; i < of_partition; ++i) {
        producer.send("orders", {.partition = number,
                                 .key = "a key that is longer than a short string",
                                 .value = "a value that is longer than a short string",
                                 .headers = headers,
                                 .timestamp_ms = no_timestamp});
      }
    }
    REQUIRE(producer.flush(lab.clock.now() + std::chrono::minutes(1)));
  }
  KafkaSource source(lab.entry, lab.clock, lab.stop, {.bounded = true});
  source.connect(lab.soon());
  source.start(starts);
  std::int64_t messages = 0;
  const auto read_to = [&](std::int64_t end) {
    std::int64_t fetches = 0;
    const Clock::Instant deadline = lab.clock.now() + std::chrono::minutes(1);
    for (; messages < end && lab.clock.now() < deadline; ++fetches) {
      const Fetched fetched = source.fetch(std::chrono::milliseconds(100), 1000, 1 << 30);
      messages += static_cast<std::int64_t>(fetched.messages.size());
    }
    return fetches;
  };
  read_to(unmeasured);
  const Counting counting;
  const std::int64_t fetches = read_to(partitions * of_partition);
  const std::int64_t made = counting.count();
  MESSAGE("allocations of " << fetches << " fetches: " << made);
  CHECK(messages == partitions * of_partition);
  CHECK(made <= 5000);  // the cluster's id for each fetch, and what grows once
}
