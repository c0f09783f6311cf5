#include "source/kafka/kafka_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/duration.h"
#include "source/kafka/compaction.h"
#include "source/kafka/fetch_limits.h"
#include "source/kafka/header_json.h"
#include "source/kafka/topic_id.h"

namespace sluice {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t longest_chunk = 10'000;  // messages of one fetch, whatever is asked for
constexpr auto slice = 100ms;                  // the longest wait that no signal can end
constexpr auto refusal_patience = 30s;    // brokers that refuse us in a run may be changing users
constexpr auto tail_silence = 500ms;      // nothing came: perhaps a tail that compaction removed
constexpr auto long_silence = 5s;         // to be told
constexpr auto between_warnings = 10min;  // of it
constexpr auto between_looks = 20s;       // for new partitions
constexpr auto look_patience = 250ms;
constexpr auto look_again = 2s;    // where nobody answered
constexpr auto long_unknown = 1s;  // to be told
constexpr auto between_cluster_words = 60s;
constexpr auto id_patience = 1s;  // beyond what the other questions took
constexpr std::size_t probes_at_once = 16;
constexpr int most_errors_in_a_row = 10;  // of one partition, at one offset

std::size_t number_in(const std::string& text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Properties consumer_properties(const SourceEntry& source, const KafkaSourceOptions& options,
                               bool& fetchers_wake) {
  Properties properties(source);
  properties.prefer("client.id", options.client_id.c_str());
  properties.prefer("check.crcs", "true");
  properties.prefer("fetch.wait.max.ms", options.bounded ? "50" : "500");
  properties.prefer("fetch.error.backoff.ms", "100");
  const auto prefer = [&](const char* name, std::size_t value) {
    return properties.prefer(name, std::to_string(value).c_str());
  };
  const FetchLimits limits = fetch_limits(options.memory_bytes);
  prefer("fetch.message.max.bytes", limits.partition_response_bytes);
  prefer("queued.max.messages.kbytes", limits.queued_bytes / 1024);
  prefer("queued.min.messages", limits.queued_messages);
  fetchers_wake = prefer("fetch.queue.backoff.ms", 10);
  properties.prefer("topic.metadata.refresh.interval.ms", options.bounded ? "300000" : "60000");
  properties.add_users();
  properties.bound_answers(limits.response_bytes);
  fix_consumer(properties);
  return properties;
}

Bytes bytes_of(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

// The library tries again by itself, and the same offset.
bool passes(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:  // see fail_where_hopeless()
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct KafkaSource::Partition {
  PartitionIndex index = 0;
  KafkaTopic* topic = nullptr;  // null: not ours
  std::int32_t number = 0;
  Offset position = 0;  // everything below was handed out, or proven to be nothing
  std::optional<Offset> target;
  bool active = false;
  bool proof_given = false;  // in what is being handed out
  bool at_end = false;       // the brokers say so; new messages change it
  bool is_answered = false;  // by an end, at or below the position
  int errors_in_a_row = 0;
  Clock::Instant next_probe{};
  std::chrono::milliseconds probe_pause{1000};

  // Neither there nor told that there is no more.
  bool tail_is_open() const { return active && target && position < *target && !at_end; }
};

// Where a message's headers stand in `headers_`, which may still move while it grows.
struct KafkaSource::HeaderText {
  std::size_t message;
  std::size_t begin;
  std::size_t size;
};

KafkaSource::KafkaSource(const SourceEntry& source, const Clock& clock, const StopSignal& stop,
                         const KafkaSourceOptions& options)
    : entry_(source), clock_(clock), stop_(stop), is_bounded_(options.bounded) {
  auto properties = consumer_properties(entry_, options, fetchers_wake_);
  fetch_wait_ = std::chrono::milliseconds(number_in(properties.value_of("fetch.wait.max.ms")));
  const auto quarter_of = [&](const char* property) {
    return std::max<std::size_t>(number_in(properties.value_of(property)) / 4, 1);
  };
  wake_messages_ = quarter_of("queued.min.messages");
  wake_bytes_ = quarter_of("queued.max.messages.kbytes") * 1024;
  client_ = std::make_unique<KafkaClient>(RD_KAFKA_CONSUMER, entry_, std::move(properties), nullptr,
                                          clock_, stop_);
  topics_ = std::make_unique<KafkaTopics>(*client_);
  reachability_ = std::make_unique<Reachability>(*client_, fetch_wait_ + 250ms);
}

KafkaSource::~KafkaSource() {
  // Everything of a client must be gone before it: messages, then the queue, then topics.
  for (auto* message : raw_) rd_kafka_message_destroy(message);
}

void KafkaSource::connect(Clock::Instant deadline) {
  deadline_ = deadline;
  if (!client_->connect(deadline)) {
    throw Error::interrupted(fmt::format("connecting to source \"{}\"", entry_.name));
  }
}

TopicLog KafkaSource::log(const PlannedTopic& topic, Clock::Instant deadline) {
  TopicIdQuestion id(*client_, topic.topic);
  TopicLog log = read_topic_log(*client_, *topics_, topic, deadline);
  log.topic_id = id.answer(id_patience);
  if (cluster_id_.empty()) {
    cluster_id_ = log.cluster_id;
    known_connections_ = client_->watch().connections();
  }
  partition_counts_[topic.topic] = static_cast<std::int32_t>(log.partitions.size());
  next_look_for_partitions_ = clock_.now() + between_looks;
  return log;
}

std::optional<bool> KafkaSource::is_compacted(const std::string& topic) {
  const auto known = compacted_.find(topic);
  if (known != compacted_.end()) return known->second;
  const std::optional<bool> found = find_compaction(*client_, topic, deadline_, clock_, stop_);
  compacted_.emplace(topic, found);
  return found;
}

void KafkaSource::start(std::span<const StartAt> partitions) {
  if (queue_ == nullptr) {
    queue_.reset(rd_kafka_queue_new(client_->get()));
    waker_ = std::make_unique<FetchWaker>(client_->get());
  }
  if (cluster_id_.empty()) {
    cluster_id_ = client_->cluster_id(0ms);
    known_connections_ = client_->watch().connections();
  }
  for (const auto& one : partitions) {
    if (partitions_.size() <= one.partition) partitions_.resize(one.partition + 1);
    auto& topic = topics_->use(one.topic);
    const auto number = static_cast<std::size_t>(one.number);
    if (topic.index.size() <= number) topic.index.resize(number + 1);
    topic.index[number] = one.partition;
    auto& partition = partitions_[one.partition];
    partition.index = one.partition;
    partition.topic = &topic;
    partition.number = one.number;
    partition.position = one.next_offset;
    partition.target = one.target_offset;
    partition.active = true;
    // Behind the log's end a broker has nothing to read from; take_message() drops what is below.
    const Offset begin = std::min(one.next_offset, one.end_offset);
    if (rd_kafka_consume_start_queue(topic.handle.get(), one.number, begin, queue_.get()) != 0) {
      throw Error(ExitCode::our_bug, fmt::format("cannot read {}: {}", place_of(partition),
                                                 rd_kafka_err2str(rd_kafka_last_error())));
    }
    waker_->add(one.topic, one.number);
    ++active_count_;
  }
  is_waited_for_ = false;
}

Fetched KafkaSource::fetch(std::chrono::milliseconds wait, std::size_t most,
                           std::size_t most_bytes) {
  most = std::min(most, longest_chunk);
  release_handed_out();
  if (queue_ == nullptr) look_around();
  if (queue_ == nullptr || most == 0) return {};
  if (!std::exchange(is_waited_for_, true)) silent_since_ = clock_.now();
  fail_where_hopeless();
  const auto deadline = clock_.now() + wait;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_.now());
    const auto patience = std::clamp<std::chrono::milliseconds>(left, 0ms, slice);
    if (raw_.empty()) take_from_queue(patience, std::min(most, messages_in(most_bytes)));
    if (knows_cluster(patience)) hand_out(most, most_bytes);
    look_around();
    if (!messages_.empty() || !proofs_.empty() || left <= 0ms || stop_.raised()) break;
    release_handed_out();
    fail_where_hopeless();
  }
  return {messages_, proofs_};
}

// The queue gives messages by their number, so those that were handed out last tell how many are so
// much. Else large ones would leave the queue, and its bound, long before they are read.
std::size_t KafkaSource::messages_in(std::size_t bytes) const {
  return std::max<std::size_t>(bytes / mean_message_bytes_, 1);
}

// The first message is waited for alone: the batch call returns only once its batch is full or its
// time is over.
void KafkaSource::take_from_queue(std::chrono::milliseconds wait, std::size_t most) {
  raw_.reserve(most);  // before there is a message that could be lost
  auto* first = rd_kafka_consume_queue(queue_.get(), static_cast<int>(wait.count()));
  if (first == nullptr) return;
  raw_.resize(most);
  raw_[0] = first;
  const auto more = rd_kafka_consume_batch_queue(queue_.get(), 0, raw_.data() + 1, most - 1);
  raw_.resize(1 + static_cast<std::size_t>(std::max<ssize_t>(more, 0)));
}

void KafkaSource::hand_out(std::size_t most, std::size_t most_bytes) {
  std::size_t bytes = 0;
  while (handed_out_ < raw_.size() && messages_.size() < most && bytes < most_bytes &&
         may_follow(*raw_[handed_out_])) {
    bytes += raw_[handed_out_]->len + raw_[handed_out_]->key_len;
    hand_out_one(*raw_[handed_out_++]);
  }
  drained_messages_ += handed_out_;
  drained_bytes_ += bytes;
  if (!messages_.empty()) mean_message_bytes_ = std::max<std::size_t>(bytes / handed_out_, 1);
  for (const auto& text : header_texts_) {
    messages_[text.message].headers = Bytes(headers_).substr(text.begin, text.size);
  }
}

// Proofs hold after the messages, and an error comes after what is good: what would break that
// waits for the next fetch.
bool KafkaSource::may_follow(const rd_kafka_message_t& raw) {
  const auto* partition = partition_of(raw);
  if (partition == nullptr || !partition->active) return true;
  if (partition->proof_given) return false;
  return raw.err == RD_KAFKA_RESP_ERR_NO_ERROR || raw.err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
         (messages_.empty() && proofs_.empty());
}

void KafkaSource::hand_out_one(const rd_kafka_message_t& raw) {
  auto* partition = partition_of(raw);
  if (partition == nullptr || !partition->active) return;
  if (raw.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    take_message(*partition, raw);
  } else if (raw.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    take_end(*partition, raw.offset);
  } else {
    take_error(*partition, raw);
  }
}

KafkaSource::Partition* KafkaSource::partition_of(const rd_kafka_message_t& raw) {
  if (raw.rkt == nullptr) return nullptr;
  const auto* topic = static_cast<const KafkaTopic*>(rd_kafka_topic_opaque(raw.rkt));
  const auto number = static_cast<std::size_t>(raw.partition);
  if (topic == nullptr || number >= topic->index.size() || !topic->index[number]) return nullptr;
  return &partitions_[*topic->index[number]];
}

void KafkaSource::take_message(Partition& partition, const rd_kafka_message_t& raw) {
  partition.errors_in_a_row = 0;
  if (raw.offset < partition.position) {
    ++repeated_;
    return;
  }
  partition.position = raw.offset + 1;
  partition.at_end = false;
  partition.is_answered = false;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const auto timestamp_ms = rd_kafka_message_timestamp(&raw, &kind);
  const auto begin = headers_.size();
  if (append_headers_json(headers_, raw)) {
    header_texts_.push_back({messages_.size(), begin, headers_.size() - begin});
  }
  messages_.push_back(
      {.partition = partition.index,
       .offset = raw.offset,
       .timestamp_ms = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? no_timestamp : timestamp_ms,
       .key = bytes_of(raw.key, raw.key_len),
       .value = bytes_of(raw.payload, raw.len),
       .headers = {}});
}

void KafkaSource::take_end(Partition& partition, Offset offset) {
  partition.errors_in_a_row = 0;
  partition.is_answered = true;
  // Lower than what was read: the log has been cut, and the next answer says so.
  if (offset < partition.position) return;
  partition.at_end = true;
  add_proof(partition, offset);
}

void KafkaSource::add_proof(Partition& partition, Offset next_offset) {
  partition.position = next_offset;
  partition.proof_given = true;
  proofs_.push_back({partition.index, next_offset});
}

std::string KafkaSource::place_of(const Partition& partition) const {
  return notation({entry_.name, partition.topic->name, partition.number}, partition.position);
}

void KafkaSource::take_error(Partition& partition, const rd_kafka_message_t& raw) {
  silent_since_ = clock_.now();  // whatever is wrong, it is not that nothing is left to read
  const auto place = place_of(partition);
  const auto* reason = rd_kafka_message_errstr(&raw);
  if (raw.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    throw Error(ExitCode::source_changed,
                fmt::format("{} is not in the log of source \"{}\" any more ({}): messages were "
                            "removed before they were loaded, or the topic was cut or created anew",
                            place, entry_.name, reason));
  }
  if (raw.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    throw Error(ExitCode::not_authorised, fmt::format("source \"{}\" refuses to let us read {}: {}",
                                                      entry_.name, place, reason))
        .hint("the user needs the right READ on the topic");
  }
  spdlog::debug("source \"{}\", {}: {}", entry_.name, place, reason);
  if (passes(raw.err) || ++partition.errors_in_a_row < most_errors_in_a_row) return;
  throw Error(ExitCode::unavailable,
              fmt::format("source \"{}\" cannot deliver {}, tried {} times: {}", entry_.name, place,
                          most_errors_in_a_row, reason));
}

void KafkaSource::release_handed_out() {
  for (std::size_t i = 0; i < handed_out_; ++i) rd_kafka_message_destroy(raw_[i]);
  raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(handed_out_));
  handed_out_ = 0;
  for (const auto& proof : proofs_) partitions_[proof.partition].proof_given = false;
  messages_.clear();
  proofs_.clear();
  headers_.clear();
  header_texts_.clear();
}

// What has to be done between messages.
void KafkaSource::look_around() {
  client_->serve();
  const auto now = clock_.now();
  // Brokers that nothing is asked of need not answer.
  if (active_count_ > 0) reachability_->update(now, messages_.empty() && proofs_.empty());
  if (!is_bounded_ && now >= next_look_for_partitions_) look_for_partitions();
  const bool is_drained = drained_messages_ >= wake_messages_ || drained_bytes_ >= wake_bytes_;
  if (is_drained && !fetchers_wake_ && active_count_ > 0 && !has_fetched_rest()) wake_fetchers();
  if (messages_.empty() && proofs_.empty()) {
    prove_tails();
    return;
  }
  silent_since_ = now;
  probes_.clear();
}

// Whether what is missing to the targets waits in the queue already, as far as their numbers tell.
// A question that is asked then stands behind a fetch that waits for new messages, and who ends
// waits for both. What lies behind a target, and of partitions that were stopped, counts too: it
// hides what is missing until it has left the queue. Offsets without a message (markers, what was
// aborted or compacted) are missing to the end, so there fetchers are woken as ever. What is read
// behind a target, to know the log by, waits for the library's own second at worst.
bool KafkaSource::has_fetched_rest() const {
  auto waiting =
      static_cast<Offset>(rd_kafka_queue_length(queue_.get()) + raw_.size() - handed_out_);
  for (const auto& partition : partitions_) {
    if (!partition.active) continue;
    if (!partition.target) return false;
    const Offset missing = std::max<Offset>(*partition.target - partition.position, 0);
    if (missing > waiting) return false;
    waiting -= missing;
  }
  return true;
}

// A partition that is added to a topic is in no answer to a fetch.
void KafkaSource::look_for_partitions() {
  next_look_for_partitions_ = clock_.now() + between_looks;
  if (reachability_->outage()) return;
  for (const auto& [name, count] : partition_counts_) {
    if (stop_.raised()) return;
    const auto found = client_->try_metadata(topics_->use(name).handle.get(), look_patience);
    if (!found) {
      next_look_for_partitions_ = clock_.now() + look_again;
      return;
    }
    if (found->topic_cnt == 1 && found->topics[0].partition_cnt > count) {
      has_new_partitions_ = true;
    }
  }
}

void KafkaSource::fail_where_hopeless() {
  const auto refused = client_->troubles().refused_since();
  if (refused && clock_.now() - *refused >= refusal_patience) {
    throw broker_error(fmt::format("source \"{}\": the brokers refuse us", entry_.name),
                       client_->troubles());
  }
  // librdkafka reports a topic as gone only after it was missing for 30 s
  // (topic.metadata.propagation.max.ms), and again and again.
  if (!client_->troubles().take_missing_topic()) return;
  if (const auto missing = topics_->find_missing()) {
    throw Error(ExitCode::no_input, fmt::format("topic \"{}\" is gone from source \"{}\": it was "
                                                "deleted while it was being read",
                                                *missing, entry_.name));
  }
}

// The library goes over to the cluster that answers, and tells which that is from the next answer
// about metadata on. A new connection may bring messages before: what came since is handed out once
// metadata were asked for behind it. False until they are there.
bool KafkaSource::knows_cluster(std::chrono::milliseconds wait) {
  if (cluster_id_.empty()) return true;
  if (!raw_.empty() && client_->watch().connections() != known_connections_) {
    const auto now = clock_.now();
    if (!has_new_metadata(stop_.raised() ? 0ms : wait)) {
      if (!unknown_since_) unknown_since_ = now;
      silent_since_ = now;
      tell_of_unknown_cluster(now);
      return false;
    }
    unknown_since_.reset();
  }
  const std::string found = client_->cluster_id(0ms);
  if (found == cluster_id_ || found.empty()) return true;
  throw Error(ExitCode::source_changed,
              fmt::format("source \"{}\": its brokers are those of cluster {} now, and were those "
                          "of cluster {} when they were asked first",
                          entry_.name, found, cluster_id_));
}

// What waits in raw_ came before the question was begun.
bool KafkaSource::has_new_metadata(std::chrono::milliseconds wait) {
  if (!asked_connections_) asked_connections_ = client_->watch().connections();
  const auto came = client_->metadata_came(wait, cluster_patience_);
  if (!came) return false;
  const auto asked = *std::exchange(asked_connections_, std::nullopt);
  if (!*came) {
    cluster_patience_ = std::min<std::chrono::milliseconds>(2 * cluster_patience_, 3s);
    return false;
  }
  cluster_patience_ = look_patience;
  known_connections_ = asked;
  return true;
}

void KafkaSource::tell_of_unknown_cluster(Clock::Instant now) {
  if (now - *unknown_since_ < long_unknown || now < next_cluster_word_) return;
  next_cluster_word_ = now + between_cluster_words;
  spdlog::warn("source \"{}\": waits for what its brokers say of their cluster", entry_.name);
}

// See look_around(): after each quarter of the queue that was drained, while more is to be fetched.
void KafkaSource::wake_fetchers() {
  drained_messages_ = 0;
  drained_bytes_ = 0;
  waker_->wake();
}

// See TailProbe. Only while nothing comes at all: a partition may wait behind the others.
void KafkaSource::prove_tails() {
  if (reachability_->outage()) {
    silent_since_ = clock_.now();
    probes_.clear();
    return;
  }
  if (clock_.now() - silent_since_ >=
      std::max<Clock::Instant::duration>(tail_silence, 2 * fetch_wait_)) {
    begin_probes();
    tell_of_silence();
  }
  std::erase_if(probes_, [&](auto& probe) {
    auto& partition = partitions_[probe.first];
    const auto finding = probe.second->poll();
    if (finding == TailProbe::Finding::unknown) return false;
    if (finding == TailProbe::Finding::hole) add_proof(partition, *partition.target);
    return true;
  });
}

void KafkaSource::begin_probes() {
  for (auto& partition : partitions_) {
    if (probes_.size() >= probes_at_once) break;
    const auto same = [&](const auto& probe) { return probe.first == partition.index; };
    if (!partition.tail_is_open() || clock_.now() < partition.next_probe ||
        std::any_of(probes_.begin(), probes_.end(), same)) {
      continue;
    }
    partition.next_probe = clock_.now() + partition.probe_pause;
    partition.probe_pause = std::min<std::chrono::milliseconds>(2 * partition.probe_pause, 30s);
    probes_.emplace_back(
        partition.index,
        std::make_unique<TailProbe>(entry_, partition.topic->name, partition.number,
                                    partition.position, *partition.target, clock_, stop_));
  }
}

// Other brokers answer, so this is no outage: but a partition without a leader sends nothing, not
// even an error. Where others send messages it may only wait behind them.
void KafkaSource::tell_of_silence() {
  const auto now = clock_.now();
  if (now - silent_since_ < long_silence || now < next_silence_warning_) return;
  const auto is_silent = [](const Partition& one) { return one.active && !one.is_answered; };
  const auto first = std::ranges::find_if(partitions_, is_silent);
  if (first == partitions_.end()) return;
  next_silence_warning_ = now + between_warnings;
  const auto more = std::ranges::count_if(partitions_, is_silent) - 1;
  spdlog::warn(
      "source \"{}\": nothing comes from {}{} for {:.0f} s, not even that it is at its end: its "
      "leader may be away, or compaction has taken its last records; waits",
      entry_.name, place_of(*first), more == 0 ? "" : fmt::format(" and {} others", more),
      seconds_of(now - silent_since_));
}

// Returns at once; what the library has fetched for the old position never comes out of its queue.
// What came out already and lies below the new position, take_message() drops.
void KafkaSource::skip_to(PartitionIndex index, Offset next_offset) {
  auto& partition = partitions_.at(index);
  partition.position = next_offset;
  partition.at_end = false;
  partition.is_answered = false;
  std::erase_if(probes_, [&](const auto& probe) { return probe.first == index; });
  const auto failed =
      rd_kafka_seek(partition.topic->handle.get(), partition.number, next_offset, 0);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Error(ExitCode::our_bug, fmt::format("cannot go on at {}: {}", place_of(partition),
                                               rd_kafka_err2str(failed)));
  }
  // What is dropped inside the library is nothing that we drain.
  if (!fetchers_wake_) wake_fetchers();
}

void KafkaSource::stop(PartitionIndex index) {
  auto& partition = partitions_.at(index);
  if (!partition.active) return;
  partition.active = false;
  std::erase_if(probes_, [&](const auto& probe) { return probe.first == index; });
  waker_->remove(partition.topic->name, partition.number);
  // The last one's fetcher goes with the client, which is quicker where that is soon.
  if (--active_count_ > 0 || !is_bounded_) {
    rd_kafka_consume_stop(partition.topic->handle.get(), partition.number);
  }
}

std::optional<Outage> KafkaSource::outage() const { return reachability_->outage(); }

std::chrono::milliseconds KafkaSource::time_away() const {
  return reachability_->time_away(clock_.now());
}

}  // namespace sluice
