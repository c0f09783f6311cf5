// kill -9 again and again in the middle of loads, while a producer goes on: at the end the table is
// the topic, by partition and offset, nothing missing and nothing twice.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <map>
#include <random>
#include <thread>

#include "support/kafka_lab.h"
#include "support/orders_dataset.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

constexpr int partitions = 3;
constexpr int rounds = 50;
constexpr int rounds_of_workers = 20;
constexpr int rounds_of_upsert = 15;

// Sends to the partitions in turn what `record` gives for an offset, until it is told to end.
class Producing {
 public:
  using RecordAt = Record (*)(int partition, std::int64_t offset);

  Producing(const std::string& bootstrap, const std::string& topic, RecordAt record)
      : thread_([this, bootstrap, topic, record] { produce(bootstrap, topic, record); }) {}
  ~Producing() { end(); }

  void end() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::int64_t produced(int partition) const { return produced_[partition]; }

 private:
  void produce(const std::string& bootstrap, const std::string& topic, RecordAt record) {
    KafkaLab lab(bootstrap);
    for (int round = 0; !ending_; ++round) {
      const int partition = round % partitions;
      std::vector<Record> records;
      for (int i = 0; i < 50; ++i) {
        records.push_back(record(partition, produced_[partition] + i));
      }
      lab.produce(topic, partition, records);
      produced_[partition] += 50;
    }
  }

  std::atomic<bool> ending_ = false;
  std::atomic<std::int64_t> produced_[partitions] = {};
  std::thread thread_;
};

std::string newest_job(const Project& project) {
  return project.ask("SELECT job_id FROM sluice_jobs ORDER BY rowid DESC").value_or("");
}

// How many messages a job has committed that was begun after `earlier`; -1 while there is none.
std::int64_t committed_since(const Project& project, const std::string& earlier) {
  const auto count = project.ask(
      fmt::format("SELECT messages FROM (SELECT * FROM sluice_jobs ORDER BY rowid DESC LIMIT 1) "
                  "WHERE job_id <> '{}'",
                  earlier));
  return count ? std::stoll(*count) : -1;
}

// Begins runs and kills each in its middle, after up to `most` committed messages. Nearly all are
// killed between two commits.
void kill_again_and_again(const Project& project, int rounds_to_go, int most = 200) {
  const auto seed = std::random_device()();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  int between_commits = 0;
  std::string where;
  for (int round = 0; round < rounds_to_go; ++round) {
    // A few rounds are killed as early as the process can be, before its first commit.
    const std::int64_t after = round % 10 == 9 ? -1 : static_cast<std::int64_t>(random()) % most;
    const std::string earlier = newest_job(project);
    Process job({SLUICE_BINARY, "run", "orders.json"}, project.dir().path().string());
    std::int64_t messages = -1;
    REQUIRE(eventually([&] {
      messages = committed_since(project, earlier);
      return messages > after || after < 0;
    }));
    job.send(SIGKILL);
    REQUIRE(job.wait().exit_code == 128 + SIGKILL);
    messages = std::max(messages, committed_since(project, earlier));
    // It had committed something and would have gone on: until: timeout, and the producer runs.
    if (messages > 0) ++between_commits;
    where += fmt::format("{}{}", where.empty() ? "" : " ",
                         messages < 0 ? "start" : fmt::format("{}", messages));
  }
  MESSAGE("killed after so many committed messages: " << where);
  MESSAGE("kills between the first and the last commit of a run: " << between_commits);
  CHECK(between_commits >= rounds_to_go * 4 / 5);
}

Record with_its_offset(int, std::int64_t offset) {
  return {.value = fmt::format(R"({{"id":{}}})", offset)};
}

// 37 keys a partition, each of which comes again and again; every tenth message deletes its row.
Record of_few_keys(int partition, std::int64_t offset) {
  const std::string key = fmt::format("{}", partition * 1000 + offset % 37);
  if (offset % 10 == 9) return {.key = key};
  return {.key = key, .value = fmt::format(R"({{"note":"{}"}})", offset)};
}

}  // namespace

TEST_CASE("killed at any moment, the next run goes on: every row once") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", partitions));
  std::string top;
  int rounds_to_go = rounds;
  SUBCASE("one worker") {}
  SUBCASE("two workers") {
    top = R"("segmentation": {"active": true}, "instances": 2)";
    rounds_to_go = rounds_of_workers;
  }
  project.write_action("\"load_batch_size\": 20, \"load_batch_interval\": \"10ms\"", top);
  Producing producing(lab.bootstrap(), project.topic(), with_its_offset);
  kill_again_and_again(project, rounds_to_go);
  producing.end();
  const Ended last = project.run();
  CAPTURE(last.err);
  REQUIRE(last.exit_code == 0);
  for (int partition = 0; partition < partitions; ++partition) {
    CAPTURE(partition);
    const auto produced = std::to_string(producing.produced(partition));
    const auto of_partition = fmt::format(" FROM orders WHERE _partition = {}", partition);
    CHECK(std::to_string(lab.end_offset(project.topic(), partition)) == produced);
    CHECK(project.ask("SELECT count(*)" + of_partition) == produced);
    CHECK(project.ask("SELECT count(DISTINCT _offset)" + of_partition) == produced);
    CHECK(project.ask("SELECT coalesce(sum(id <> _offset), 0)" + of_partition) == "0");
    CHECK(project.ask(fmt::format("SELECT next_offset FROM orders__metadata WHERE partition = {}",
                                  partition)) == produced);
  }
  CHECK(project.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "0");
  CHECK(project.ask("PRAGMA integrity_check") == "ok");
}

// The table without key and without provenance, into which several batches go in one transaction.
TEST_CASE("killed in transactions of several batches, the next run goes on: every row once") {
  constexpr int rounds_to_go = 6;
  constexpr int messages = 250'000;  // a partition: more than six rounds can load
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", partitions));
  project.dir().write("schemas/datasets/db.yaml", orders_dataset(""));
  project.write_action(R"("load_batch_size": 10000, "load_batch_interval": "1s",
    "schema": { "id": { "type": "default", "attribute": "$offset" },
                "note": { "type": "default", "attribute": "$partition" } })");
  for (int partition = 0; partition < partitions; ++partition) {
    lab.produce(project.topic(), partition, std::vector<Record>(messages, {.value = "{}"}));
  }
  kill_again_and_again(project, rounds_to_go, 30'000);
  const Ended last = project.run();
  CAPTURE(last.err);
  REQUIRE(last.exit_code == 0);
  CHECK(std::stoll(json_value(last.out, "messages")) > 0);
  const std::string all = fmt::format("{}", messages * partitions);
  CHECK(project.ask("SELECT count(*) FROM orders") == all);
  CHECK(project.ask(fmt::format("SELECT count(*) FROM (SELECT DISTINCT id, note FROM orders "
                                "WHERE id BETWEEN 0 AND {} AND note BETWEEN '0' AND '{}')",
                                messages - 1, partitions - 1)) == all);
  CHECK(project.positions() == fmt::format("0@{0} 1@{0} 2@{0}", messages));
  CHECK(project.ask("SELECT sum(messages) FROM sluice_jobs") == all);
  CHECK(project.ask("PRAGMA integrity_check") == "ok");
}

TEST_CASE("killed at any moment, an upsert ends as if every message had come once") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", partitions));
  project.dir().write("schemas/datasets/db.yaml", R"(engine: sqlite
path: data.db
tables:
  orders:
    columns:
      id: { type: integer }
      note: { type: text }
    primary_key: [id]
    provenance: true
)");
  project.write_action(
      R"("write_mode": "upsert", "load_batch_size": 20, "load_batch_interval": "10ms",
    "schema": { "id": { "type": "default", "attribute": "$key" },
                "note": { "type": "default", "attribute": "note" } })");
  Producing producing(lab.bootstrap(), project.topic(), of_few_keys);
  kill_again_and_again(project, rounds_of_upsert);
  producing.end();

  const Ended last = project.run();
  CAPTURE(last.err);
  REQUIRE(last.exit_code == 0);
  std::int64_t messages = 0;
  std::int64_t rows = 0;
  std::int64_t deleted = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    CAPTURE(partition);
    std::map<std::int64_t, std::int64_t> expected;  // key -> offset
    for (std::int64_t offset = 0; offset < producing.produced(partition); ++offset, ++messages) {
      const std::int64_t key = partition * 1000 + offset % 37;
      if (offset % 10 == 9) {
        deleted += static_cast<std::int64_t>(expected.erase(key));
      } else {
        expected[key] = offset;
      }
    }
    std::string table;
    for (const auto& [key, offset] : expected) {
      table += fmt::format("{}{}={}@{}", table.empty() ? "" : " ", key, offset, offset);
    }
    rows += std::ssize(expected);
    CHECK(project.ask(
              fmt::format("SELECT group_concat(id || '=' || note || '@' || _offset, ' ') FROM "
                          "(SELECT * FROM orders WHERE _partition = {} ORDER BY id)",
                          partition)) == table);
  }
  // Every message was counted once, by the commit that took it.
  CHECK(project.ask("SELECT sum(messages) FROM sluice_jobs") == std::to_string(messages));
  CHECK(project.ask("SELECT sum(deleted) FROM sluice_jobs") == std::to_string(deleted));
  CHECK(project.ask("SELECT sum(inserted) - sum(deleted) FROM sluice_jobs") ==
        std::to_string(rows));
  CHECK(project.ask("PRAGMA integrity_check") == "ok");
}
