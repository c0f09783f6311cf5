#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "job/move_positions.h"
#include "job/preview.h"
#include "support/forwarding_source.h"
#include "support/log_watch.h"
#include "support/scenario.h"
#include "support/text.h"

using sluice::Error;
using sluice::ExitCode;
using sluice::Report;
using sluice::StopReason;
using sluice::test::ForwardingSource;
using sluice::test::holds;
using sluice::test::LogWatch;
using sluice::test::Scenario;
using sluice::test::ScriptedLog;

namespace {

bool says(const Report& report, std::string_view words) {
  return report.message.find(words) != std::string::npos;
}

int source_changed() { return static_cast<int>(ExitCode::source_changed); }

// The topic, deleted and created anew with these messages.
void create_anew(Scenario& job, int partition, const std::vector<int>& ids) {
  job.log(partition) = ScriptedLog();
  job.produce(partition, ids);
}

// Retention or DeleteRecords: nothing below `low` is left.
void delete_below(Scenario& job, int partition, sluice::Offset low) {
  ScriptedLog& log = job.log(partition);
  std::erase_if(log.records, [low](const auto& record) { return record.offset < low; });
  log.low_offset = low;
}

std::string generations(const Scenario& job) {
  return job.ask(
      "SELECT group_concat(partition || ':' || generation || '@' || next_offset, ' ') FROM "
      "(SELECT * FROM orders__metadata ORDER BY partition)");
}

}  // namespace

TEST_CASE("a topic created anew that has grown past the position is known by its last message") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  REQUIRE(job.run().exit_code == 0);
  REQUIRE(job.run().exit_code == 0);  // has met all that it was known by

  create_anew(job, 0, {101, 102, 103, 104, 105});
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report,
             "the source is not the one that was loaded:\n  orders/0: loaded up to offset "
             "3, and offset 2 was a message of 2026-01-01T00:00:00.000Z with hash "));
  CHECK(says(report, "but it is a message of 2026-01-01T00:00:00.000Z with hash "));
  CHECK(says(report, "\"on_topic_changed\" to \"restart\""));
  CHECK(job.rows() == "1 2 3");
  CHECK(job.positions() == "orders/0@3");
  CHECK(job.ask("SELECT end_offset FROM orders__metadata") == "3");
  CHECK(job.ask("SELECT state || exit_code FROM sluice_jobs ORDER BY rowid DESC") == "failed76");
}

TEST_CASE("the last message is looked at also where nothing is new, by time as by content") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  CHECK(job.run().exit_code == 0);

  job.log(0).records[2].timestamp_ms += 1;
  CHECK(job.run().exit_code == source_changed());
  job.log(0).records[2].timestamp_ms -= 1;
  CHECK(job.run().exit_code == 0);
  job.log(0).records[2].key = "other";
  CHECK(job.run().exit_code == source_changed());
  CHECK(job.rows() == "1 2 3");
}

TEST_CASE(
    "one partition that was cut and written again holds back the whole topic's restart only") {
  Scenario job;
  job.produce(0, {1, 2});
  job.produce(1, {11, 12});
  job.run();

  create_anew(job, 1, {21, 22, 23});
  job.produce(0, {3});
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "orders/1: loaded up to offset 2"));
  CHECK_FALSE(says(report, "orders/0:"));
}

TEST_CASE("a partition without a message of its own waits for one of its topic that has") {
  Scenario job;
  job.produce(0, {});  // never held anything
  job.produce(1, {11, 12});
  job.run();

  // Each message comes alone, those of partition 0 first.
  const std::vector<std::string> one_by_one = {"params.load_from.0.extract_chunk_size=1"};
  create_anew(job, 0, {101});
  create_anew(job, 1, {21, 22, 23});
  CHECK(job.run(one_by_one).exit_code == source_changed());
  CHECK(job.rows() == "11 12");

  // The same where the log is right.
  create_anew(job, 1, {11, 12, 13});
  CHECK(job.run(one_by_one).exit_code == 0);
  CHECK(job.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id)") ==
        "11 12 13 101");
}

TEST_CASE("a loss is noted only of a topic that is the one that was loaded") {
  Scenario job;
  job.produce(0, {1, 2});
  job.produce(1, {11, 12});
  job.run();
  create_anew(job, 0, {101, 102, 103});
  create_anew(job, 1, {111, 112, 113, 114});
  job.log(1).low_offset = 3;

  const std::vector<std::string> skip = {"params.on_data_loss=skip"};
  SUBCASE("another one is told, and nothing is changed") {
    CHECK(job.run(skip).exit_code == source_changed());
  }
  SUBCASE("nor where a signal comes before anything is known") {
    job.cluster.before_fetch = [&] {
      job.cluster.outage = "nobody answers";
      job.stop.raise(15);
    };
    CHECK(job.run(skip).stop_reason == StopReason::signal);
  }
  CHECK(job.rows() == "1 2 11 12");
  CHECK(job.positions() == "orders/0@2 orders/1@2");
  CHECK(job.ask("SELECT count(*) FROM orders__gaps") == "0");
}

TEST_CASE("a loss with nothing behind it is noted, and the report says where the table stands") {
  Scenario job;
  job.produce(0, {1, 2});
  job.run();
  job.log(0).low_offset = job.log(0).end_offset = 7;
  const Report report = job.run({"params.on_data_loss=skip"});
  CHECK(report.exit_code == 0);
  REQUIRE(report.partitions.size() == 1);
  CHECK(report.partitions[0].next_offset == 7);
  CHECK(job.positions() == "orders/0@7");
  CHECK(job.ask("SELECT from_offset || '-' || to_offset FROM orders__gaps") == "2-7");
}

TEST_CASE("compaction may take the last message, nothing else may") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.produce(0, {4});
  job.log(0).records.erase(job.log(0).records.begin() + 2);

  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "but there is no message now"));

  SUBCASE("of a compacted topic") { job.cluster.is_compacted = true; }
  SUBCASE("of a topic that nobody tells about") { job.cluster.is_compacted.reset(); }
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3 4");
}

TEST_CASE("a compacted log that holds nothing at its tail is known by nothing, and done") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.cluster.is_compacted = true;
  job.log(0).records.pop_back();
  CHECK(job.run().stop_reason == StopReason::caught_up);
  CHECK(job.positions() == "orders/0@3");
}

TEST_CASE("compaction never brings a log's end nearer: one that ends before the last was cut") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.produce(0, {4});
  job.cluster.is_compacted = true;
  job.cluster.before_fetch = [&] {  // between the look at the ends and the first message
    job.log(0) = ScriptedLog();
    job.produce(0, {1, 2});
  };
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(job.positions() == "orders/0@3");
}

namespace {

// Asks a leader that is new and knows for some fetches only of the messages before `end`.
class LaggingEnd : public sluice::test::ForwardingSource {
 public:
  LaggingEnd(std::unique_ptr<sluice::Source> source, sluice::Offset end, int& fetches)
      : ForwardingSource(std::move(source)),
        end_{.partition = 0, .next_offset = end},
        fetches_(fetches) {}

  sluice::Fetched fetch(std::chrono::milliseconds wait, std::size_t most,
                        std::size_t most_bytes) override {
    if (--fetches_ < 0) return ForwardingSource::fetch(wait, most, most_bytes);
    return {.messages = {}, .proofs = {&end_, 1}};
  }

 private:
  sluice::Proof end_;
  int& fetches_;
};

}  // namespace

TEST_CASE("an end before the last message is asked for again, and believed at last") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.run();  // has met all that it was known by
  job.produce(0, {4});
  int lags = 1;
  job.wrap_source = [&](std::unique_ptr<sluice::Source> source) {
    return std::make_unique<LaggingEnd>(std::move(source), 2, lags);
  };
  const std::string restart = "params.on_topic_changed=restart";
  SUBCASE("once") {
    CHECK(job.run({restart}).exit_code == 0);
    CHECK(job.rows() == "1 2 3 4");
    CHECK(generations(job) == "0:1@4");
  }
  SUBCASE("in a preview") {
    CHECK(sluice::preview(job.plan({restart}), job.world(), 10).rows.size() == 1);
  }
  SUBCASE("again and again") {
    lags = 1'000;
    const Report report = job.run({restart});
    CHECK(report.exit_code == source_changed());
    CHECK(says(report, "but there is no message now"));
    CHECK(job.rows() == "1 2 3");
    CHECK(generations(job) == "0:1@3");
  }
}

TEST_CASE("behind what was removed there is nothing to know the log by") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  delete_below(job, 0, 3);
  job.produce(0, {4});
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3 4");
}

TEST_CASE("on_topic_changed restart begins a generation of its own at the new log's start") {
  for (const std::vector<int>& ids :
       {std::vector{101}, std::vector{101, 102, 103}, std::vector{101, 102, 103, 104, 105}}) {
    CAPTURE(ids.size());
    Scenario job;
    job.produce(0, {1, 2, 3});
    job.produce(1, {11});
    job.run();

    create_anew(job, 0, ids);
    create_anew(job, 1, {111, 112});
    const Report report = job.run({"params.on_topic_changed=restart"});
    REQUIRE(report.exit_code == 0);
    CHECK(report.counts.messages == static_cast<int>(ids.size()) + 2);
    CHECK(report.partitions[0].note == "the topic's log was replaced: generation 2 begins at 0");
    CHECK(job.ask("SELECT count(*) FROM orders WHERE id > 100") == std::to_string(ids.size() + 2));
    CHECK(job.ask("SELECT count(*) FROM orders WHERE id < 100") == "4");
    CHECK(generations(job) == "0:2@" + std::to_string(ids.size()) + " 1:2@2");
    CHECK(job.run({"params.on_topic_changed=restart"}).counts.messages == 0);
  }
}

TEST_CASE("provenance tells the generations apart") {
  Scenario job;
  job.dataset_yaml += "    provenance: true\n";
  job.produce(0, {1, 2});
  job.run();
  create_anew(job, 0, {1, 2, 3});
  job.log(0).records[1].timestamp_ms += 5;
  job.run({"params.on_topic_changed=restart"});
  CHECK(job.ask("SELECT group_concat(id || ':' || _generation, ' ') FROM orders") ==
        "1:1 2:1 1:2 2:2 3:2");
}

TEST_CASE("restart forgets partitions that the new topic lacks, and begins those that it adds") {
  Scenario job;
  job.produce(0, {1});
  job.produce(1, {11});
  job.run();
  job.cluster.topics["orders"].pop_back();
  CHECK(job.run().exit_code == source_changed());
  CHECK(job.run({"params.on_topic_changed=restart"}).exit_code == 0);
  CHECK(generations(job) == "0:2@1");
  job.produce(1, {111});
  CHECK(job.run().exit_code == 0);
  CHECK(generations(job) == "0:2@1 1:2@1");
}

TEST_CASE("restart goes over to another cluster as well") {
  Scenario job;
  job.produce(0, {1, 2});
  job.run();
  job.cluster.cluster_id = "cluster-b";
  CHECK(says(job.run(), "from cluster cluster-a, but this is cluster cluster-b"));
  CHECK(job.run({"params.on_topic_changed=restart"}).counts.messages == 2);
  CHECK(job.rows() == "1 2 1 2");
  CHECK(job.ask("SELECT cluster_id FROM orders__metadata") == "cluster-b");
}

TEST_CASE("a topic id that differs is another topic, one that appears is noted") {
  Scenario job;
  job.produce(0, {1, 2});
  job.run();
  job.cluster.topic_ids["orders"] = "id-1";
  job.produce(0, {3});
  CHECK(job.run().exit_code == 0);
  CHECK(job.ask("SELECT topic_id FROM orders__metadata") == "id-1");
  job.cluster.topic_ids["orders"] = "id-2";
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "of the topic with id id-1, but its id is id-2 now"));
}

TEST_CASE("on_data_loss skip goes on at the log's start and notes what was lost") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.produce(0, {4, 5, 6, 7});
  delete_below(job, 0, 5);
  CHECK(job.run().exit_code == source_changed());
  CHECK(job.rows() == "1 2 3");
  CHECK(job.ask("SELECT count(*) FROM orders__gaps") == "0");

  const Report report = job.run({"params.on_data_loss=skip"});
  CHECK(report.exit_code == 0);
  CHECK(report.partitions[0].from_offset == 5);
  CHECK(report.partitions[0].note ==
        "offsets 3 to 4 were removed before they were loaded; the log begins at 5 now");
  CHECK(job.rows() == "1 2 3 6 7");
  CHECK(job.ask("SELECT source || topic || partition || ' ' || from_offset || '-' || to_offset "
                "|| ' ' || (job_id = (SELECT max(job_id) FROM orders__metadata)) "
                "FROM orders__gaps") == "shoporders0 3-5 1");
  job.run({"params.on_data_loss=skip"});
  CHECK(job.ask("SELECT count(*) FROM orders__gaps") == "1");
}

TEST_CASE("messages that are deleted in front of a running job are a loss like any other") {
  for (const bool skips : {false, true}) {
    CAPTURE(skips);
    Scenario job;
    job.produce(0, {1, 2, 3, 4, 5, 6, 7, 8});
    int fetches = 0;
    job.cluster.before_fetch = [&] {
      if (++fetches == 2) delete_below(job, 0, 6);
    };
    const Report report =
        job.run({"params.load_from.0.extract_chunk_size=2",
                 skips ? "params.on_data_loss=skip" : "params.on_data_loss=fail"});
    CHECK(report.exit_code == (skips ? 0 : source_changed()));
    CHECK(job.rows() == (skips ? "1 2 7 8" : "1 2"));
    CHECK(job.positions() == (skips ? "orders/0@8" : "orders/0@2"));
    CHECK(job.ask("SELECT ifnull(max(from_offset || '-' || to_offset), '') FROM orders__gaps") ==
          (skips ? "2-6" : ""));
    CHECK(report.counts.messages == (skips ? 4 : 2));
    CHECK(report.partitions[0].from_offset == 0);
    CHECK(report.partitions[0].messages == (skips ? 4 : 2));
    if (!skips)
      CHECK(says(report, "orders/0: offsets 2 to 5 were removed before they were loaded"));
  }
}

TEST_CASE("max_messages counts across positions that were decided anew") {
  Scenario job;
  job.produce(0, {1, 2, 3, 4, 5, 6, 7, 8});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 2) delete_below(job, 0, 4);
  };
  const Report report = job.run(
      {"params.load_from.0.extract_chunk_size=2", "params.on_data_loss=skip", "max_messages=3"});
  CHECK(report.stop_reason == StopReason::max_messages);
  CHECK(job.rows() == "1 2 5");
}

TEST_CASE("a source that says again and again that the log is gone is believed at last") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.cluster.fetch_failure = [](int) {
    return std::optional(sluice::Error(ExitCode::source_changed, "out of range"));
  };
  const Report report = job.run({"params.on_data_loss=skip"});
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "out of range"));
}

TEST_CASE("an always-up job takes partitions that are added, from their earliest offset") {
  Scenario job;
  job.produce(0, {1, 2});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 3) job.produce(1, {11, 12});
    if (fetches == 200) job.stop.raise(15);
  };
  const Report report = job.run({"execution_mode=always-up", "until=timeout", "timeout=null",
                                 "params.load_from.0.offset_number=1"});
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(job.rows() == "2 11 12");
  CHECK(job.positions() == "orders/0@2 orders/1@2");
  CHECK(report.partitions.size() == 2);
}

TEST_CASE("a partition that is new to the table and lost messages before is told in the log") {
  Scenario job;
  job.produce(0, {1});
  job.run();
  job.produce(1, {11, 12, 13});
  job.log(1).low_offset = 2;
  const LogWatch log;
  CHECK(job.run().exit_code == 0);
  CHECK(holds(log.text(), "orders/1: new to this table: begins at 2, what was before is no longer"));
  CHECK(job.rows() == "1 13");
}

TEST_CASE("brokers that go away while new partitions are looked at are waited for") {
  Scenario job;
  job.produce(0, {1});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 3) {
      job.produce(1, {11});
      job.cluster.connect_failure = Error(ExitCode::unavailable, "nobody answers");
    }
    if (fetches == 200) job.stop.raise(15);
  };
  int pulses_without_brokers = 0;
  job.on_pulse = [&] {
    if (job.cluster.connect_failure && ++pulses_without_brokers == 3) {
      job.cluster.connect_failure.reset();
    }
  };
  const Report report = job.run({"execution_mode=always-up", "until=timeout", "timeout=null"});
  CHECK(report.exit_code == 0);
  CHECK(pulses_without_brokers == 3);
  CHECK(job.rows() == "1 11");
}

TEST_CASE("brokers that stay away then end the job with its time") {
  Scenario job;
  job.produce(0, {1});
  job.run();
  job.produce(0, {2, 3});
  job.cluster.before_fetch = [&] {
    delete_below(job, 0, 3);
    job.cluster.connect_failure = Error(ExitCode::unavailable, "nobody answers");
  };
  job.on_pulse = [&] {
    if (job.cluster.connect_failure) job.clock.advance(std::chrono::minutes(20));
  };
  const Report report = job.run({"params.on_data_loss=skip", "timeout=1h"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK(says(report, "nobody answers"));
}

namespace {

// Notes at each question about logs how often the job has said by then that it is alive.
class CountedSource final : public ForwardingSource {
 public:
  CountedSource(std::unique_ptr<sluice::Source> source, const int& pulses, std::vector<int>& asked)
      : ForwardingSource(std::move(source)), pulses_(pulses), asked_(asked) {}

  void connect(sluice::Clock::Instant deadline) override {
    asked_.push_back(pulses_);
    ForwardingSource::connect(deadline);
  }
  sluice::TopicLog log(const sluice::PlannedTopic& topic,
                       sluice::Clock::Instant deadline) override {
    asked_.push_back(pulses_);
    return ForwardingSource::log(topic, deadline);
  }

 private:
  const int& pulses_;
  std::vector<int>& asked_;
};

}  // namespace

TEST_CASE("a job that asks for its logs again says before each question that it is alive") {
  constexpr std::size_t questions = 3;  // of each time: to be let in, and for two logs
  Scenario job;
  job.source_yaml = "connector: kafka\nservers: localhost:1\ntopics:\n  orders: {}\n  sales: {}\n";
  job.action = R"({"type": "load", "params": {
      "load_from": [{"source": "dwh/shop/orders"}, {"source": "dwh/shop/sales"}],
      "load_to": {"source": "dwh/db/orders"}}})";
  job.produce(0, {1});
  job.cluster.topics["sales"].resize(1);
  int pulses = 0;
  std::vector<int> asked;
  job.on_pulse = [&] { ++pulses; };
  job.wrap_source = [&](std::unique_ptr<sluice::Source> source) {
    return std::make_unique<CountedSource>(std::move(source), pulses, asked);
  };
  job.cluster.before_fetch = [&, fetches = 0]() mutable {
    if (++fetches == 3) job.clock.advance(std::chrono::hours(1));
    if (fetches == 20) job.stop.raise(15);
  };
  job.run({"execution_mode=always-up", "until=timeout", "timeout=null"});
  REQUIRE(asked.size() == 3 * questions);  // at its start, to see whether all answer, and anew
  for (std::size_t i = questions + 1; i < asked.size(); ++i) CHECK(asked[i] > asked[i - 1]);
}

namespace {

// A job that is always up meets a new partition, and its brokers refuse it from then on; time passes
// with each try to reach them.
struct RefusedAtNewPartition : Scenario {
  RefusedAtNewPartition() {
    produce(0, {1});
    int fetches = 0;
    cluster.before_fetch = [this, fetches]() mutable {
      if (++fetches == 3) {
        produce(1, {11});
        cluster.connect_failure = Error(ExitCode::not_authorised, "the broker refuses the login");
      }
      if (fetches == 200) stop.raise(15);
    };
  }

  // From the next try on. The first pulse is the first try's.
  void each_try_takes(std::chrono::seconds time, int refusals) {
    on_pulse = [this, time, refusals, tries = 0]() mutable {
      if (!cluster.connect_failure) return;
      if (++tries > 1) clock.advance(time);
      if (tries > refusals) cluster.connect_failure.reset();
    };
  }

  Report run_up() { return run({"execution_mode=always-up", "until=timeout", "timeout=null"}); }
};

}  // namespace

TEST_CASE("brokers that refuse for a moment while new partitions are looked at are waited for") {
  RefusedAtNewPartition job;
  job.each_try_takes(std::chrono::seconds(5), 3);
  const Report report = job.run_up();
  CHECK(report.message == "");
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::signal);
  CHECK(job.rows() == "1 11");
  CHECK(report.broker_away >= std::chrono::seconds(10));
}

TEST_CASE("brokers that refuse for 30 s while new partitions are looked at end the job, with 77") {
  RefusedAtNewPartition job;
  SUBCASE("in a run") {
    job.each_try_takes(std::chrono::seconds(16), 100);
    const Report report = job.run_up();
    CHECK(report.exit_code == static_cast<int>(ExitCode::not_authorised));
    CHECK(says(report, "refuses the login"));
  }
  SUBCASE("but not where they are away between two refusals") {
    job.on_pulse = [&, tries = 0]() mutable {
      if (!job.cluster.connect_failure) return;
      if (++tries > 1) job.clock.advance(std::chrono::seconds(12));
      if (tries == 2) job.cluster.connect_failure = Error(ExitCode::unavailable, "nobody answers");
      if (tries == 3) job.cluster.connect_failure = Error(ExitCode::not_authorised, "refused");
      if (tries == 5) job.cluster.connect_failure.reset();
    };
    CHECK(job.run_up().exit_code == 0);
    CHECK(job.rows() == "1 11");
  }
}

TEST_CASE("brokers that refuse when the job's time is over have not refused for long") {
  RefusedAtNewPartition job;
  job.each_try_takes(std::chrono::seconds(5), 100);
  const Report report = job.run({"execution_mode=always-up", "until=timeout", "timeout=11s"});
  CHECK(report.exit_code == static_cast<int>(ExitCode::unavailable));
  CHECK(says(report, "refuses the login"));
}

TEST_CASE("a signal while brokers are waited for again ends the job by it") {
  RefusedAtNewPartition job;
  job.on_pulse = [&, tries = 0]() mutable {
    if (!job.cluster.connect_failure) return;
    job.cluster.connect_failure = Error(ExitCode::unavailable, "nobody answers");
    job.clock.advance(std::chrono::seconds(5));
    if (++tries == 3) job.stop.raise(15);
  };
  const Report report = job.run_up();
  CHECK(report.exit_code == 0);
  CHECK(report.stop_reason == StopReason::signal);
}

namespace {

// Three messages, loaded; then one more, and while the job that takes it waits for others, the
// topic is created anew and grows past its position.
struct OutgrownMeanwhile : Scenario {
  OutgrownMeanwhile() {
    produce(0, {1, 2, 3});
    CHECK(run().exit_code == 0);
    produce(0, {4});
    replace_while_running({101, 102, 103, 104, 105, 106});
  }

  void replace_while_running(const std::vector<int>& ids) {
    int fetches_without_news = 0;
    cluster.before_fetch = [&, this] {
      if (rows().ends_with("4") && ++fetches_without_news == 2) create_anew(*this, 0, ids);
    };
    CHECK(run({"until=timeout", "idle_timeout=5s"}).exit_code == 0);
    cluster.before_fetch = nullptr;
    CHECK(rows() == "1 2 3 4 105 106");
  }
};

std::string anchor(const Scenario& job) {
  return job.ask("SELECT group_concat(partition || '@' || offset, ' ') FROM orders__anchors");
}

}  // namespace

TEST_CASE("a topic that is created anew and outgrown while a job reads it is told by the next") {
  OutgrownMeanwhile job;
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "orders/0: loaded up to offset 6, and offset 2 was a message of "));
  CHECK(says(report, "perhaps while a job read it: what was loaded from behind offset 2 may be of "
                     "the new log"));
  CHECK(job.rows() == "1 2 3 4 105 106");

  SUBCASE("again and again, also where more was produced") {
    job.produce(0, {107});
    CHECK(job.run().exit_code == source_changed());
  }
  SUBCASE("and begins a generation of its own where it may") {
    CHECK(job.run({"params.on_topic_changed=restart"}).exit_code == 0);
    CHECK(generations(job) == "0:2@6");
    CHECK(job.rows() == "1 2 3 4 105 106 101 102 103 104 105 106");
    CHECK(job.run().exit_code == 0);
  }
}

TEST_CASE("a job without an end sees for itself every hour whether its logs are the same") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  CHECK(job.run().exit_code == 0);
  job.produce(0, {4});
  int fetches_without_news = 0;

  SUBCASE("and ends where a topic was created anew and outgrown meanwhile") {
    job.cluster.before_fetch = [&] {
      if (job.rows().ends_with("4") && ++fetches_without_news == 2) {
        create_anew(job, 0, {101, 102, 103, 104, 105, 106});
      }
      if (job.rows().ends_with("106")) job.clock.advance(std::chrono::hours(1));
    };
    const Report report = job.run({"execution_mode=always-up", "until=timeout", "timeout=null"});
    CHECK(report.exit_code == source_changed());
    CHECK(says(report, "perhaps while a job read it: what was loaded from behind offset 2"));
    CHECK(job.rows() == "1 2 3 4 105 106");
  }
  SUBCASE("and reads on where not all brokers answer") {
    job.cluster.before_fetch = [&] {
      if (job.rows().ends_with("5")) job.stop.raise(15);
      if (!job.rows().ends_with("4")) return;
      ++fetches_without_news;
      if (fetches_without_news == 2) {
        job.cluster.connect_failure = Error(ExitCode::unavailable, "nobody answers");
        job.clock.advance(std::chrono::hours(1));
      }
      if (fetches_without_news == 5) job.produce(0, {5});
    };
    const Report report = job.run({"execution_mode=always-up", "until=timeout", "timeout=null"});
    CHECK(report.stop_reason == StopReason::signal);
    CHECK(job.rows() == "1 2 3 4 5");
  }
  SUBCASE("so that they are known by a message of the last hours") {
    job.cluster.before_fetch = [&] {
      if (job.rows().ends_with("5")) job.stop.raise(15);
      if (!job.rows().ends_with("4")) return;
      ++fetches_without_news;
      if (fetches_without_news == 2) CHECK(anchor(job) == "0@2");
      if (fetches_without_news == 2) job.clock.advance(std::chrono::hours(1));
      if (fetches_without_news == 5) job.produce(0, {5});
    };
    CHECK(job.run({"execution_mode=always-up", "until=timeout", "timeout=null"}).stop_reason == StopReason::signal);
    CHECK(job.rows() == "1 2 3 4 5");
    CHECK(anchor(job) == "0@3");
  }
}

TEST_CASE("so is one that was outgrown while the very first job read it") {
  Scenario job;
  job.produce(0, {1, 2});
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 3) create_anew(job, 0, {101, 102, 103});
  };
  CHECK(job.run({"until=timeout", "idle_timeout=5s"}).exit_code == 0);
  job.cluster.before_fetch = nullptr;
  REQUIRE(job.rows() == "1 2 103");
  const Report report = job.run();
  CHECK(report.exit_code == source_changed());
  CHECK(says(report, "and offset 0 was a message of "));
}

TEST_CASE("a log is known by an older message until a job has met both, then by the last alone") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  CHECK(anchor(job) == "0@0");
  job.produce(0, {4});
  job.run();
  CHECK(anchor(job) == "0@2");
  CHECK(job.run().exit_code == 0);  // nothing new
  CHECK(anchor(job) == "");
  CHECK(job.run().exit_code == 0);
  job.produce(0, {5});
  CHECK(job.run().exit_code == 0);
  CHECK(anchor(job) == "0@3");
  CHECK(job.rows() == "1 2 3 4 5");
}

TEST_CASE("a job that is stopped between the two messages leaves the anchor to the next") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  int fetches = 0;
  job.cluster.before_fetch = [&] {
    if (++fetches == 2) job.cluster.outage = "nobody answers";  // the first one brought the anchor
    if (fetches == 3) job.stop.raise(15);
  };
  CHECK(job.run({"params.load_from.0.extract_chunk_size=1"}).stop_reason == StopReason::signal);
  CHECK(anchor(job) == "0@0");
}

TEST_CASE("what lies between the two messages is not read again where it is much") {
  Scenario job;
  std::size_t note_bytes = 0;
  int chunk = 5;
  bool is_skipped = false;
  SUBCASE("much, and far apart") {
    note_bytes = 100'000;
    is_skipped = true;
  }
  SUBCASE("much, in one answer") {
    note_bytes = 100'000;
    chunk = 1000;
  }
  SUBCASE("little, and far apart: to skip it would take longer") {}
  for (int id = 1; id <= 50; ++id) {
    const std::string note(note_bytes, 'x');
    job.produce_text(0, fmt::format(R"({{"id":{},"note":"{}"}})", id, note));
  }
  job.run();
  job.produce(0, {51, 52});
  job.cluster.skips.clear();
  const Report report =
      job.run({fmt::format("params.load_from.0.extract_chunk_size={}", chunk)});
  CHECK(report.counts.messages == 2);
  REQUIRE(job.cluster.skips.size() == (is_skipped ? 1 : 0));
  if (is_skipped) CHECK(job.cluster.skips[0] == std::pair(0U, sluice::Offset{49}));
  CHECK(job.ask("SELECT count(*) || '-' || max(id) FROM orders") == "52-52");
}

TEST_CASE("an anchor that retention has passed tells nothing") {
  OutgrownMeanwhile job;
  delete_below(job, 0, 3);
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3 4 105 106");
}

TEST_CASE("compaction may take an anchor, nothing else may") {
  bool has_news = true;
  bool is_last_there = true;
  SUBCASE("from before the last message") {}
  SUBCASE("and all behind it, with something new") { is_last_there = false; }
  SUBCASE("and all behind it") { has_news = is_last_there = false; }
  const auto told_by_a_log_that_is = [&](std::optional<bool> compacted) {
    Scenario job;
    job.produce(0, {1, 2, 3});
    job.run();
    job.log(0).records.pop_front();  // the anchor
    if (!is_last_there) job.log(0).records.clear();
    if (has_news) job.produce(0, {4});
    job.cluster.is_compacted = compacted;
    const Report report = job.run();
    const bool is_whole = report.exit_code == 0;
    CHECK(job.rows() == (is_whole && has_news ? "1 2 3 4" : "1 2 3"));
    return is_whole ? "nothing" : report.message;
  };
  CHECK(told_by_a_log_that_is(true) == "nothing");
  CHECK(told_by_a_log_that_is(std::nullopt) == "nothing");
  const std::string told = told_by_a_log_that_is(false);
  CHECK(holds(told, "and offset 0 was a message of 2026-01-01T00:00:00.000Z with hash "));
  CHECK(holds(told, "but there is no message now"));
}

TEST_CASE("a compacted log in which the last message is another one is told behind a lost anchor") {
  Scenario job;
  job.produce(0, {1, 2, 3});
  job.run();
  job.cluster.is_compacted = true;
  job.log(0).records.pop_front();
  job.log(0).records.back().key = "other";
  CHECK(says(job.run(), "and offset 2 was a message of "));
}

TEST_CASE("with two workers, too, nobody takes anything of a topic whose anchor is another one") {
  Scenario job;
  job.produce(0, {});
  job.produce(1, {11, 12, 13});
  job.run();
  job.log(1).records.front().timestamp_ms += 1;
  job.produce(0, {1});
  const std::vector<std::string> by_two = {"segmentation.active=true", "instances=2",
                                           "params.load_from.0.extract_chunk_size=1"};
  CHECK(job.run(by_two).exit_code == source_changed());
  CHECK(job.rows() == "11 12 13");

  job.log(1).records.front().timestamp_ms -= 1;
  CHECK(job.run(by_two).exit_code == 0);
  CHECK(job.rows() == "11 12 13 1");
  CHECK(anchor(job) == "0@0");
}

TEST_CASE("a preview finds the outgrown topic as the job does") {
  OutgrownMeanwhile job;
  try {
    preview(job.plan(), job.world(), 5);
    FAIL("nothing was found");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::source_changed);
  }
}

TEST_CASE("a person accepts the log by the very offset that the table is at") {
  OutgrownMeanwhile job;
  REQUIRE(job.run().exit_code == source_changed());
  const Report moved = move_positions(
      job.plan(), job.world(),
      {.command = "offsets set",
       .wishes = {{.topic = "orders", .partition = 0, .target = sluice::Offset{6}}},
       .confirm = [](auto) { return true; }});
  CHECK(moved.message == "orders/0: stays at 6, in the log as it is now");
  CHECK(generations(job) == "0:2@6");
  job.produce(0, {107});
  CHECK(job.run().exit_code == 0);
  CHECK(job.rows() == "1 2 3 4 105 106 107");
}
