// Rejects of an upsert: what a newer message of their key has left stays as it is.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "support/upserting.h"

using sluice::ExitCode;
using sluice::Report;
using sluice::test::told;
using sluice::test::Upserting;

namespace {

const std::string wide_budget = "params.max_rejects=1000000";

// Amounts beyond 9 do not fit before the definition is corrected.
struct Amounts : Upserting {
  explicit Amounts(const std::string& more = {})
      : Upserting(
            "      amount: { type: integer, max: 9 }\n"
            "      at: { type: integer, nullable: true }\n",
            {"amount", "at"}, more) {}

  void correct(int max = 1'000'000) {
    const std::size_t at = dataset_yaml.find("max: ");
    dataset_yaml.replace(at, dataset_yaml.find(' ', at + 5) - at, fmt::format("max: {}", max));
  }

  void send(int partition, int id, std::optional<std::string> value) {
    Upserting::send(partition, std::to_string(id), std::move(value));
  }
  void amount(int id, int amount, int at = 0, int partition = 0) {
    send(partition, id, fmt::format(R"({{"amount":{},"at":{}}})", amount, at));
  }
  void tombstone(int id, int partition = 0) { send(partition, id, std::nullopt); }

  std::string table() const { return Upserting::table("amount"); }
  std::string rejects() const { return ask("SELECT count(*) FROM orders__rejects"); }
  bool has_notes() const {
    return ask("SELECT count(*) FROM sqlite_schema WHERE name = 'orders__newest'") == "1";
  }
};

}  // namespace

TEST_CASE("a reject never overwrites what a newer message of its key has left") {
  Amounts job;
  job.amount(1, 50);  // a newer row comes
  job.amount(2, 51);  // a newer row comes and is deleted
  job.amount(3, 52);  // a newer tombstone comes, nothing was there
  job.amount(4, 1);   // an older row was there
  job.amount(4, 53);
  job.amount(5, 54);  // nothing else comes
  job.amount(1, 2);
  job.amount(2, 3);
  job.tombstone(2);
  job.tombstone(3);
  REQUIRE(told(job.run({wide_budget})) == "10: 3 0 1 0, 2 5");
  CHECK(job.table() == "1=2 4=1");

  job.correct();
  CHECK(told(job.replay_as_told()) == "5: 1 1 0 3, 0 0");
  CHECK(job.table() == "1=2 4=53 5=54");
  CHECK(job.rejects() == "0");
}

TEST_CASE("keys are noted while there are rejects, and only then") {
  Amounts job;
  job.amount(1, 1);
  job.run();
  CHECK_FALSE(job.has_notes());
  job.amount(1, 50);
  job.run({wide_budget});
  CHECK(job.has_notes());
  job.amount(1, 3);
  job.run();
  job.correct();
  CHECK(told(job.replay_as_told()) == "1: 0 0 0 1, 0 0");
  CHECK(job.table() == "1=3");
  CHECK_FALSE(job.has_notes());
}

TEST_CASE(
    "a reject that was loaded late is not overwritten by an older one that fits later still") {
  Amounts job;
  job.amount(1, 5'000);
  job.amount(1, 50);
  REQUIRE(job.run({wide_budget}).counts.rejected == 2);
  job.correct(100);
  CHECK(told(job.replay_as_told()) == "2: 1 0 0 0, 0 1");
  job.correct();
  CHECK(told(job.replay_as_told()) == "1: 0 0 0 1, 0 0");
  CHECK(job.table() == "1=50");
}

TEST_CASE("with newest_by the greater value decides, but not across a deletion") {
  Amounts job;
  job.amount(1, 50, 20);  // greater than what comes later
  job.amount(1, 1, 10);
  job.amount(2, 51, 20);  // greater, but deleted since
  job.tombstone(2);
  job.amount(2, 2, 10);
  job.amount(3, 52, 10);  // the same, and older
  job.amount(3, 3, 10);
  job.amount(4, 53, 5);  // less
  job.amount(4, 4, 10);
  job.amount(5, 5, 10);
  job.amount(5, 6, 5);    // refused
  job.amount(5, 54, 10);  // the same as the row, and newer than it
  const std::vector<std::string> newest{wide_budget, "params.newest_by=at"};
  REQUIRE(job.run(newest).counts.rejected == 5);
  CHECK(job.table() == "1=1 2=2 3=3 4=4 5=5");
  job.correct();
  CHECK(told(job.replay_as_told({"params.newest_by=at"})) == "5: 0 2 0 3, 0 0");
  CHECK(job.table() == "1=50 2=2 3=3 4=4 5=54");
}

TEST_CASE("a tombstone that did not say its key deletes only what is older") {
  Amounts job;
  const std::string by_attribute = R"(params.schema.id={"type": "default", "attribute": "id"})";
  for (const int id : {1, 2}) {
    job.send(0, id, fmt::format(R"({{"id":{},"amount":1}})", id));
    job.tombstone(id);
  }
  job.send(0, 2, R"({"id":2,"amount":2})");
  REQUIRE(job.run({wide_budget, by_attribute}).counts.rejected == 2);
  CHECK(told(job.replay_as_told()) == "2: 0 0 1 0, 2 0");
  CHECK(job.table() == "2=2");
}

TEST_CASE("where a key changed its partition the later time decides") {
  Amounts job;
  job.amount(1, 50, 0, 0);
  job.amount(2, 51, 0, 0);
  job.amount(1, 1, 0, 1);
  job.amount(2, 2, 0, 1);
  job.log(0).records[0].timestamp_ms -= 1'000;
  job.log(0).records[1].timestamp_ms += 1'000;
  REQUIRE(job.run({wide_budget}).counts.rejected == 2);
  job.correct();
  job.replay();
  CHECK(job.table() == "1=1 2=51");
}

TEST_CASE("rejects of an append know no keys: then what is there is newer, or its address tells") {
  for (const bool provenance : {false, true}) {
    CAPTURE(provenance);
    Amounts job(provenance ? "    provenance: true\n" : "");
    job.amount(1, 50);
    job.amount(2, 1);
    job.amount(2, 51);
    job.amount(1, 2);
    job.amount(3, 52);
    REQUIRE(told(job.run({wide_budget, "params.write_mode=append"})) == "5: 2 0 0 0, 0 3");
    CHECK_FALSE(job.has_notes());
    job.correct();
    CHECK(job.replay().exit_code == 0);
    CHECK(job.table() == (provenance ? "1=2 2=51 3=52" : "1=2 2=1 3=52"));
  }
}

TEST_CASE("the elements of a rejected message are rows of their own keys") {
  Amounts job;
  const std::vector<std::string> explode{
      wide_budget, R"(params.load_from.0.explode=items)",
      R"(params.schema={"id": {"type": "default", "path": ["$element"]},
                        "amount": {"type": "default", "attribute": "amount"}})"};
  job.send(0, 0, R"({"items":[1,2],"amount":50})");
  job.send(0, 0, R"({"items":[2,3],"amount":3})");
  REQUIRE(job.run(explode).counts.rejected == 1);
  job.correct();
  CHECK(told(job.replay(explode)) == "1: 1 0 0 1, 0 0");
  CHECK(job.table() == "1=50 2=3 3=3");
}

TEST_CASE("keys that are the same to the user's table are the same to a replay") {
  struct Case {
    const char* type;      // of the key in the dataset
    std::string declared;  // in the table that is there
    const char* first;     // two writings of one key
    const char* second;
    const char* other;  // of another
  };
  for (const Case& c : {Case{"text", "TEXT COLLATE NOCASE", "Ann", "ann", "bob"},
                        {"text", "TEXT COLLATE RTRIM", "ann ", "ann", "Ann"},
                        {"text", "TEXT", "ann", "ann", "Ann"},
                        {"integer", "TEXT", "5", "5", "6"},
                        {"blob", "", "YQ==", "YQ==", "Yg=="}}) {
    CAPTURE(c.declared);
    for (const bool seeds : {false, true}) {
      CAPTURE(seeds);
      Amounts job;
      const std::string type = fmt::format("id: {{ type: {} }}", c.type);
      job.dataset_yaml.replace(job.dataset_yaml.find("id: { type: integer }"), 21, type);
      job.execute(
          fmt::format("CREATE TABLE orders (id {} NOT NULL PRIMARY KEY, amount, at)", c.declared));
      const std::string by_attribute = R"(params.schema.id={"type": "default", "attribute": "id"})";
      const auto send = [&job](const char* id, int amount) {
        job.send(0, 0, fmt::format(R"({{"id":"{}","amount":{}}})", id, amount));
      };
      send(c.first, 50);
      send(c.other, 51);
      send(c.second, 1);
      std::vector<std::string> changes{wide_budget, by_attribute};
      // Rejects of an append know no keys: those of the rows that are there are looked up.
      if (seeds) changes.emplace_back("params.write_mode=append");
      REQUIRE(job.run(changes).counts.rejected == 2);
      job.correct();
      CHECK(told(job.replay({by_attribute})) == "2: 1 0 0 1, 0 0");
      CHECK(job.ask("SELECT group_concat(amount, ' ') FROM (SELECT amount FROM orders ORDER BY "
                    "amount)") == "1 51");
    }
  }
}

TEST_CASE("numbers that the user's table keeps as texts are the same keys") {
  Amounts job;
  job.execute("CREATE TABLE orders (id TEXT NOT NULL PRIMARY KEY, amount TEXT, at)");
  job.amount(1, 1);
  job.amount(2, 2);
  job.tombstone(1);
  job.run();
  job.amount(1, 3);
  REQUIRE(job.run().exit_code == 0);
  job.tombstone(1);
  CHECK(told(job.run()) == "1: 0 0 1 0, 1 0");
  CHECK(job.table() == "2=2");
  job.amount(2, 50, 10);  // the same value of newest_by, and older
  job.amount(2, 3, 10);
  REQUIRE(job.run({wide_budget, "params.newest_by=at"}).counts.rejected == 1);
  job.correct();
  CHECK(told(job.replay({"params.newest_by=at"})) == "1: 0 0 0 1, 0 0");
  CHECK(job.table() == "2=3");
}

TEST_CASE("rows of the user's without a key are in nobody's way") {
  Amounts job("    # no more\n");
  job.dataset_yaml.replace(job.dataset_yaml.find("id: { type: integer }"), 21,
                           "id: { type: text }");
  job.execute(
      "CREATE TABLE orders (id TEXT PRIMARY KEY, amount, at);"
      "INSERT INTO orders VALUES (NULL, 7, 0), (NULL, 8, 0), ('1', 9, 0)");
  job.amount(1, 50);
  job.amount(2, 50);
  REQUIRE(job.run({wide_budget, "params.write_mode=append"}).counts.rejected == 2);
  job.amount(3, 50);
  REQUIRE(job.run({wide_budget}).counts.rejected == 1);
  job.correct();
  CHECK(told(job.replay()) == "3: 2 0 0 1, 0 0");
  CHECK(job.ask("SELECT count(*) FROM orders WHERE id IS NULL") == "2");
  CHECK(job.ask("SELECT amount FROM orders WHERE id = '1'") == "9");
}

TEST_CASE("any order of loading, correcting and replaying ends in the same upserted table") {
  const auto seed = std::random_device()();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const bool newest_by = random() % 2 == 0;
    const std::string provenance = random() % 2 == 0 ? "    provenance: true\n" : "";
    Amounts step_by_step(provenance);
    Amounts at_once(provenance);
    at_once.correct();
    const int partitions = 1 + static_cast<int>(random() % 3);
    const auto changes = [&] {
      std::vector<std::string> list{wide_budget,
                                    fmt::format("params.load_batch_size={}", 1 + random() % 7)};
      if (newest_by) list.emplace_back("params.newest_by=at");
      return list;
    };
    for (int step = 0; step < 10; ++step) {
      for (auto count = random() % 7; count > 0; --count) {
        // A key has its partition, as Kafka's partitioners keep it.
        const int id = static_cast<int>(random() % 6);
        const bool deletes = random() % 5 == 0;
        const std::string value =
            fmt::format(R"({{"amount":{},"at":{}}})", random() % 18, random() % 1'000'000'000);
        for (Amounts* job : {&step_by_step, &at_once}) {
          job->send(id % partitions, id, deletes ? std::nullopt : std::optional(value));
        }
      }
      step_by_step.log(partitions - 1);
      if (random() % 2 == 0) step_by_step.run(changes());
      if (random() % 6 == 0) step_by_step.correct(static_cast<int>(9 + random() % 9));
      if (random() % 3 == 0) step_by_step.replay_as_told(changes());
    }
    at_once.log(partitions - 1);
    step_by_step.correct();
    step_by_step.run(changes());
    CHECK(step_by_step.replay_as_told(changes()).exit_code == 0);
    CHECK(at_once.run(changes()).exit_code == 0);
    const char* everything =
        "SELECT group_concat(id || '=' || amount || '/' || at, ' ')"
        " FROM (SELECT * FROM orders ORDER BY id)";
    CHECK(step_by_step.ask(everything) == at_once.ask(everything));
    CHECK_FALSE(step_by_step.has_notes());
    if (provenance.empty()) continue;
    const char* addresses =
        "SELECT group_concat(id || '@' || _offset, ' ') FROM"
        " (SELECT * FROM orders ORDER BY id)";
    CHECK(step_by_step.ask(addresses) == at_once.ask(addresses));
  }
}
