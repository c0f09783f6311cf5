#include <doctest/doctest.h>

#include "job/log_check.h"

namespace sluice {
namespace {

using Finding = LogCheck::Finding;

Message message_at(Offset offset, PartitionIndex partition = 0) {
  return {.partition = partition, .offset = offset, .timestamp_ms = 1'000 + offset, .value = "v"};
}

Message another_at(Offset offset) {
  Message message = message_at(offset);
  message.value = "w";
  return message;
}

// A partition of the only topic that was loaded up to offset 10. Without messages to be known by
// unless a test says so.
PlannedPartition loaded(std::int32_t number) {
  PlannedPartition partition;
  partition.id = {"game", "orders", number};
  partition.from_offset = 10;
  return partition;
}

// Partition 0 is known by its last message at 9 and by an anchor at 4, partition 1 by nothing.
struct KnownLog {
  std::vector<PlannedPartition> partitions = {loaded(0), loaded(1)};
  LoadPlan plan;

  KnownLog() {
    plan.topics.emplace_back();
    partitions[0].last = fingerprint_of(message_at(9));
    partitions[0].anchor = fingerprint_of(message_at(4));
  }
};

}  // namespace

TEST_CASE("a log is known once its anchor and then its last message were met") {
  const KnownLog setting;
  LogCheck check(setting.plan, setting.partitions);
  CHECK(check.first_offset(0) == 4);
  CHECK(check.awaits_anchor(0));
  CHECK(check.known().empty());

  CHECK(check.meet(message_at(4)) == Finding::same);
  CHECK(check.is_open(0));
  CHECK(check.must_wait(1));
  CHECK_FALSE(check.awaits_anchor(0));
  CHECK(check.first_offset(0) == 9);

  CHECK(check.meet(message_at(5)) == Finding::before);
  CHECK(check.meet(message_at(9)) == Finding::same);
  CHECK_FALSE(check.is_open(0));
  CHECK_FALSE(check.must_wait(1));
  CHECK(check.first_offset(0) == 10);
  CHECK(check.known() == std::vector<PartitionIndex>{0});
}

TEST_CASE("who waits for a topic waits for all of its anchors, whoever was known meanwhile") {
  KnownLog setting;
  setting.partitions.push_back(loaded(2));
  setting.partitions[2].last = fingerprint_of(message_at(9));
  LogCheck check(setting.plan, setting.partitions);
  CHECK(check.meet(message_at(9, 2)) == Finding::same);
  CHECK(check.must_wait(1));
  CHECK(check.meet(message_at(4)) == Finding::same);
  CHECK_FALSE(check.must_wait(1));
}

TEST_CASE("without an anchor the last message says all, and there is nothing to drop") {
  KnownLog setting;
  setting.partitions[0].anchor.reset();
  LogCheck check(setting.plan, setting.partitions);
  CHECK(check.first_offset(0) == 9);
  CHECK(check.meet(message_at(9)) == Finding::same);
  CHECK_FALSE(check.is_open(0));
  CHECK(check.known().empty());
}

TEST_CASE("another message is told in the anchor's place as in the last one's") {
  const KnownLog setting;
  LogCheck check(setting.plan, setting.partitions);
  const Message in_anchors_place = another_at(4);
  CHECK(check.meet(in_anchors_place) == Finding::other);
  CHECK(check.replaced(0, &in_anchors_place).sentence.find("offset 4 was a message of") !=
        std::string::npos);
  CHECK(check.replaced(0, &in_anchors_place)
            .sentence.ends_with("perhaps while a job read it: what was loaded from behind offset 4 "
                                "may be of the new log"));

  CHECK(check.meet(message_at(4)) == Finding::same);
  const Message in_last_place = another_at(9);
  CHECK(check.meet(in_last_place) == Finding::other);
  CHECK(check.replaced(0, &in_last_place).sentence.ends_with("was cut and written again"));
  CHECK(check.is_open(0));
  CHECK(check.known().empty());
}

TEST_CASE("an anchor that is gone leaves the last message to tell, which may be gone as well") {
  const KnownLog setting;
  LogCheck check(setting.plan, setting.partitions);
  CHECK(check.meet(message_at(9)) == Finding::gone);
  check.give_up(0);
  CHECK(check.is_open(0));
  CHECK(check.must_wait(1));

  SUBCASE("it tells") { CHECK(check.meet(message_at(9)) == Finding::same); }
  SUBCASE("it does not") {
    CHECK(check.meet(message_at(11)) == Finding::gone);
    check.give_up(0);
  }
  CHECK_FALSE(check.is_open(0));
  CHECK_FALSE(check.must_wait(1));
  CHECK(check.known() == std::vector<PartitionIndex>{0});
}

}  // namespace sluice
