#pragma once

// What tests need of a real Apache Kafka besides loading from it: topics made, filled and damaged
// on purpose, and the broker itself started and killed.
//
// Everything returns only when its effect can be seen by any client: a created topic has leaders, a
// produced record is acknowledged, an ended transaction has its marker in the log. Waiting has a
// deadline of 30 s. Every failure is a std::runtime_error that says what was tried. A KafkaLab is
// for one thread; several labs may share a broker.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct rd_kafka_s;

namespace sluice::test {

struct KafkaDestroy {
  void operator()(rd_kafka_s* handle) const;
};
using KafkaHandle = std::unique_ptr<rd_kafka_s, KafkaDestroy>;

struct RecordHeader {
  std::string name;
  std::optional<std::string> value = std::nullopt;

  bool operator==(const RecordHeader&) const = default;
};

// A message to produce: `{.key = "a", .value = "{}"}`. What is absent is Kafka's null; the
// timestamp is then the producer's clock.
struct Record {
  std::optional<std::string> key = std::nullopt;
  std::optional<std::string> value = std::nullopt;
  std::vector<RecordHeader> headers = {};
  std::optional<std::int64_t> timestamp_ms = std::nullopt;
};

// Records that have a value only.
std::vector<Record> values(std::initializer_list<std::string_view> values);
// {"id":first} ... {"id":last}
std::vector<Record> ids(int first, int last);

// A message as an independent client reads it.
struct ReadRecord {
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t timestamp_ms = 0;
  std::vector<RecordHeader> headers = {};
};

enum class Isolation { committed, uncommitted };
enum class TransactionEnd { commit, abort };
enum class Right { read, write, describe, describe_configs };

using TopicConfigs = std::map<std::string, std::string>;

class KafkaLab;

// A transaction that stays open, and holds the last stable offset at its first record, until it is
// ended or destroyed (which aborts it). The lab must outlive it. After the lab's timeout the broker
// aborts it.
class OpenTransaction {
 public:
  OpenTransaction(OpenTransaction&&) = default;
  OpenTransaction& operator=(OpenTransaction&&) = delete;
  ~OpenTransaction();

  std::int64_t first_offset() const { return first_offset_; }

  // Return when the marker is in the log, unless an older transaction is open in the partition:
  // then it may come a little later.
  void commit() { end(TransactionEnd::commit); }
  void abort() { end(TransactionEnd::abort); }
  void end(TransactionEnd how);

 private:
  friend class KafkaLab;
  OpenTransaction(KafkaLab& lab, const std::string& topic, std::int32_t partition,
                  const std::vector<Record>& records);

  KafkaLab* lab_;
  std::string topic_;
  std::int32_t partition_;
  KafkaHandle producer_;  // null once ended
  std::int64_t first_offset_ = 0;
};

// A topic of one partition whose log ends in a hole: the last record that is left is
// `last_record_offset`, everything after it, up to `end_offset`, is gone without a trace. No
// message, no marker and no end-of-partition event brings a consumer from the one to the other.
struct TopicWithHole {
  std::string name;
  std::int64_t last_record_offset = 0;
  std::int64_t end_offset = 0;
};

// A consumer that has joined a group and stays in it until it is destroyed.
class GroupMember {
 public:
  // Returns when the group has given it all partitions of the topic.
  GroupMember(const std::string& bootstrap, const std::string& group, const std::string& topic);

 private:
  KafkaHandle consumer_;
};

class KafkaLab {
 public:
  // Does not connect yet. A transaction that its producer left open is aborted by the broker after
  // `transaction_timeout`.
  explicit KafkaLab(std::string bootstrap,
                    std::chrono::milliseconds transaction_timeout = std::chrono::minutes(1));

  const std::string& bootstrap() const { return bootstrap_; }

  void create_topic(const std::string& topic, int partitions, const TopicConfigs& configs = {});

  // A new topic with a name of its own, "orders-1f3a-1", which is returned.
  std::string fresh_topic(std::string_view prefix, int partitions = 1,
                          const TopicConfigs& configs = {});

  void delete_topic(const std::string& topic);
  void add_partitions(const std::string& topic, int new_total);

  // Replaces all settings that the topic has of its own.
  void set_configs(const std::string& topic, const TopicConfigs& configs);

  // Takes a right on a topic from a user; all others keep theirs. On a broker with an authorizer.
  void deny(const std::string& topic, const std::string& user, Right right);

  // Moves the start of the log; -1 deletes everything there is.
  void delete_records(const std::string& topic, std::int32_t partition, std::int64_t before_offset);

  // Keeps the order, and writes nothing twice. Partition -1 leaves the choice to the key's hash.
  void produce(const std::string& topic, std::int32_t partition,
               const std::vector<Record>& records);

  // The records and a marker: the log grows by one more than there are records.
  void produce_transaction(const std::string& topic, std::int32_t partition,
                           const std::vector<Record>& records, TransactionEnd how);

  [[nodiscard]] OpenTransaction open_transaction(const std::string& topic, std::int32_t partition,
                                                 const std::vector<Record>& records);

  // The hole is made by the broker's own cleaner. `kept` are the records left before it; they need
  // keys, all different. They start at offset 2: an aborted transaction comes before them.
  TopicWithHole fresh_topic_with_hole(std::string_view prefix, const std::vector<Record>& kept);

  // The node that leads the partition; -1 while none does.
  int leader(const std::string& topic, std::int32_t partition);

  std::int64_t low_offset(const std::string& topic, std::int32_t partition);

  // Committed: the last stable offset. Uncommitted: the high watermark.
  std::int64_t end_offset(const std::string& topic, std::int32_t partition,
                          Isolation isolation = Isolation::committed);

  // The first record of that time or later; absent when there is none.
  std::optional<std::int64_t> offset_at(const std::string& topic, std::int32_t partition,
                                        std::int64_t timestamp_ms);

  // What the group has committed, as lag tools ask for it; absent where it has nothing.
  std::optional<std::int64_t> committed_offset(const std::string& group, const std::string& topic,
                                               std::int32_t partition);

  // What the cluster has, sorted: "group nightly", "topic orders".
  std::vector<std::string> groups_and_topics();

  // Everything from the log's start, or from an offset behind it, to its end. Fails on a log that
  // ends in a hole.
  std::vector<ReadRecord> read(const std::string& topic, std::int32_t partition,
                               Isolation isolation = Isolation::committed,
                               std::int64_t from_offset = 0);

 private:
  friend class OpenTransaction;

  std::int64_t list_offset(const std::string& topic, std::int32_t partition, Isolation isolation,
                           std::int64_t what);
  KafkaHandle consumer(Isolation isolation) const;
  KafkaHandle transactional_producer(const std::string& id) const;
  int partitions_with_leader(const std::string& topic);

  std::string bootstrap_;
  std::chrono::milliseconds transaction_timeout_;
  KafkaHandle admin_;
  std::array<KafkaHandle, 2> listers_;  // by isolation; they only ask for offsets
};

// The address of the broker that the whole test run shares. Fails with an explanation when there
// is none.
std::string shared_broker();

// A broker of one test, for tests that stop or kill it, or a cluster of several. Its folder is a
// temporary one. Construction starts it, destruction kills it and removes the folder.
class OwnBroker {
 public:
  enum class Kind { plain, secure };  // see scripts/broker --secure

  explicit OwnBroker(Kind kind = Kind::plain) : OwnBroker(kind, 1) {}
  // A plain cluster: topics have a replica on each node unless they say otherwise.
  static OwnBroker cluster(int nodes) { return {Kind::plain, nodes}; }
  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;
  ~OwnBroker();

  // Stays the same for the broker's whole life.
  const std::string& bootstrap() const { return bootstrap_; }

  // A variable of a secure broker's secure.env, for example KAFKA_SASL_SSL.
  std::string secure_env(const std::string& name) const;
  // All of them go into our own environment, where programs that are started find them.
  void export_secure_env() const;

  void stop();     // SIGTERM, and waits
  void kill();     // SIGKILL
  void restart();  // the same data on the same ports; 1 s after stop, 4 s after kill
  void replace();  // kills it; another cluster, with nothing in it, on the same ports

  // The same for one node of a cluster, from 1; the others take over what it leads.
  void stop(int node);
  void kill(int node);
  void restart(int node);

 private:
  OwnBroker(Kind kind, int nodes);
  std::string script(const std::string& command) const;
  std::map<std::string, std::string> read_secure_env() const;

  std::filesystem::path dir_;
  std::string bootstrap_;
};

}  // namespace sluice::test
