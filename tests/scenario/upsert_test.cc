#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/upserting.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::test::told;
using sluice::test::Upserting;

namespace {

struct Players : Upserting {
  Players()
      : Upserting(
            "      note: { type: text, nullable: true }\n"
            "      price: { type: decimal, scale: 2, nullable: true }\n"
            "      at: { type: datetime, nullable: true }\n"
            "      owner: { type: text, nullable: true, default: nobody }\n",
            {"note", "price", "at"}) {}

  void note(int id, const std::string& note, int partition = 0) {
    send(partition, std::to_string(id), fmt::format(R"({{"note":"{}"}})", note));
  }
  void price(int id, const std::string& price) {
    send(0, std::to_string(id), fmt::format(R"({{"price":{}}})", price));
  }
  std::string table(const std::string& column = "note") const { return Upserting::table(column); }
};

}  // namespace

TEST_CASE("a compacted topic becomes a table of its keys, run by run") {
  Players job;
  job.note(1, "ann");
  job.note(2, "bob");
  job.note(1, "cid");
  job.send(0, "3", std::nullopt);
  CHECK(told(job.run()) == "4: 2 1 0 0, 1 0");
  CHECK(job.table() == "1=cid 2=bob");

  job.send(0, "2", std::nullopt);
  job.note(3, "dan");
  job.note(1, "eve");
  CHECK(told(job.run()) == "3: 1 1 1 0, 1 0");
  CHECK(job.table() == "1=eve 3=dan");
  CHECK(job.positions() == "orders/0@7");
}

TEST_CASE("the size of batches does not change what an upsert comes to") {
  for (const char* size : {"1", "2", "3", "100"}) {
    CAPTURE(size);
    Players job;
    for (int i = 0; i < 20; ++i) {
      if (i % 5 == 4) {
        job.send(0, std::to_string(i % 3), std::nullopt);
      } else {
        job.note(i % 3, fmt::format("n{}", i));
      }
    }
    CHECK(told(job.run({fmt::format("params.load_batch_size={}", size)})) == "20: 6 10 4 0, 4 0");
    CHECK(job.table() == "0=n18 2=n17");
  }
}

TEST_CASE("what the schema leaves out is its default in a new row and stays in one that is there") {
  Players job;
  job.note(1, "ann");
  job.run();
  CHECK(job.table("owner") == "1=nobody");
  job.execute("UPDATE orders SET owner = 'eve'");
  job.note(1, "bob");
  job.note(2, "cid");
  job.run();
  CHECK(job.table("owner") == "1=eve 2=nobody");
  CHECK(job.table() == "1=bob 2=cid");
}

TEST_CASE("newest_by keeps the row whose decimal is greatest, in whatever order they come") {
  Players job;
  for (const char* price : {"9.5", "10", "-1", "9.99", "10.00", "null"}) job.price(1, price);
  CHECK(told(job.run({"params.newest_by=price"})) == "6: 1 2 0 3, 0 0");
  CHECK(job.table("price") == "1=10.00");
  CHECK(job.ask("SELECT unchanged FROM sluice_jobs") == "3");
}

TEST_CASE("without the key in $key a tombstone is a reject") {
  Players job;
  job.action.replace(job.action.find("$key"), 4, "id");
  job.send(0, "1", R"({"id":1})");
  job.send(0, "1", std::nullopt);
  const Report refused = job.run();
  CHECK(refused.exit_code == static_cast<int>(ExitCode::bad_data));
  CHECK(refused.message.find("orders/0@1: is a tombstone") != std::string::npos);
  CHECK(refused.message.find("not mapped to $key") != std::string::npos);
  CHECK(told(job.run({"params.max_rejects=1"})) == "1: 0 0 0 0, 0 1");
  CHECK(job.table() == "1=-");
}

TEST_CASE("a key that does not fit the key's column is a reject, with a value and without") {
  Players job;
  job.send(0, "one", R"({})");
  job.send(0, "one", std::nullopt);
  job.send(0, std::nullopt, std::nullopt);
  job.note(1, "ann");
  CHECK(told(job.run({"params.max_rejects=3"})) == "4: 1 0 0 0, 0 3");
  CHECK(job.ask("SELECT group_concat(column_name || ': ' || reason, '; ') FROM orders__rejects") ==
        "id: \"one\" is not an integer of 64 bits; id: \"one\" is not an integer of 64 bits; "
        "id: the value is null, and the column is not nullable");
}

TEST_CASE("an alert is about rows that messages bring, not about those that tombstones take") {
  Players job;
  job.note(1, "ann");
  job.send(0, "1", std::nullopt);
  const Report report =
      job.run({R"(params.alerts=[{"name": "no note", "when": "note IS NULL OR id = 1"}])"});
  REQUIRE(report.alerts.size() == 1);
  CHECK(report.alerts[0].count == 1);
  CHECK(report.alerts[0].failed == 0);
}

TEST_CASE("the elements of a message are rows of a key") {
  Players job;
  job.action = R"({
    "name": "load-orders", "type": "load", "until": "end",
    "params": {
      "load_from": [ { "source": "dwh/shop/orders", "explode": "items" } ],
      "schema": {
        "id": { "type": "default", "path": ["$element", "id"] },
        "note": { "type": "default", "attribute": "note" }
      },
      "load_to": { "source": "dwh/db/orders" },
      "write_mode": "upsert"
    }
  })";
  job.produce_text(0, R"({"note":"a","items":[{"id":1},{"id":2},{"id":1}]})");
  job.produce_text(0, R"({"note":"b","items":[{"id":2},{"id":"x"}]})");
  job.produce_text(0, R"({"note":"c","items":[{"id":3},{"id":1}]})");
  const Report report = job.run({"params.max_rejects=1"});
  CHECK(told(report) == "3: 3 2 0 0, 0 1");
  CHECK(job.table() == "1=c 2=a 3=c");
}
