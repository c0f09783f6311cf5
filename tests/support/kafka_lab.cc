#include "support/kafka_lab.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

namespace sluice::test {

namespace {

constexpr std::chrono::seconds time_limit{30};
constexpr int time_limit_ms = 30'000;
// Far from all other timestamps, so that a record is found again by its time alone.
constexpr std::int64_t far_future_ms = 32'503'680'000'000;  // the year 3000

[[noreturn]] void fail(const std::string& what, std::string_view why) {
  throw std::runtime_error("kafka lab: " + what + ": " + std::string(why));
}

// Calls `done` until it is true. Its exceptions count as "not yet"; the last one is told.
void wait_until(const std::string& what, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + time_limit;
  std::string why = "not within 30 s";
  while (true) {
    try {
      if (done()) return;
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
    if (std::chrono::steady_clock::now() > end) fail(what, why);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string unique_suffix() {
  static const std::uint32_t run = std::random_device{}();
  static std::atomic<int> count{0};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%08x-%d", run, ++count);
  return text.data();
}

// ---------------------------------------------------------------- handles

struct ConfDestroy {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
struct QueueDestroy {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct EventDestroy {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct OptionsDestroy {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
struct NewTopicDestroy {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
struct DeleteTopicDestroy {
  void operator()(rd_kafka_DeleteTopic_t* topic) const { rd_kafka_DeleteTopic_destroy(topic); }
};
struct NewPartitionsDestroy {
  void operator()(rd_kafka_NewPartitions_t* p) const { rd_kafka_NewPartitions_destroy(p); }
};
struct DeleteRecordsDestroy {
  void operator()(rd_kafka_DeleteRecords_t* r) const { rd_kafka_DeleteRecords_destroy(r); }
};
struct ConfigResourceDestroy {
  void operator()(rd_kafka_ConfigResource_t* r) const { rd_kafka_ConfigResource_destroy(r); }
};
struct AclDestroy {
  void operator()(rd_kafka_AclBinding_t* acl) const { rd_kafka_AclBinding_destroy(acl); }
};
struct PartitionsDestroy {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
struct ErrorDestroy {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
struct MetadataDestroy {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
struct MessageDestroy {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
struct HeadersDestroy {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};

using EventPtr = std::unique_ptr<rd_kafka_event_t, EventDestroy>;
using PartitionsPtr = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDestroy>;
using MetadataPtr = std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroy>;

// What one call of produce() learns from its delivery reports.
struct Deliveries {
  std::size_t pending = 0;
  std::int64_t first_offset = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_offset = -1;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& deliveries = *static_cast<Deliveries*>(message->_private);
  --deliveries.pending;
  if (message->err) {
    deliveries.error = message->err;
  } else {
    deliveries.first_offset = std::min(deliveries.first_offset, message->offset);
    deliveries.last_offset = std::max(deliveries.last_offset, message->offset);
  }
}

using Settings = std::vector<std::pair<std::string, std::string>>;

KafkaHandle new_handle(rd_kafka_type_t type, const std::string& bootstrap,
                       const Settings& settings) {
  std::unique_ptr<rd_kafka_conf_t, ConfDestroy> conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      fail("setting " + name, why.data());
    }
  };
  set("bootstrap.servers", bootstrap);
  set("log_level", "0");  // what fails is told by exceptions
  set("reconnect.backoff.ms", "20");
  set("reconnect.backoff.max.ms", "200");
  for (const auto& [name, value] : settings) set(name, value);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  KafkaHandle handle(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!handle) fail("new client", why.data());
  static_cast<void>(conf.release());  // the client owns it now
  return handle;
}

KafkaHandle new_producer(const std::string& bootstrap, Settings settings,
                         std::chrono::milliseconds timeout = time_limit) {
  settings.emplace_back("linger.ms", "0");
  settings.emplace_back("message.timeout.ms", std::to_string(timeout.count()));
  settings.emplace_back("message.max.bytes", "26214400");
  return new_handle(RD_KAFKA_PRODUCER, bootstrap, settings);
}

// ---------------------------------------------------------------- producing

rd_kafka_headers_t* new_headers(const std::vector<RecordHeader>& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const RecordHeader& header : headers) {
    rd_kafka_header_add(list, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value ? header.value->data() : nullptr,
                        header.value ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  return list;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::optional<std::string>& text) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  // librdkafka takes a pointer to non-const and copies from it.
  argument.u.mem.ptr = text ? const_cast<char*>(text->data()) : nullptr;
  argument.u.mem.size = text ? text->size() : 0;
  return argument;
}

// Hands one record to the client; the error is _QUEUE_FULL when it should be tried again.
rd_kafka_resp_err_t enqueue(rd_kafka_t* producer, const std::string& topic, std::int32_t partition,
                            const Record& record, Deliveries& deliveries) {
  std::unique_ptr<rd_kafka_headers_t, HeadersDestroy> headers;
  std::vector<rd_kafka_vu_t> arguments(6);
  arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  arguments[0].u.cstr = topic.c_str();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = partition;
  arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[2].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[3].u.ptr = &deliveries;
  arguments[4] = bytes(RD_KAFKA_VTYPE_KEY, record.key);
  arguments[5] = bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  if (record.timestamp_ms) {
    arguments.emplace_back();
    arguments.back().vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    arguments.back().u.i64 = *record.timestamp_ms;
  }
  if (!record.headers.empty()) {
    headers.reset(new_headers(record.headers));
    arguments.emplace_back();
    arguments.back().vtype = RD_KAFKA_VTYPE_HEADERS;
    arguments.back().u.headers = headers.get();
  }
  std::unique_ptr<rd_kafka_error_t, ErrorDestroy> error(
      rd_kafka_produceva(producer, arguments.data(), arguments.size()));
  if (error) return rd_kafka_error_code(error.get());
  static_cast<void>(headers.release());  // the message owns them now
  ++deliveries.pending;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Returns when every record was acknowledged or refused; message.timeout.ms bounds the wait.
Deliveries deliver(rd_kafka_t* producer, const std::string& topic, std::int32_t partition,
                   const std::vector<Record>& records) {
  Deliveries deliveries;
  for (const Record& record : records) {
    rd_kafka_resp_err_t error = enqueue(producer, topic, partition, record, deliveries);
    while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer, 100);
      error = enqueue(producer, topic, partition, record, deliveries);
    }
    if (error) {
      deliveries.error = error;
      break;
    }
    rd_kafka_poll(producer, 0);
  }
  while (deliveries.pending > 0) rd_kafka_poll(producer, 100);
  return deliveries;
}

Deliveries deliver_all(rd_kafka_t* producer, const std::string& topic, std::int32_t partition,
                       const std::vector<Record>& records) {
  const Deliveries deliveries = deliver(producer, topic, partition, records);
  if (deliveries.error) {
    fail("producing to " + topic + "/" + std::to_string(partition),
         rd_kafka_err2str(deliveries.error));
  }
  return deliveries;
}

void check(rd_kafka_error_t* raw, const std::string& what) {
  const std::unique_ptr<rd_kafka_error_t, ErrorDestroy> error(raw);
  if (error) fail(what, rd_kafka_error_string(error.get()));
}

// ---------------------------------------------------------------- administration

// Sends one request (`send` gets the options and the queue for the answer) and returns the answer,
// which holds no error of the request itself; each topic in it may still have one.
template <typename Send>
EventPtr ask(rd_kafka_t* admin, rd_kafka_admin_op_t operation, const std::string& what, Send send) {
  const std::unique_ptr<rd_kafka_AdminOptions_t, OptionsDestroy> options(
      rd_kafka_AdminOptions_new(admin, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), time_limit_ms, nullptr, 0);
  const std::unique_ptr<rd_kafka_queue_t, QueueDestroy> queue(rd_kafka_queue_new(admin));
  send(options.get(), queue.get());
  EventPtr event(rd_kafka_queue_poll(queue.get(), time_limit_ms + 1000));
  if (!event) fail(what, "no answer");
  if (rd_kafka_event_error(event.get())) fail(what, rd_kafka_event_error_string(event.get()));
  return event;
}

void check_topics(const rd_kafka_topic_result_t* const* results, std::size_t count,
                  const std::string& what) {
  for (const rd_kafka_topic_result_t* result : std::span(results, count)) {
    if (rd_kafka_topic_result_error(result) == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* text = rd_kafka_topic_result_error_string(result);
    fail(what, text ? text : rd_kafka_err2str(rd_kafka_topic_result_error(result)));
  }
}

void add_acl(rd_kafka_t* admin, const std::string& topic, const std::string& user,
             rd_kafka_AclOperation_t operation, rd_kafka_AclPermissionType_t permission) {
  const std::string what = "changing the rights of topic " + topic;
  const std::unique_ptr<rd_kafka_AclBinding_t, AclDestroy> wanted(rd_kafka_AclBinding_new(
      RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
      ("User:" + user).c_str(), "*", operation, permission, nullptr, 0));
  const EventPtr event = ask(admin, RD_KAFKA_ADMIN_OP_CREATEACLS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_AclBinding_t* list = wanted.get();
                               rd_kafka_CreateAcls(admin, &list, 1, options, queue);
                             });
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
  for (const rd_kafka_acl_result_t* result : std::span(results, count)) {
    const rd_kafka_error_t* error = rd_kafka_acl_result_error(result);
    if (error) fail(what, rd_kafka_error_string(error));
  }
}

PartitionsPtr one_partition(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  PartitionsPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  return list;
}

MetadataPtr metadata_of(rd_kafka_t* client) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 1, nullptr, &metadata, time_limit_ms);
  if (error) fail("asking for metadata", rd_kafka_err2str(error));
  return MetadataPtr(metadata);
}

std::optional<std::string> text_of(const void* data, std::size_t size) {
  if (!data) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

std::vector<RecordHeader> headers_of(const rd_kafka_message_t* message) {
  std::vector<RecordHeader> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list)) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (!rd_kafka_header_get_all(list, headers.size(), &name, &value, &size)) {
    headers.push_back({.name = name, .value = text_of(value, size)});
  }
  return headers;
}

}  // namespace

void KafkaDestroy::operator()(rd_kafka_s* handle) const { rd_kafka_destroy(handle); }

std::vector<Record> ids(int first, int last) {
  std::vector<Record> records;
  for (int id = first; id <= last; ++id) {
    records.push_back({.value = fmt::format(R"({{"id":{}}})", id)});
  }
  return records;
}

std::vector<Record> values(std::initializer_list<std::string_view> values) {
  std::vector<Record> records;
  for (const std::string_view value : values) records.push_back({.value = std::string(value)});
  return records;
}

// ---------------------------------------------------------------- OpenTransaction

OpenTransaction::OpenTransaction(KafkaLab& lab, const std::string& topic, std::int32_t partition,
                                 const std::vector<Record>& records)
    : lab_(&lab),
      topic_(topic),
      partition_(partition),
      producer_(lab.transactional_producer("sluice-test-" + unique_suffix())) {
  check(rd_kafka_begin_transaction(producer_.get()), "beginning a transaction");
  first_offset_ = deliver_all(producer_.get(), topic, partition, records).first_offset;
}

OpenTransaction::~OpenTransaction() {
  if (!producer_) return;
  // The broker may be gone on purpose: a short try, and no complaint.
  const std::unique_ptr<rd_kafka_error_t, ErrorDestroy> ignored(
      rd_kafka_abort_transaction(producer_.get(), 2000));
}

void OpenTransaction::end(TransactionEnd how) {
  const KafkaHandle producer = std::move(producer_);
  if (!producer) fail("ending a transaction", "it has ended already");
  check(how == TransactionEnd::commit ? rd_kafka_commit_transaction(producer.get(), time_limit_ms)
                                      : rd_kafka_abort_transaction(producer.get(), time_limit_ms),
        "ending a transaction");
  // The coordinator answers before it has written the marker; until then we hold the last stable
  // offset.
  wait_until("the marker of a transaction in " + topic_,
             [this] { return lab_->end_offset(topic_, partition_) != first_offset_; });
}

// ---------------------------------------------------------------- KafkaLab

KafkaLab::KafkaLab(std::string bootstrap, std::chrono::milliseconds transaction_timeout)
    : bootstrap_(std::move(bootstrap)),
      transaction_timeout_(transaction_timeout),
      admin_(new_handle(RD_KAFKA_PRODUCER, bootstrap_, {})) {}

void KafkaLab::create_topic(const std::string& topic, int partitions, const TopicConfigs& configs) {
  const std::unique_ptr<rd_kafka_NewTopic_t, NewTopicDestroy> wanted(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, -1, nullptr, 0));  // the brokers' default
  for (const auto& [name, value] : configs) {
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  const std::string what = "creating topic " + topic;
  const EventPtr event = ask(admin_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_NewTopic_t* list = wanted.get();
                               rd_kafka_CreateTopics(admin_.get(), &list, 1, options, queue);
                             });
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  check_topics(results, count, what);
  wait_until(what, [&] { return partitions_with_leader(topic) == partitions; });
}

std::string KafkaLab::fresh_topic(std::string_view prefix, int partitions,
                                  const TopicConfigs& configs) {
  const std::string topic = std::string(prefix) + "-" + unique_suffix();
  create_topic(topic, partitions, configs);
  return topic;
}

void KafkaLab::delete_topic(const std::string& topic) {
  const std::unique_ptr<rd_kafka_DeleteTopic_t, DeleteTopicDestroy> wanted(
      rd_kafka_DeleteTopic_new(topic.c_str()));
  const std::string what = "deleting topic " + topic;
  const EventPtr event = ask(admin_.get(), RD_KAFKA_ADMIN_OP_DELETETOPICS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_DeleteTopic_t* list = wanted.get();
                               rd_kafka_DeleteTopics(admin_.get(), &list, 1, options, queue);
                             });
  std::size_t count = 0;
  const auto* results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  check_topics(results, count, what);
  wait_until(what, [&] { return partitions_with_leader(topic) == 0; });
}

void KafkaLab::add_partitions(const std::string& topic, int new_total) {
  const std::string what = "adding partitions to " + topic;
  const std::unique_ptr<rd_kafka_NewPartitions_t, NewPartitionsDestroy> wanted(
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(new_total), nullptr, 0));
  const EventPtr event = ask(admin_.get(), RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_NewPartitions_t* list = wanted.get();
                               rd_kafka_CreatePartitions(admin_.get(), &list, 1, options, queue);
                             });
  std::size_t count = 0;
  const auto* results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event.get()), &count);
  check_topics(results, count, what);
  wait_until(what, [&] { return partitions_with_leader(topic) == new_total; });
}

void KafkaLab::set_configs(const std::string& topic, const TopicConfigs& configs) {
  const std::string what = "changing the settings of " + topic;
  const std::unique_ptr<rd_kafka_ConfigResource_t, ConfigResourceDestroy> wanted(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [name, value] : configs) {
    rd_kafka_ConfigResource_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  const EventPtr event = ask(admin_.get(), RD_KAFKA_ADMIN_OP_ALTERCONFIGS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_ConfigResource_t* list = wanted.get();
                               rd_kafka_AlterConfigs(admin_.get(), &list, 1, options, queue);
                             });
  std::size_t count = 0;
  const auto* results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (const rd_kafka_ConfigResource_t* result : std::span(results, count)) {
    const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(result);
    const char* text = rd_kafka_ConfigResource_error_string(result);
    if (error) fail(what, text ? text : rd_kafka_err2str(error));
  }
}

// A topic with any rule is closed to all that no rule lets in.
void KafkaLab::deny(const std::string& topic, const std::string& user, Right right) {
  constexpr std::array operations = {RD_KAFKA_ACL_OPERATION_READ, RD_KAFKA_ACL_OPERATION_WRITE,
                                     RD_KAFKA_ACL_OPERATION_DESCRIBE,
                                     RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS};
  add_acl(admin_.get(), topic, "*", RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
  add_acl(admin_.get(), topic, user, operations.at(static_cast<std::size_t>(right)),
          RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
}

void KafkaLab::delete_records(const std::string& topic, std::int32_t partition,
                              std::int64_t before_offset) {
  const std::string what = "deleting records of " + topic;
  const PartitionsPtr before = one_partition(topic, partition, before_offset);
  const std::unique_ptr<rd_kafka_DeleteRecords_t, DeleteRecordsDestroy> wanted(
      rd_kafka_DeleteRecords_new(before.get()));
  const EventPtr event = ask(admin_.get(), RD_KAFKA_ADMIN_OP_DELETERECORDS, what,
                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                               rd_kafka_DeleteRecords_t* list = wanted.get();
                               rd_kafka_DeleteRecords(admin_.get(), &list, 1, options, queue);
                             });
  const rd_kafka_topic_partition_list_t* results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  for (const auto& result : std::span(results->elems, static_cast<std::size_t>(results->cnt))) {
    if (result.err) fail(what, rd_kafka_err2str(result.err));
  }
}

void KafkaLab::produce(const std::string& topic, std::int32_t partition,
                       const std::vector<Record>& records) {
  // A client of its own for every call: nothing is remembered of a topic or a broker that a test
  // has replaced meanwhile.
  const KafkaHandle producer = new_producer(bootstrap_, {{"enable.idempotence", "true"}});
  deliver_all(producer.get(), topic, partition, records);
}

void KafkaLab::produce_transaction(const std::string& topic, std::int32_t partition,
                                   const std::vector<Record>& records, TransactionEnd how) {
  open_transaction(topic, partition, records).end(how);
}

OpenTransaction KafkaLab::open_transaction(const std::string& topic, std::int32_t partition,
                                           const std::vector<Record>& records) {
  return {*this, topic, partition, records};
}

// What is needed: a tail that the cleaner removes whole, at once, and that is not in the active
// segment, which it never touches, although nothing comes after the tail.
//  * Whole and at once: records without a key, written while the topic was not compacted yet (a
//    tombstone would go only in a second pass, which needs newer records), in batches that belong
//    to no idempotent producer (the last batch of such a one is kept, empty).
//  * Not in the active segment: a fenced producer writes. The broker rolls the segment to make
//    room and only then refuses the batch, so the active segment is empty.
TopicWithHole KafkaLab::fresh_topic_with_hole(std::string_view prefix,
                                              const std::vector<Record>& kept) {
  const std::string topic = fresh_topic(prefix, 1, {{"segment.ms", "1"}});

  const std::string id = "sluice-test-" + unique_suffix();
  const KafkaHandle fenced = transactional_producer(id);
  check(rd_kafka_begin_transaction(fenced.get()), "beginning a transaction");
  deliver_all(fenced.get(), topic, 0, {{.key = "aborted", .value = ""}});
  const KafkaHandle fencing = transactional_producer(id);
  wait_until("the marker of the fenced transaction",
             [&] { return end_offset(topic, 0, Isolation::uncommitted) == 2; });

  const KafkaHandle plain =
      new_producer(bootstrap_, {{"max.in.flight.requests.per.connection", "1"}});
  const std::int64_t last_kept = deliver_all(plain.get(), topic, 0, kept).last_offset;
  const Record tail{.value = "goes", .timestamp_ms = far_future_ms};
  const std::int64_t end = deliver_all(plain.get(), topic, 0, {tail, tail}).last_offset + 1;

  const Record refused{.key = "refused", .value = "", .timestamp_ms = far_future_ms + 1000};
  if (!deliver(fenced.get(), topic, 0, {refused}).error) {
    fail("making a hole in " + topic, "the fenced producer was not refused");
  }
  set_configs(topic, {{"cleanup.policy", "compact"}, {"min.cleanable.dirty.ratio", "0.01"}});
  wait_until("the compaction of " + topic, [&] { return !offset_at(topic, 0, far_future_ms); });
  return {topic, last_kept, end};
}

int KafkaLab::leader(const std::string& topic, std::int32_t partition) {
  const MetadataPtr metadata = metadata_of(admin_.get());
  for (const auto& entry :
       std::span(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt))) {
    if (topic == entry.topic && partition < entry.partition_cnt) {
      return entry.partitions[partition].leader;
    }
  }
  return -1;
}

std::int64_t KafkaLab::low_offset(const std::string& topic, std::int32_t partition) {
  return list_offset(topic, partition, Isolation::uncommitted, RD_KAFKA_OFFSET_BEGINNING);
}

std::int64_t KafkaLab::end_offset(const std::string& topic, std::int32_t partition,
                                  Isolation isolation) {
  return list_offset(topic, partition, isolation, RD_KAFKA_OFFSET_END);
}

std::optional<std::int64_t> KafkaLab::offset_at(const std::string& topic, std::int32_t partition,
                                                std::int64_t timestamp_ms) {
  const std::int64_t offset = list_offset(topic, partition, Isolation::uncommitted, timestamp_ms);
  return offset < 0 ? std::nullopt : std::optional(offset);
}

std::int64_t KafkaLab::list_offset(const std::string& topic, std::int32_t partition,
                                   Isolation isolation, std::int64_t what) {
  KafkaHandle& lister = listers_.at(static_cast<std::size_t>(isolation));
  std::int64_t offset = 0;
  // A leader may just have changed or come back.
  wait_until("the offsets of " + topic + "/" + std::to_string(partition), [&] {
    if (!lister) lister = consumer(isolation);
    const PartitionsPtr asked = one_partition(topic, partition, what);
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(lister.get(), asked.get(), 5000);
    if (!error) error = asked->elems[0].err;
    if (error) {
      lister.reset();  // its picture of the topic may be old: a new client asks again
      fail("listing offsets", rd_kafka_err2str(error));
    }
    offset = asked->elems[0].offset;
    return true;
  });
  return offset;
}

std::vector<ReadRecord> KafkaLab::read(const std::string& topic, std::int32_t partition,
                                       Isolation isolation, std::int64_t from_offset) {
  const KafkaHandle reader = consumer(isolation);
  std::vector<ReadRecord> records;
  const PartitionsPtr from =
      one_partition(topic, partition, std::max(from_offset, low_offset(topic, partition)));
  if (rd_kafka_assign(reader.get(), from.get())) fail("reading " + topic, "cannot assign");
  wait_until("reading " + topic + "/" + std::to_string(partition), [&] {
    while (true) {
      const std::unique_ptr<rd_kafka_message_t, MessageDestroy> message(
          rd_kafka_consumer_poll(reader.get(), 1000));
      if (!message) return false;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return true;
      if (message->err) fail("consuming", rd_kafka_message_errstr(message.get()));
      records.push_back({.offset = message->offset,
                         .key = text_of(message->key, message->key_len),
                         .value = text_of(message->payload, message->len),
                         .timestamp_ms = rd_kafka_message_timestamp(message.get(), nullptr),
                         .headers = headers_of(message.get())});
    }
  });
  rd_kafka_consumer_close(reader.get());
  return records;
}

std::optional<std::int64_t> KafkaLab::committed_offset(const std::string& group,
                                                       const std::string& topic,
                                                       std::int32_t partition) {
  const KafkaHandle client = new_handle(RD_KAFKA_CONSUMER, bootstrap_, {{"group.id", group}});
  std::optional<std::int64_t> offset;
  wait_until("the committed offset of group " + group, [&] {
    const PartitionsPtr asked = one_partition(topic, partition, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_resp_err_t error = rd_kafka_committed(client.get(), asked.get(), 5000);
    if (!error) error = asked->elems[0].err;
    if (error) fail("asking for committed offsets", rd_kafka_err2str(error));
    if (asked->elems[0].offset >= 0) offset = asked->elems[0].offset;
    return true;
  });
  return offset;
}

std::vector<std::string> KafkaLab::groups_and_topics() {
  std::vector<std::string> names;
  const rd_kafka_group_list* groups = nullptr;
  if (const auto error = rd_kafka_list_groups(admin_.get(), nullptr, &groups, 10'000)) {
    fail("listing groups", rd_kafka_err2str(error));
  }
  for (int i = 0; i < groups->group_cnt; ++i) {
    names.push_back(fmt::format("group {}", groups->groups[i].group));
  }
  rd_kafka_group_list_destroy(groups);
  const struct rd_kafka_metadata* metadata = nullptr;
  if (const auto error = rd_kafka_metadata(admin_.get(), 1, nullptr, &metadata, 10'000)) {
    fail("listing topics", rd_kafka_err2str(error));
  }
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    names.push_back(fmt::format("topic {}", metadata->topics[i].topic));
  }
  rd_kafka_metadata_destroy(metadata);
  std::ranges::sort(names);
  return names;
}

GroupMember::GroupMember(const std::string& bootstrap, const std::string& group,
                         const std::string& topic)
    : consumer_(new_handle(RD_KAFKA_CONSUMER, bootstrap,
                           {{"group.id", group}, {"enable.auto.commit", "false"}})) {
  rd_kafka_poll_set_consumer(consumer_.get());
  const PartitionsPtr topics = one_partition(topic, RD_KAFKA_PARTITION_UA, 0);
  if (rd_kafka_subscribe(consumer_.get(), topics.get()))
    fail("joining " + group, "no subscription");
  wait_until("joining group " + group, [&] {
    const std::unique_ptr<rd_kafka_message_t, MessageDestroy> message(
        rd_kafka_consumer_poll(consumer_.get(), 50));
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(consumer_.get(), &assigned)) return false;
    const PartitionsPtr owner(assigned);
    return assigned->cnt > 0;
  });
}

KafkaHandle KafkaLab::consumer(Isolation isolation) const {
  KafkaHandle handle =
      new_handle(RD_KAFKA_CONSUMER, bootstrap_,
                 {{"isolation.level",
                   isolation == Isolation::committed ? "read_committed" : "read_uncommitted"},
                  {"group.id", "sluice-test"},  // asked for by the API; never joined
                  {"enable.auto.commit", "false"},
                  {"enable.partition.eof", "true"},
                  {"auto.offset.reset", "error"},
                  {"fetch.wait.max.ms", "20"}});
  rd_kafka_poll_set_consumer(handle.get());
  return handle;
}

KafkaHandle KafkaLab::transactional_producer(const std::string& id) const {
  // Its messages may take no longer than its transaction.
  KafkaHandle producer =
      new_producer(bootstrap_,
                   {{"transactional.id", id},
                    {"transaction.timeout.ms", std::to_string(transaction_timeout_.count())}},
                   std::min<std::chrono::milliseconds>(time_limit, transaction_timeout_));
  // A client that is connected already spares two waits of 500 ms in the next call.
  metadata_of(producer.get());
  check(rd_kafka_init_transactions(producer.get(), time_limit_ms), "initializing transactions");
  return producer;
}

// 0 for a topic that is not there.
int KafkaLab::partitions_with_leader(const std::string& topic) {
  const MetadataPtr metadata = metadata_of(admin_.get());
  int count = 0;
  for (const auto& entry :
       std::span(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt))) {
    if (topic != entry.topic) continue;
    for (const auto& partition :
         std::span(entry.partitions, static_cast<std::size_t>(entry.partition_cnt))) {
      if (partition.leader >= 0) ++count;
    }
  }
  return count;
}

// ---------------------------------------------------------------- brokers

std::string shared_broker() {
  const char* address = std::getenv("SLUICE_TEST_BROKER");
  if (!address || !*address) {
    throw std::runtime_error(
        "SLUICE_TEST_BROKER is not set. scripts/test sets it; by hand: "
        "SLUICE_TEST_BROKER=$(scripts/broker start)");
  }
  return address;
}

OwnBroker::OwnBroker(Kind kind, int nodes) {
  std::string name = (std::filesystem::temp_directory_path() / "sluice-broker-XXXXXX").string();
  if (!mkdtemp(name.data())) fail("making a folder for a broker", name);
  dir_ = name;
  bootstrap_ = script(kind == Kind::secure ? "start --secure"
                      : nodes > 1          ? fmt::format("start --nodes {}", nodes)
                                           : "start");
}

// Lines of `export NAME=value`, a value perhaps in single quotes.
std::map<std::string, std::string> OwnBroker::read_secure_env() const {
  constexpr std::string_view head = "export ";
  std::map<std::string, std::string> variables;
  std::ifstream file(dir_ / "secure.env");
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (!line.starts_with(head) || equals == std::string::npos) continue;
    std::string value = line.substr(equals + 1);
    std::erase(value, '\'');
    variables.emplace(line.substr(head.size(), equals - head.size()), std::move(value));
  }
  return variables;
}

std::string OwnBroker::secure_env(const std::string& name) const {
  const auto variables = read_secure_env();
  const auto found = variables.find(name);
  if (found == variables.end()) fail("reading secure.env", name + " is missing");
  return found->second;
}

void OwnBroker::export_secure_env() const {
  for (const auto& [name, value] : read_secure_env()) setenv(name.c_str(), value.c_str(), 1);
}

OwnBroker::~OwnBroker() {
  try {
    kill();
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void OwnBroker::stop() { script("stop"); }
void OwnBroker::kill() { script("kill"); }
void OwnBroker::restart() { script("restart"); }
void OwnBroker::replace() {
  kill();
  std::filesystem::remove_all(dir_ / "data");
  script("start");
}

void OwnBroker::stop(int node) { script(fmt::format("stop --node {}", node)); }
void OwnBroker::kill(int node) { script(fmt::format("kill --node {}", node)); }
void OwnBroker::restart(int node) { script(fmt::format("start --node {}", node)); }

// Returns the script's standard output without the line end.
std::string OwnBroker::script(const std::string& command) const {
  const char* path = std::getenv("SLUICE_BROKER_SCRIPT");
  if (!path) fail("running a broker", "SLUICE_BROKER_SCRIPT is not set (scripts/test sets it)");
  const std::string line =
      "'" + std::string(path) + "' " + command + " --dir '" + dir_.string() + "'";
  std::FILE* pipe = popen(line.c_str(), "r");
  if (!pipe) fail(line, "cannot start it");
  std::string output;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe)) output += part.data();
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail(line, "failed, see above");
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

}  // namespace sluice::test
