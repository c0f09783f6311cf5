// The judge of the chaos, with a table that is right and with one that is not: each fault has to
// show.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "chaos/verdict.h"
#include "support/shop.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// A table that one run has loaded from a topic of three messages, and what is known of the topic.
struct Loaded {
  Loaded() {
    Truth::Partition& partition = truth.partitions.emplace_back();
    std::string lines;
    for (int id = 0; id < 3; ++id) {
      const std::string message = fmt::format(R"({{"id":{},"note":"plain"}})", id);
      lines += message + '\n';
      partition.seen.emplace(id, message);
      truth.acknowledged.insert(id);
    }
    partition.end = 3;
    shop.produce(lines);
    REQUIRE(shop.project.run().exit_code == 0);
  }

  // A fourth message that no run has read, and a note that it was lost.
  void note_gap_of_a_fourth() {
    truth.partitions[0].seen.emplace(3, R"({"id":3,"note":"plain"})");
    truth.partitions[0].end = 4;
    change("UPDATE orders__metadata SET next_offset = 4");
    change(
        "INSERT INTO orders__gaps (source, topic, partition, from_offset, to_offset, reason, "
        "job_id, noticed_at) SELECT source, topic, partition, 3, 4, 'retention', 'job', 'now' "
        "FROM orders__metadata");
  }

  void change(const std::string& sql) const { shop.project.execute(sql); }
  Verdict judged() const { return judge(shop.project, truth); }

  Shop shop;
  Truth truth;
};

}  // namespace

TEST_CASE("a table that holds each message once is right") {
  const Loaded table;
  const Verdict verdict = table.judged();
  CHECK(verdict.messages == 3);
  CHECK(verdict.lost == 0);
  CHECK(verdict.twice == 0);
  CHECK(verdict.wrong == "");
}

TEST_CASE("a message that was deleted and stands in a gap is not lost") {
  Loaded table;
  table.note_gap_of_a_fourth();
  table.truth.partitions[0].deleted_below = 4;
  const Verdict verdict = table.judged();
  CHECK(verdict.in_gaps == 1);
  CHECK(verdict.lost == 0);
  CHECK(verdict.wrong == "");
}

TEST_CASE("a gap beyond what was deleted is wrong, and what stands in it is lost") {
  Loaded table;
  table.note_gap_of_a_fourth();
  table.truth.partitions[0].deleted_below = 3;
  const Verdict verdict = table.judged();
  CHECK(verdict.in_gaps == 0);
  CHECK(verdict.lost == 1);
  CHECK(holds(verdict.wrong, "the gap 0@3 to 4 reaches beyond @3, where deletion ended"));
}

TEST_CASE("a message that was deleted, stands in a gap and has a row is there once too often") {
  Loaded table;
  table.note_gap_of_a_fourth();
  table.truth.partitions[0].deleted_below = 4;
  table.change("UPDATE orders__gaps SET from_offset = 2");
  CHECK(table.judged().twice == 1);
}

TEST_CASE("a row that is missing, one too many and one with other contents are told") {
  Loaded table;
  SUBCASE("missing") {
    table.change("DELETE FROM orders WHERE _offset = 1");
    CHECK(table.judged().lost == 1);
  }
  SUBCASE("twice") {
    table.change(
        "INSERT INTO orders SELECT id, note, _source, _topic, _generation + 1, _partition, _offset "
        "FROM orders WHERE _offset = 1");
    CHECK(table.judged().twice == 1);
  }
  SUBCASE("other contents") {
    table.change("UPDATE orders SET id = 7 WHERE _offset = 1");
    CHECK(table.judged().lost == 1);
    CHECK(table.judged().twice == 1);
  }
  CHECK(table.judged().wrong != "");
}

TEST_CASE("an acknowledged message that nobody saw, and positions beside the ends, are told") {
  Loaded table;
  SUBCASE("unseen") {
    table.truth.acknowledged.insert(99);
    CHECK(holds(table.judged().wrong, "1 acknowledged messages were never seen"));
  }
  SUBCASE("positions") {
    table.truth.partitions[0].end = 5;
    CHECK(holds(table.judged().wrong, "positions: 0@3, and the ends are 0@5"));
  }
}
