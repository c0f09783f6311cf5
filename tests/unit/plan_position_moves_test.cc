#include <doctest/doctest.h>

#include "base/error.h"
#include "plan/position_moves.h"

namespace sluice {
namespace {

// A job that reads `orders`: partition 0 from 10 to 100, partition 1 from 0 to 20.
struct OrdersPositions {
  LoadPlan plan;
  std::vector<TopicLog> logs;
  std::vector<StoredPosition> stored;

  OrdersPositions() {
    PlannedTopic topic;
    topic.source = "game";
    topic.topic = "orders";
    plan.topics.push_back(topic);
    logs.push_back({"cluster-a", {{0, 10, 100, 42, {}}, {1, 0, 20, {}, {}}}});
  }

  void store(std::int32_t partition, Offset next, std::int64_t generation = 1) {
    StoredPosition position;
    position.id = {"game", "orders", partition};
    position.next_offset = next;
    position.end_offset = next;
    position.generation = generation;
    position.cluster_id = "cluster-a";
    stored.push_back(position);
  }

  std::string told(const std::vector<MoveWish>& wishes) const {
    std::string lines;
    for (const PositionMove& move : plan_moves(plan, logs, stored, wishes)) {
      CHECK(move.to.start_must_be_durable());
      lines += move.sentence() + "\n";
    }
    return lines;
  }
};

MoveWish wish(std::int32_t partition, MoveTarget target) { return {"orders", partition, target}; }

TEST_CASE("a move says what it will load again and what it leaves out") {
  OrdersPositions setting;
  setting.store(0, 50);
  setting.store(1, 20);
  CHECK(setting.told({wish(0, Offset{40})}) == "orders/0: 50 -> 40, loads 10 offsets again\n");
  CHECK(setting.told({wish(0, Offset{51})}) == "orders/0: 50 -> 51, leaves out 1 offset\n");
  CHECK(setting.told({wish(0, Offset{50})}) == "");
  CHECK(setting.told({wish(1, Offset{25})}) ==
        "orders/1: 20 -> 25, past the end of the log, 20: waits there\n");
  CHECK(setting.told({{.target = MoveTo::earliest}}) ==
        "orders/0: 50 -> 10, loads 40 offsets again\n"
        "orders/1: 20 -> 0, loads 20 offsets again\n");
  CHECK(setting.told({{.target = MoveTo::latest}}) ==
        "orders/0: 50 -> 100, leaves out 50 offsets\n");
  CHECK(setting.told({{.target = MoveTo::timestamp}}) ==
        "orders/0: 50 -> 42, loads 8 offsets again\n");
}

TEST_CASE("the last wish for a partition counts") {
  OrdersPositions setting;
  setting.store(0, 50);
  setting.store(1, 5);
  CHECK(setting.told({{.target = MoveTo::earliest}, wish(1, MoveTo::latest)}) ==
        "orders/0: 50 -> 10, loads 40 offsets again\norders/1: 5 -> 20, leaves out 15 offsets\n");
}

TEST_CASE("a reset goes where a first load would begin") {
  OrdersPositions setting;
  setting.store(0, 50, 3);
  setting.plan.topics[0].offset_number = OffsetChoice(Offset{-30});
  CHECK(setting.told({{.target = MoveTo::first_start}}) ==
        "orders/0: 50 -> 70, leaves out 20 offsets\norders/1: not loaded yet -> 0\n");
  const auto moves =
      plan_moves(setting.plan, setting.logs, setting.stored, std::vector{wish(0, Offset{60})});
  CHECK(moves.at(0).to.generation == 4);
  CHECK_FALSE(moves.at(0).to.last);
}

TEST_CASE("messages that the log lost are not loaded again, nor are those of another log") {
  OrdersPositions setting;
  setting.store(0, 5);  // 5 to 9 are lost anyway
  CHECK(setting.told({wish(0, MoveTo::earliest)}) ==
        "orders/0: 5 -> 10, finds 5 offsets gone from the log that were not loaded\n");
  setting.stored[0].cluster_id = "cluster-b";
  setting.stored[0].next_offset = 70;
  CHECK(setting.told({wish(0, MoveTo::earliest)}) ==
        "orders/0: 70 -> 10; the stored position is of another log\n");
  CHECK(setting.told({wish(0, MoveTo::latest)}) ==
        "orders/0: 70 -> 100, leaves out 90 offsets; the stored position is of another log\n");
  CHECK(setting.told({wish(0, Offset{120})}) ==
        "orders/0: 70 -> 120, leaves out 90 offsets, past the end of the log, 100: waits there; "
        "the stored position is of another log\n");
  CHECK(setting.told({wish(0, Offset{70})}) ==  // of this log from now on
        "orders/0: stays at 70, in the log as it is now; the stored position is of another log\n");
  setting.stored[0].next_offset = 100;
  CHECK(setting.told({wish(0, MoveTo::latest)}) ==  // nobody says that the table has what is below
        "orders/0: stays at 100, in the log as it is now, leaves out 90 offsets; the stored "
        "position is of another log\n");
}

TEST_CASE("the very offset that is stored says that the log is right, whatever it was known by") {
  OrdersPositions setting;
  setting.store(0, 50);
  setting.stored[0].last = Fingerprint{49, 5, 77};
  SUBCASE("by its last message") {}
  SUBCASE("and by an older one") { setting.stored[0].anchor = Fingerprint{20, 5, 78}; }
  const auto moves =
      plan_moves(setting.plan, setting.logs, setting.stored, std::vector{wish(0, Offset{50})});
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].sentence() == "orders/0: stays at 50, in the log as it is now");
  CHECK(moves[0].to.generation == 2);
  CHECK_FALSE(moves[0].to.last);
  CHECK_FALSE(moves[0].to.anchor);

  setting.stored[0].next_offset = 100;
  CHECK(setting.told({wish(0, MoveTo::latest)}) == "");
}

TEST_CASE("what cannot be read is refused") {
  OrdersPositions setting;
  const auto failure = [&](const MoveWish& wish) {
    try {
      return "no failure: " + setting.told({wish});
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return std::string(error.what());
    }
  };
  CHECK(failure(wish(0, Offset{9})).starts_with("orders/0@9 is below the start of the log, 10\n"));
  CHECK(failure(wish(2, MoveTo::latest)) ==
        "the action does not read partition 2 of topic \"orders\"");
  CHECK(failure({"order", 0, MoveTo::latest}) ==
        "the action does not read topic \"order\" (did you mean \"orders\"?)");
}

}  // namespace
}  // namespace sluice
