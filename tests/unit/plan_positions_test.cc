#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.h"
#include "plan/positions.h"

namespace sluice {
namespace {

// "orders/0@5": partition 0 of topic orders, next offset 5.
struct LogPlace {
  PartitionId id;
  Offset offset = 0;
};

LogPlace log_place(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::size_t at = text.find('@');
  LogPlace result;
  result.id.source = "game";
  result.id.topic = text.substr(0, slash);
  result.id.partition = std::stoi(std::string(text.substr(slash + 1, at - slash - 1)));
  result.offset = std::stoll(std::string(text.substr(at + 1)));
  return result;
}

// A row of the metadata: the position, and the end of the log seen when it was stored.
StoredPosition stored(std::string_view position, Offset end, std::string cluster = "",
                      std::int64_t generation = 1) {
  const LogPlace at = log_place(position);
  StoredPosition row;
  row.id = at.id;
  row.next_offset = at.offset;
  row.end_offset = end;
  row.generation = generation;
  row.cluster_id = std::move(cluster);
  return row;
}

// A partition's log from low to end, and what the plan's times resolve to.
PartitionLog log_of(std::int32_t partition, Offset low, Offset end,
                    std::optional<Offset> timestamp = {}, std::optional<Offset> until = {}) {
  return {partition, low, end, timestamp, until};
}

// The plan of a job that reads `orders`, its log and what is stored.
struct OrdersJob {
  LoadPlan plan;
  std::vector<TopicLog> logs;
  std::vector<StoredPosition> stored_positions;

  explicit OrdersJob(std::vector<PartitionLog> partitions) {
    plan.topics.push_back({.source = "game",
                           .topic = "orders",
                           .offset_number = {},
                           .timestamp = {},
                           .until_offset = {},
                           .until_timestamp = {},
                           .partitions = {}});
    plan.stop.until_end = true;
    logs.push_back({"", std::move(partitions)});
  }

  PlannedTopic& topic() { return plan.topics[0]; }
  std::vector<PlannedPartition> positions() const {
    return plan_positions(plan, logs, stored_positions);
  }

  // "orders/0@5 stored to 9" of every partition, one a line.
  std::string told() const {
    std::string lines;
    for (const PlannedPartition& partition : positions()) {
      lines += notation(partition.id, partition.from_offset) + " " +
               std::string(name_of(partition.reason));
      if (partition.target_offset) {
        lines += fmt::format(" to {}{}", partition.target_is_range_end ? "range end " : "",
                             *partition.target_offset);
      }
      if (partition.until_timestamp)
        lines += fmt::format(" until time {}", *partition.until_timestamp);
      if (!partition.note.empty()) lines += " (" + partition.note + ")";
      lines += "\n";
    }
    return lines;
  }
  std::string one() const {
    std::string line = told();
    if (line.ends_with('\n')) line.pop_back();
    return line;
  }

  std::string failure(ExitCode code) const {
    try {
      return "no failure: " + told();
    } catch (const Error& error) {
      CHECK(error.code() == code);
      return error.what();
    }
  }
};

using Map = std::map<std::int32_t, Offset>;

TEST_CASE("a first load starts where the policy says") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 5, 7), log_of(2, 4, 4)});
  CHECK(setting.told() ==
        "orders/0@0 earliest to 10\norders/1@5 earliest to 7\norders/2@4 earliest to 4\n");
  setting.topic().offset_policy = OffsetPolicy::latest;
  CHECK(setting.told() ==
        "orders/0@10 latest to 10\norders/1@7 latest to 7\norders/2@4 latest to 4\n");
}

TEST_CASE("offset_number means the same in every partition and is never moved past the end") {
  struct Case {
    Offset number;
    Offset low;
    Offset end;
    std::string_view told;
  };
  const Case cases[] = {
      {7, 0, 10, "orders/0@7 offset_number to 10"},
      {0, 0, 10, "orders/0@0 offset_number to 10"},
      {10, 0, 10, "orders/0@10 offset_number to 10"},
      {7, 7, 10, "orders/0@7 offset_number to 10"},
      {7, 20, 30, "orders/0@20 offset_number to 30 (7 is below the log start: begins at 20)"},
      {12, 0, 10,
       "orders/0@12 offset_number to 10 (12 is past the end of the log, 10: waits there)"},
      {-3, 0, 10, "orders/0@7 offset_number to 10"},
      {-3, 8, 10, "orders/0@8 offset_number to 10"},
      {-30, 0, 10, "orders/0@0 offset_number to 10"},
      {-3, 0, 0, "orders/0@0 offset_number to 0"},
      {INT64_MIN, 2, 10, "orders/0@2 offset_number to 10"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.number);
    CAPTURE(c.low);
    OrdersJob setting({log_of(0, c.low, c.end)});
    setting.topic().offset_number = OffsetChoice(c.number);
    setting.topic().offset_policy = OffsetPolicy::latest;  // overridden
    CHECK(setting.one() == c.told);
  }
}

TEST_CASE("partitions that an offset map leaves out follow the policy") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 3, 10), log_of(2, 0, 10)});
  setting.topic().offset_number = OffsetChoice(Map{{0, 7}, {2, -1}});
  CHECK(setting.told() ==
        "orders/0@7 offset_number to 10\norders/1@3 earliest to 10\n"
        "orders/2@9 offset_number to 10\n");
}

TEST_CASE("a timestamp starts at its first message, or at the end where there is none") {
  OrdersJob setting({log_of(0, 0, 10, 4), log_of(1, 0, 10)});
  setting.topic().timestamp = 1'700'000'000'000;
  CHECK(setting.told() ==
        "orders/0@4 timestamp to 10\n"
        "orders/1@10 timestamp to 10 (no message of that time yet: begins at the end)\n");
}

TEST_CASE("a stored position goes before everything else") {
  OrdersJob setting({log_of(0, 0, 10, 4)});
  setting.stored_positions = {stored("orders/0@5", 8)};
  CHECK(setting.one() == "orders/0@5 stored to 10");
  setting.topic().offset_policy = OffsetPolicy::latest;
  CHECK(setting.one() == "orders/0@5 stored to 10");
  setting.topic().offset_number = OffsetChoice(Offset{7});
  CHECK(setting.one() == "orders/0@5 stored to 10");
  setting.topic().offset_number.reset();
  setting.topic().timestamp = 1;
  CHECK(setting.one() == "orders/0@5 stored to 10");
}

TEST_CASE("a partition that is new to a loaded topic starts at its earliest offset") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 0, 10), log_of(2, 6, 10)});
  setting.stored_positions = {stored("orders/0@5", 8, "", 3)};
  setting.topic().offset_policy = OffsetPolicy::latest;
  setting.topic().offset_number = OffsetChoice(Offset{7});
  CHECK(setting.told() ==
        "orders/0@5 stored to 10\norders/1@0 new partition to 10\n"
        "orders/2@6 new partition to 10 (new to this table: begins at 6, what was before is no "
        "longer in the log)\n");
  CHECK(setting.positions()[1].generation == 3);  // the topic's
}

TEST_CASE("positions of other topics and sources say nothing about this one") {
  OrdersJob setting({log_of(0, 0, 10)});
  StoredPosition other_source = stored("orders/0@5", 500);
  other_source.id.source = "elsewhere";
  setting.stored_positions = {other_source, stored("guesses/0@5", 500)};
  setting.topic().offset_policy = OffsetPolicy::latest;
  CHECK(setting.one() == "orders/0@10 latest to 10");
}

TEST_CASE("only a start that the log could not tell again must be durable") {
  const auto durable = [](auto change) {
    OrdersJob setting({log_of(0, 0, 10)});
    change(setting);
    return setting.positions().at(0).start_must_be_durable();
  };
  CHECK_FALSE(durable([](OrdersJob&) {}));
  CHECK(durable([](OrdersJob& s) { s.topic().offset_policy = OffsetPolicy::latest; }));
  CHECK(durable([](OrdersJob& s) { s.topic().offset_number = OffsetChoice(Offset{-2}); }));
  CHECK(durable([](OrdersJob& s) { s.topic().timestamp = 1; }));
  CHECK_FALSE(durable([](OrdersJob& s) { s.stored_positions = {stored("orders/0@5", 8)}; }));
}

TEST_CASE("selected partitions only") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 0, 10), log_of(2, 0, 10)});
  setting.topic().partitions = {{0, 2}};
  CHECK(setting.told() == "orders/0@0 earliest to 10\norders/2@0 earliest to 10\n");
}

TEST_CASE("a range ends at its offset, and waits for it unless until is end") {
  struct Case {
    Offset until;
    bool until_end;
    std::string_view told;
  };
  const Case cases[] = {
      {7, true, "orders/0@0 earliest to range end 7"},
      {7, false, "orders/0@0 earliest to range end 7"},
      {10, true, "orders/0@0 earliest to range end 10"},
      {12, true, "orders/0@0 earliest to 10"},
      {12, false, "orders/0@0 earliest to range end 12"},
      {0, false, "orders/0@0 earliest to range end 0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.until);
    CAPTURE(c.until_end);
    OrdersJob setting({log_of(0, 0, 10)});
    setting.topic().until_offset = OffsetChoice(c.until);
    setting.plan.stop.until_end = c.until_end;
    CHECK(setting.one() == c.told);
  }
}

TEST_CASE("each partition of a map has a range end of its own") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 0, 10)});
  setting.topic().until_offset = OffsetChoice(Map{{0, 3}, {1, 4}});
  setting.topic().partitions = {{0, 1}};
  CHECK(setting.told() ==
        "orders/0@0 earliest to range end 3\norders/1@0 earliest to range end 4\n");
}

TEST_CASE("a range by time ends at its offset, else at the log's end, else at the first message") {
  OrdersJob setting({log_of(0, 0, 10, {}, 6), log_of(1, 0, 10)});
  setting.topic().until_timestamp = 99;
  CHECK(setting.told() == "orders/0@0 earliest to range end 6\norders/1@0 earliest to 10\n");
  setting.plan.stop.until_end = false;
  CHECK(setting.told() ==
        "orders/0@0 earliest to range end 6\norders/1@0 earliest until time 99\n");
}

TEST_CASE("without a range and without until end a partition has no end") {
  OrdersJob setting({log_of(0, 0, 10)});
  setting.plan.stop.until_end = false;
  CHECK(setting.one() == "orders/0@0 earliest");
}

TEST_CASE("a table that is past the range says so") {
  OrdersJob setting({log_of(0, 0, 10)});
  setting.stored_positions = {stored("orders/0@8", 8)};
  setting.topic().until_offset = OffsetChoice(Offset{5});
  CHECK(setting.one() ==
        "orders/0@8 stored to range end 5 (the range ends at 5, and the table is at 8 already)");
}

TEST_CASE("messages that were removed before they were loaded end the job, all partitions told") {
  OrdersJob setting({log_of(0, 20, 30), log_of(1, 0, 30), log_of(2, 6, 30), log_of(3, 9, 9)});
  setting.stored_positions = {stored("orders/0@10", 12), stored("orders/1@10", 12),
                              stored("orders/2@5", 12), stored("orders/3@9", 9)};
  setting.stored_positions[2].end_offset = 6;
  CHECK(setting.failure(ExitCode::source_changed) ==
        "messages are gone that were still to be loaded:\n"
        "  orders/0: offsets 10 to 19 were removed before they were loaded; the log begins at 20 "
        "now\n"
        "  orders/2: offset 5 was removed before they were loaded; the log begins at 6 now\n"
        "  hint: the removed messages can only come from a copy of the topic; to go on without "
        "them, set \"on_data_loss\" to \"skip\", which notes the range beside the table, and next "
        "time run before the topic's retention passes; what is stored stays as it is");
}

TEST_CASE("messages removed behind the end of the range are not missed") {
  OrdersJob setting({log_of(0, 20, 30)});
  setting.stored_positions = {stored("orders/0@10", 12)};
  setting.topic().until_offset = OffsetChoice(Offset{10});
  CHECK(setting.one().starts_with("orders/0@10 stored to range end 10"));
  setting.topic().until_offset = OffsetChoice(Offset{11});
  CHECK(setting.failure(ExitCode::source_changed).find("offset 10 was removed") !=
        std::string::npos);
}

TEST_CASE("on_data_loss skip passes over what was removed, up to the range's end") {
  OrdersJob setting({log_of(0, 20, 30), log_of(1, 0, 30)});
  setting.plan.on_data_loss = OnDataLoss::skip;
  setting.stored_positions = {stored("orders/0@10", 12), stored("orders/1@10", 12)};
  CHECK(setting.told() ==
        "orders/0@20 log start after a loss to 30 (offsets 10 to 19 were removed before they were "
        "loaded; the log begins at 20 now)\norders/1@10 stored to 30\n");
  const PlannedPartition partition = setting.positions()[0];
  REQUIRE(partition.lost);
  CHECK(partition.lost->from_offset == 10);
  CHECK(partition.lost->to_offset == 20);
  CHECK(partition.stands_at() == 10);
  CHECK_FALSE(partition.start_must_be_durable());
  CHECK_FALSE(setting.positions()[1].lost);

  setting.topic().until_offset = OffsetChoice(Offset{15});
  CHECK(setting.positions()[0].lost->to_offset == 15);
}

TEST_CASE("on_topic_changed restart begins every selected partition anew, whatever was stored") {
  OrdersJob setting({log_of(0, 0, 40), log_of(1, 3, 100), log_of(2, 0, 5)});
  setting.plan.on_topic_changed = OnTopicChanged::restart;
  setting.topic().offset_policy = OffsetPolicy::latest;
  setting.topic().offset_number = OffsetChoice(Offset{7});
  setting.stored_positions = {stored("orders/0@90", 100, "", 4), stored("orders/1@90", 100, "", 4)};
  CHECK(setting.told() ==
        "orders/0@0 restart to 40 (the topic's log was replaced: generation 5 begins at 0)\n"
        "orders/1@3 restart to 100 (the topic's log was replaced: generation 5 begins at 3)\n"
        "orders/2@0 restart to 5 (the topic's log was replaced: generation 5 begins at 0)\n");
  for (const PlannedPartition& partition : setting.positions()) {
    CHECK(partition.generation == 5);
    CHECK(partition.begins_anew());
    CHECK(partition.start_must_be_durable());
    CHECK_FALSE(partition.last);
  }
}

TEST_CASE("a topic that reading found replaced is treated like one that offsets show") {
  OrdersJob setting({log_of(0, 0, 40)});
  setting.stored_positions = {stored("orders/0@10", 10)};
  const ReplacedLog found{0, "orders/0: another message"};
  const auto plan = [&] {
    return plan_positions(setting.plan, setting.logs, setting.stored_positions, {&found, 1});
  };
  CHECK_THROWS_WITH_AS(
      plan(),
      doctest::Contains("the source is not the one that was loaded:\n  orders/0: another message"),
      Error);
  setting.plan.on_topic_changed = OnTopicChanged::restart;
  CHECK(plan().at(0).generation == 2);
}

TEST_CASE("a topic id is compared where both sides know it") {
  OrdersJob setting({log_of(0, 0, 40)});
  setting.stored_positions = {stored("orders/0@10", 10)};
  setting.stored_positions[0].topic_id = "id-1";
  CHECK(setting.one() == "orders/0@10 stored to 40");
  CHECK(setting.positions()[0].topic_id == "id-1");
  setting.logs[0].topic_id = "id-2";
  CHECK(setting.failure(ExitCode::source_changed)
            .find("of the topic with id id-1, but its id is id-2 now") != std::string::npos);
}

TEST_CASE("the last message is to be met again where the log may still have it") {
  struct Case {
    Offset low;
    Offset end;
    Offset last;
    bool expected;
  };
  for (const Case& c : {Case{0, 20, 9, true}, Case{9, 20, 9, true}, Case{10, 20, 9, false},
                        Case{0, 12, 3, true}, Case{0, 20, 10, false}}) {
    CAPTURE(c.low);
    CAPTURE(c.last);
    OrdersJob setting({log_of(0, c.low, c.end)});
    setting.stored_positions = {stored("orders/0@10", 12)};
    CHECK_FALSE(setting.positions()[0].last);
    setting.stored_positions[0].last = Fingerprint{c.last, 5, 77};
    CHECK(setting.positions()[0].last.has_value() == c.expected);
    // Past the end of the range nothing is read, not even to look.
    setting.topic().until_offset = OffsetChoice(Offset{10});
    CHECK_FALSE(setting.positions()[0].last);
  }
}

TEST_CASE("an anchor is to be met before the last message, where the log may still have both") {
  struct Case {
    Offset low;
    Offset anchor;
    bool expected;
  };
  for (const Case& c : {Case{0, 4, true}, Case{4, 4, true}, Case{5, 4, false}, Case{0, 9, false},
                        Case{10, 4, false}}) {
    CAPTURE(c.low);
    CAPTURE(c.anchor);
    OrdersJob setting({log_of(0, c.low, 20)});
    setting.stored_positions = {stored("orders/0@10", 12)};
    setting.stored_positions[0].last = Fingerprint{9, 5, 77};
    setting.stored_positions[0].anchor = Fingerprint{c.anchor, 5, 78};
    CHECK(setting.positions()[0].anchor.has_value() == c.expected);
    setting.topic().until_offset = OffsetChoice(Offset{10});
    CHECK_FALSE(setting.positions()[0].anchor);
  }
}

TEST_CASE("a log that ends before the end that was seen was cut or created anew") {
  OrdersJob setting({log_of(0, 0, 40), log_of(1, 0, 100)});
  setting.stored_positions = {stored("orders/0@90", 100), stored("orders/1@90", 100)};
  CHECK(setting.failure(ExitCode::source_changed) ==
        "the source is not the one that was loaded:\n"
        "  orders/0: loaded up to offset 90 of a log that ended at 100, but it ends at 40 now: it "
        "was cut, or the topic was created anew\n"
        "  hint: to load the new log from its start beside the old rows, set \"on_topic_changed\" "
        "to \"restart\", or load into another table; where the table is right, `sluice "
        "offsets set` with the position as it should be takes the log for the right one; what is "
        "stored stays as it is");
}

TEST_CASE("a log that was cut behind the table's position is told too") {
  OrdersJob setting({log_of(0, 0, 95)});
  setting.stored_positions = {stored("orders/0@90", 100)};
  CHECK(setting.failure(ExitCode::source_changed).find("ends at 95 now") != std::string::npos);
}

TEST_CASE("a table that waits past the end of the log goes on waiting") {
  OrdersJob setting({log_of(0, 0, 10)});
  setting.stored_positions = {stored("orders/0@50", 10)};
  CHECK(setting.one() == "orders/0@50 stored to 10");
}

TEST_CASE("a partition that is gone is a changed source, selected or not") {
  OrdersJob setting({log_of(0, 0, 10)});
  setting.stored_positions = {stored("orders/0@5", 8), stored("orders/1@7", 8)};
  const std::string_view told =
      "  orders/1: loaded up to offset 7, but the topic has only 1 partition now\n";
  CHECK(setting.failure(ExitCode::source_changed).find(told) != std::string::npos);
  setting.topic().partitions = {{0}};
  CHECK(setting.failure(ExitCode::source_changed).find(told) != std::string::npos);
}

TEST_CASE("the offsets of partitions that are not selected are not looked at") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 8, 10)});
  setting.stored_positions = {stored("orders/0@5", 8), stored("orders/1@7", 8)};
  setting.topic().partitions = {{0}};
  CHECK(setting.one() == "orders/0@5 stored to 10");
}

TEST_CASE("another cluster is a changed source; an unknown one is not compared") {
  struct Case {
    std::string stored_id;
    std::string found_id;
    bool is_same;
  };
  for (const Case& c : {Case{"A", "A", true}, Case{"A", "B", false}, Case{"", "B", true},
                        Case{"A", "", true}, Case{"", "", true}}) {
    CAPTURE(c.stored_id);
    CAPTURE(c.found_id);
    OrdersJob setting({log_of(0, 0, 10)});
    setting.stored_positions = {stored("orders/0@5", 8, c.stored_id)};
    setting.logs[0].cluster_id = c.found_id;
    if (c.is_same) {
      CHECK(setting.one() == "orders/0@5 stored to 10");
      CHECK(setting.positions()[0].cluster_id == (c.found_id.empty() ? c.stored_id : c.found_id));
    } else {
      CHECK(setting.failure(ExitCode::source_changed) ==
            "the source is not the one that was loaded:\n"
            "  orders/0: loaded up to offset 5 from cluster A, but this is cluster B\n"
            "  hint: check \"servers\" of the source; to load this cluster as well, give it a "
            "source of its own in schemas/sources; to go on with it instead of the old one, set "
            "\"on_topic_changed\" to \"restart\"; what is stored stays as it is");
    }
  }
}

TEST_CASE("a partition that does not exist is a wrong definition") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 0, 10)});
  setting.topic().partitions = {{1, 5, 7}};
  CHECK(setting.failure(ExitCode::definition) ==
        "topic orders of source game has no partition 5, 7\n"
        "  hint: it has 2, numbered from 0; correct partitions, until_offset or offset_number");
  setting.topic().partitions.reset();
  setting.topic().offset_number = OffsetChoice(Map{{2, 0}});
  CHECK(setting.failure(ExitCode::definition).find("no partition 2") != std::string::npos);
}

TEST_CASE("every topic of a plan has partitions of its own, numbered in order") {
  OrdersJob setting({log_of(0, 0, 10), log_of(1, 0, 10)});
  setting.plan.topics.push_back(setting.plan.topics[0]);
  setting.plan.topics[1].topic = "guesses";
  setting.logs.push_back({"", {log_of(0, 2, 3)}});
  const auto positions = setting.positions();
  REQUIRE(positions.size() == 3);
  CHECK(positions[1].topic == 0);
  CHECK(positions[2].topic == 1);
  CHECK(notation(positions[2].id, positions[2].from_offset) == "guesses/0@2");
  CHECK(positions[2].low_offset == 2);
  CHECK(positions[2].end_offset == 3);
}

}  // namespace
}  // namespace sluice
