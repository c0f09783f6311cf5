// The binary from outside, on the embedded broker: what it prints and which code it ends with.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "source/kafka/embedded_broker.h"
#include "sqlite/database.h"
#include "support/files_in_memory.h"
#include "support/process.h"
#include "support/project.h"
#include "support/shop.h"
#include "support/text.h"

using namespace sluice::test;

TEST_CASE("a report is one JSON object with exactly the keys of the contract, and a few more") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  const Ended ended = shop.project.run();
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(std::ranges::count(ended.out, '\n') == 1);
  CHECK(json_value(ended.out, "action") == "\"load-orders\"");
  CHECK(json_value(ended.out, "state") == "\"succeeded\"");
  CHECK(json_value(ended.out, "stop_reason") == "\"caught_up\"");
  CHECK(json_value(ended.out, "exit_code") == "0");
  CHECK(json_value(ended.out, "messages") == "3");
  CHECK(json_value(ended.out, "inserted") == "3");
  for (const char* key :
       {"updated", "deleted", "unchanged", "filtered", "tombstones", "rejected"}) {
    CHECK(json_value(ended.out, key) == "0");
  }
  CHECK(json_value(ended.out, "alerts") == "[]");
  CHECK(json_value(ended.out, "message") == "\"\"");
  CHECK(json_value(ended.out, "job_id").size() > 10);
  CHECK(holds(json_value(ended.out, "started_at"), "Z\""));
  CHECK(holds(json_value(ended.out, "ended_at"), "Z\""));
  const double seconds = std::stod(json_value(ended.out, "seconds"));
  CHECK(seconds > 0);
  // Both are rounded.
  const double rate = std::stod(json_value(ended.out, "messages_per_second"));
  CHECK(std::abs(rate - 3 / seconds) <= 0.5 + 0.05 * rate);
  CHECK(json_value(ended.out, "partitions") ==
        R"([{"source":"shop","topic":"orders","partition":0,"from_offset":0,"next_offset":2,)"
        R"("end_offset":2,"lag":0,"messages":2},)"
        R"({"source":"shop","topic":"orders","partition":1,"from_offset":0,"next_offset":1,)"
        R"("end_offset":1,"lag":0,"messages":1}])");
}

TEST_CASE("a clean end leaves the database file and nothing beside it") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  REQUIRE(shop.project.run().exit_code == 0);
  std::string files;
  for (const auto& entry : std::filesystem::directory_iterator(shop.project.dir().path())) {
    if (entry.path().filename().string().starts_with("data")) {
      files += entry.path().filename().string() + " ";
    }
  }
  CHECK(files == "data.db ");
}

TEST_CASE("wrong usage is 64 and says what would be right") {
  const Shop shop(2);
  for (const std::vector<std::string>& arguments : {
           std::vector<std::string>{},
           {"frobnicate"},
           {"run"},
           {"run", "--colour", "orders.json"},
           {"run", "--set", "nonsense", "orders.json"},
           {"run", "--output", "xml", "orders.json"},
           {"produce", "shop"},
           {"produce", "shop/orders", "--sample", "nonsense"},
           {"produce", "shop/orders", "--count", "5"},
           {"produce", "shop/orders", "--rate", "0"},
           {"produce", "shop/orders", "--header", "nonsense"},
           {"produce", "shop/orders", "--header", "=value"},
           {"broker", "--topic", "orders"},
           {"jobs"},
       }) {
    CAPTURE(fmt::format("{}", fmt::join(arguments, " ")));
    const Ended ended = shop.project.sluice(arguments);
    CHECK(ended.exit_code == 64);
    CHECK(ended.err != "");
  }
  CHECK(holds(shop.project.sluice({"chekc", "x.json"}).err, "did you mean \"check\"?"));
  CHECK(holds(shop.project.sluice({"load", "x.json"}).err, "not supported yet"));
  CHECK(holds(shop.project.sluice({"produce", "shop/orders", "--partitions", "none"}).err,
              "--partitions: must be a whole number from 1 to 10000, not \"none\""));
  CHECK(holds(shop.project.sluice({"run", "--output", "jso", "x.json"}).err,
              "--output: must be one of text, json, not \"jso\" (did you mean \"json\"?)"));
  CHECK(shop.project.sluice({"--log-format", "json", "run"}).err.starts_with("{\"time\":"));
  CHECK(holds(shop.project.sluice({"produce", "shop/orders", "--sample", "fligths"}).err,
              "(did you mean \"flights\"?)"));
  CHECK(shop.project.sluice({"--version"}).exit_code == 0);
  CHECK(holds(shop.project.sluice({"--help"}).out, "Exit codes"));
}

TEST_CASE("check finds offline what librdkafka does not know, with its place") {
  const Shop shop(2);
  shop.project.write_source("earliest",
                            "properties:\n  client.id: x\n  fetch.max.byte: 1\n  debug: everthing");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"check", "orders.json"},
                                                  {"run", "orders.json"},
                                                  {"produce", "shop/orders"}}) {
    const Ended ended = shop.project.sluice(command);
    CAPTURE(ended.err);
    CHECK(ended.exit_code == 78);
    CHECK(holds(ended.err, "schemas/sources/shop.yaml:5:3: property \"fetch.max.byte\": No such"));
    CHECK(holds(ended.err, "schemas/sources/shop.yaml:6:3: property \"debug\": Invalid value"));
    CHECK(holds(ended.err, "\n    fetch.max.byte: 1\n    ^"));
  }
}

TEST_CASE("a missing file is 66") {
  const Shop shop(2);
  const Ended run = shop.project.sluice({"run", "nowhere.json"});
  CHECK(run.exit_code == 66);
  CHECK(holds(run.err, "nowhere.json"));
  CHECK(shop.project.sluice({"jobs", "list", "nowhere"}).exit_code == 66);
  const Ended produce = shop.project.sluice({"produce", "shop/orders", "nowhere.txt"});
  CHECK(produce.exit_code == 66);
  CHECK(holds(produce.err, "cannot read nowhere.txt: No such file or directory"));
}

TEST_CASE("wrong definitions are 78: all problems at once, with place, line and caret") {
  const Shop shop(2);
  shop.project.dir().write("wrong.json", R"({
  "name": "wrong",
  "type": "load",
  "tmeout": "5m",
  "params": {
    "load_from": [ { "source": "dwh/shopp/orders" } ],
    "load_to": { "source": "dwh/db/orders" },
    "max_rejects": -1,
    "newest_by": "id"
  }
})");
  const Ended ended = shop.project.sluice({"check", "wrong.json"});
  CHECK(ended.exit_code == 78);
  CAPTURE(ended.err);
  CHECK(holds(ended.err, "wrong.json:4:3: "));
  CHECK(holds(ended.err, "did you mean \"timeout\"?"));
  CHECK(holds(ended.err, "  \"tmeout\": \"5m\","));
  CHECK(holds(ended.err, "wrong.json:8:20: "));
  CHECK(holds(ended.err, "wrong.json:9:"));
  CHECK(holds(ended.err, "needs \"write_mode\": \"upsert\""));
  CHECK(holds(ended.err, "^"));
  CHECK(shop.project.sluice({"run", "wrong.json"}).exit_code == 78);
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));
}

TEST_CASE("an address that cannot be read hides no other problem, and makes none") {
  const Shop shop(2);
  const auto problems = [&](const char* source, const char* destination) {
    shop.project.dir().write(
        "a.json", fmt::format(R"({{"type": "load", "params": {{"load_from": {{"source": "{}"}},
          "schema": {{"idd": {{"type": "default", "attribute": "id"}}}},
          "load_to": {{"source": "{}"}}}}}})",
                              source, destination));
    const Ended ended = shop.project.sluice({"check", "a.json"});
    CHECK(ended.exit_code == 78);
    CHECK_FALSE(holds(ended.err, "\"\""));
    return ended.err;
  };
  const std::string no_source = problems("shop/orders", "dwh/db/orders");
  CHECK(holds(no_source, "a.json:1:"));
  CHECK(holds(no_source, "a.json:2:"));
  CHECK(holds(no_source, "did you mean \"id\"?"));
  const std::string no_destination = problems("dwh/shpo/orders", "dwh/db");
  CHECK(holds(no_destination, "did you mean \"shop\"?"));
  CHECK(holds(no_destination, "a.json:3:"));
}

TEST_CASE("what is wrong with one action hides nothing of the others") {
  const Shop shop(1);
  shop.project.dir().write("schemas/sources/none.yaml",
                           "connector: kafka\nservers: 127.0.0.1:1\nconnect_timeout: 200ms\n"
                           "topics:\n  orders: {}\n");
  shop.project.dir().write("first.json", R"({"type": "load", "params": {
      "load_from": {"source": "dwh/none/orders"}, "load_to": {"source": "dwh/db/orders"}}})");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"check", "--connect"}, std::vector<std::string>{"plan"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"first.json", "orders.json"});
    const Ended ended = shop.project.sluice(arguments);
    CHECK(ended.exit_code == 69);
    CHECK(holds(ended.err, "first.json: "));
    CHECK(holds(ended.out, "orders"));
  }
}

TEST_CASE("start is instant: a job of 100 messages takes little more than a look at its definition") {
  const FilesInMemory no_disk;  // others may write to it, and then it takes long to sync
  const Shop shop(1);
  std::string lines;
  for (int id = 0; id < 100; ++id) lines += fmt::format("{{\"id\":{}}}\n", id);
  shop.produce(lines);
  const auto seconds = [&](const std::vector<std::string>& command) {
    std::filesystem::remove(shop.project.database());
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(shop.project.sluice(command).exit_code == 0);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  // The fastest of both, on a machine that has other things to do: what waits is never fast.
  double look = 1e9;
  double job = 1e9;
  for (int round = 0; round < 40 && (round < 5 || job - look >= 0.2); ++round) {
    look = std::min(look, seconds({"check", "orders.json"}));
    job = std::min(job, seconds({"run", "--until", "end", "orders.json"}));
  }
  MESSAGE("check ", look, " s, run ", job, " s");
  CHECK(job - look < 0.2);
}

TEST_CASE("an unknown source, topic, dataset, table or column is 78 with the nearest name") {
  const Shop shop(2);
  const std::string good = R"({"type":"load","params":{"load_from":{"source":"dwh/shop/orders"},
    "schema":{"id":{"type":"default","attribute":"id"}},"load_to":{"source":"dwh/db/orders"}}})";
  const auto answer = [&](const std::string& from, const std::string& to) {
    std::string action = good;
    action.replace(action.find(from), from.size(), to);
    shop.project.dir().write("a.json", action);
    const Ended ended = shop.project.sluice({"check", "a.json"});
    CHECK(ended.exit_code == 78);
    return ended.err;
  };
  CHECK(holds(answer("dwh/shop/", "dwh/shpo/"), "did you mean \"shop\"?"));
  CHECK(holds(answer("shop/orders", "shop/order"), "did you mean \"orders\"?"));
  CHECK(holds(answer("dwh/db/", "dwh/dbs/"), "did you mean \"db\"?"));
  CHECK(holds(answer("db/orders", "db/orderz"), "did you mean \"orders\"?"));
  CHECK(holds(answer("\"id\":{", "\"idd\":{"), "did you mean \"id\"?"));
}

TEST_CASE("a signal while the broker is waited for is 130, and nothing is created") {
  const Project project("127.0.0.1:1", "orders");
  for (const char* command :
       {"run orders.json", "check --connect orders.json", "plan orders.json"}) {
    CAPTURE(command);
    const std::string line = fmt::format("exec {} --log-level debug {}", SLUICE_BINARY, command);
    Process waiting({"bash", "-c", line}, project.dir().path().string());
    // It says what it waits for once it waits.
    REQUIRE(eventually([&] { return holds(waiting.err(), "127.0.0.1:1"); }));
    waiting.send(SIGINT);
    CHECK(waiting.wait().exit_code == 130);
  }
  CHECK_FALSE(std::filesystem::exists(project.database()));
}

TEST_CASE("a result that cannot be written is 74") {
  const Shop shop(2);
  const Ended ended =
      Process({"bash", "-c", fmt::format("{} plan orders.json > /dev/full", SLUICE_BINARY)},
              shop.project.dir().path().string())
          .wait();
  CHECK(ended.exit_code == 74);
}

TEST_CASE("standard streams that the parent has closed are never mistaken for a database") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  const std::string command =
      fmt::format("exec {} run --until end orders.json <&- >&- 2>&-", SLUICE_BINARY);
  CHECK(Process({"bash", "-c", command}, shop.project.dir().path().string()).wait().exit_code == 0);
  CHECK(shop.project.ask("PRAGMA integrity_check") == "ok");
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "1");
}

TEST_CASE(
    "an alert starts the command of --on-alert with the report; what it does changes nothing") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n{\"id\":2}\n");
  shop.project.dir().write("tell",
                           "#!/bin/sh\necho \"told: $1, SASL_PATH=$SASL_PATH.\"\n"
                           "cat > told.json\nexit 3\n");
  std::filesystem::permissions(shop.project.dir().path() / "tell",
                               std::filesystem::perms::owner_all);
  const std::string alerts = R"(params.alerts=[{"name":"two","when":"id = 2"}])";
  const Ended ended = shop.project.sluice({"run", "--until", "end", "--set", alerts, "--output",
                                           "json", "--on-alert", "./tell me", "orders.json"});
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.out, R"("alerts":[{"name":"two","count":1,"first":"orders/)"));
  CHECK(holds(ended.err, "alert \"two\" of load-orders: 1 row"));
  CHECK(holds(ended.err, "told: me, SASL_PATH=."));  // hidden from us only
  CHECK(holds(ended.err, "--on-alert ./tell me: ended with exit code 3"));
  const std::string told = content_of(shop.project.dir().file("told.json"));
  CHECK(told == ended.out);

  const auto again = [&](const char* command) {
    shop.produce("{\"id\":2}\n");
    return shop.project.sluice(
        {"run", "--until", "end", "--set", alerts, "--on-alert", command, "orders.json"});
  };
  const Ended missing = again("./nowhere");
  CHECK(missing.exit_code == 0);
  CHECK(holds(missing.err, "--on-alert ./nowhere: cannot be started: No such file"));
  CHECK(again("true").exit_code == 0);  // reads nothing
}

TEST_CASE("a job that is always up ends by a signal, and its alert is told all the same") {
  const Shop shop(2);
  shop.produce("{\"id\":2}\n");
  Process job({SLUICE_BINARY, "run", "--set", "execution_mode=always-up", "--set",
               R"(params.alerts=[{"name":"two","when":"id = 2"}])", "--on-alert", "tee told.json",
               "orders.json"},
              shop.project.dir().path().string());
  REQUIRE(eventually([&] {
    return shop.project.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'orders'") == "1" &&
           shop.project.ask("SELECT count(*) FROM orders") == "1";
  }));
  job.send(SIGTERM);
  CHECK(job.wait().exit_code == 0);
  CHECK(std::filesystem::file_size(shop.project.dir().file("told.json")) > 100);
}

// timeout(1) signals its child and then its group, so that the child gets the same wish twice.
TEST_CASE("two signals at once are one wish: the job ends with its report") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  Process job({SLUICE_BINARY, "run", "--output", "json", "orders.json"},
              shop.project.dir().path().string());
  REQUIRE(eventually([&] {
    return shop.project.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "1";
  }));
  shop.produce("{\"id\":2}\n");
  // Both are there before either is handled.
  job.send(SIGSTOP);
  job.send(SIGTERM);
  job.send(SIGINT);
  job.send(SIGCONT);
  const Ended ended = job.wait();
  CAPTURE(ended.err);
  CHECK((ended.exit_code == 128 + SIGTERM || ended.exit_code == 128 + SIGINT));
  CHECK(json_value(ended.out, "stop_reason") == "\"signal\"");
}

TEST_CASE("a second signal ends the program at once, and what was committed stays") {
  const Shop shop(2);
  shop.produce("{\"id\":2}\n");
  shop.project.dir().write("hang", "#!/bin/sh\necho $$ > hangs\nexec tail -f /dev/null\n");
  std::filesystem::permissions(shop.project.dir().path() / "hang",
                               std::filesystem::perms::owner_all);
  Process job({SLUICE_BINARY, "run", "--until", "end", "--output", "json", "--set",
               R"(params.alerts=[{"name":"two","when":"id = 2"}])", "--on-alert", "./hang",
               "orders.json"},
              shop.project.dir().path().string());
  const auto pid_of_command = [&] {
    pid_t pid = 0;
    std::ifstream(shop.project.dir().path() / "hangs") >> pid;
    return pid;
  };
  REQUIRE(eventually([&] { return pid_of_command() > 0; }));
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(eventually([&] {
    job.send(SIGTERM);
    return !job.is_running();
  }));
  // After the first one alone the command would have 10 s.
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(8));
  ::kill(pid_of_command(), SIGKILL);
  CHECK(job.wait().exit_code == 128 + SIGTERM);
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "1");
  CHECK(shop.project.ask("PRAGMA integrity_check") == "ok");
}

TEST_CASE("problems of the action and of the names in it are told together") {
  const Shop shop(2);
  shop.project.dir().write("wrong.json", R"({"bogus": 1, "type": "load", "params": {
    "load_from": {"source": "dwh/shpo/orders"}, "load_to": {"source": "dwh/db/orderz"}}})");
  const Ended ended = shop.project.sluice({"check", "wrong.json"});
  CHECK(ended.exit_code == 78);
  CHECK(holds(ended.err, "bogus"));
  CHECK(holds(ended.err, "did you mean \"shop\"?"));
  CHECK(holds(ended.err, "did you mean \"orders\"?"));
}

TEST_CASE("several actions: all are checked before the first runs, the worst code is returned") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  shop.project.dir().write("broken.json", "{");
  CHECK(shop.project.sluice({"run", "--until", "end", "orders.json", "broken.json"}).exit_code ==
        78);
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));

  shop.project.dir().write("missing.json", R"({"type":"load","until":"end","params":{
    "load_from":{"source":"dwh/shop/orders","offset_number":{"7":0}},
    "load_to":{"source":"dwh/db/orders"}}})");
  const Ended ended = shop.project.sluice(
      {"run", "--until", "end", "--output", "json", "missing.json", "orders.json"});
  CHECK(ended.exit_code == 78);
  CHECK(std::ranges::count(ended.out, '\n') == 2);
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "1");
}

TEST_CASE("a broker that is not there is 69 within connect_timeout, with the cause") {
  const Project project("127.0.0.1:1", "orders");
  project.write_source("earliest", "connect_timeout: 1s");
  const Ended ended = project.run();
  CHECK(ended.exit_code == 69);
  CHECK(holds(json_value(ended.out, "message"), "127.0.0.1:1"));
  CHECK(holds(json_value(ended.out, "message"), "refused"));
  CHECK(std::stod(json_value(ended.out, "seconds")) < 3.0);
  CHECK_FALSE(std::filesystem::exists(project.database()));
}

TEST_CASE("a database that cannot be used is 74, and stays as it was") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  SUBCASE("it is no database") {
    shop.project.dir().write("data.db", std::string(8192, 'x'));
    const Ended ended = shop.project.run();
    CHECK(ended.exit_code == 74);
    CHECK(std::filesystem::file_size(shop.project.database()) == 8192);
  }
  SUBCASE("it is a directory") {
    std::filesystem::create_directory(shop.project.database());
    CHECK(shop.project.run().exit_code == 74);
  }
  SUBCASE("its folder cannot be made") {
    shop.project.dir().write("closed", "a file, no folder");
    shop.project.dir().write("schemas/datasets/db.yaml",
                             "engine: sqlite\npath: closed/data.db\ntables:\n  orders:\n"
                             "    columns:\n      id: { type: integer }\n");
    CHECK(shop.project.run().exit_code == 74);
  }
}

TEST_CASE("somebody else's table under one of our names is told, not used") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  for (const char* name : {"orders__metadata", "orders__rejects", "sluice_jobs", "sluice_meta"}) {
    CAPTURE(name);
    std::filesystem::remove(shop.project.database());
    shop.project.execute(fmt::format("CREATE TABLE {}(x)", name));
    const Ended ended = shop.project.run();
    CHECK(ended.exit_code == 78);
    CHECK(holds(json_value(ended.out, "message"), name));
  }
}

TEST_CASE("another writer is waited for up to lock_timeout, then the job is 75") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  REQUIRE(shop.project.run().exit_code == 0);
  sluice::Database writer(shop.project.database(), sluice::Database::Mode::write, {});
  writer.execute("BEGIN IMMEDIATE");
  const Ended busy = shop.project.run({"--set", "lock_timeout=\"1s\""});
  CHECK(busy.exit_code == 75);
  writer.execute("ROLLBACK");
  CHECK(shop.project.run().exit_code == 0);
}

TEST_CASE("a signal while another writer is waited for ends a job as interrupted, not as busy") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  REQUIRE(shop.project.run().exit_code == 0);
  Process job({SLUICE_BINARY, "run", "--output", "json", "orders.json"},
              shop.project.dir().path().string());
  REQUIRE(eventually([&] {
    return shop.project.ask("SELECT count(*) FROM sluice_jobs WHERE state = 'running'") == "1";
  }));
  sluice::Database writer(shop.project.database(), sluice::Database::Mode::write, {});
  writer.execute("BEGIN IMMEDIATE");
  shop.produce("{\"id\":2}\n{\"id\":3}\n");
  job.send(SIGTERM);
  const Ended ended = job.wait();
  writer.execute("ROLLBACK");
  CHECK(ended.exit_code == 128 + SIGTERM);
  CHECK(json_value(ended.out, "stop_reason") == "\"signal\"");
  CHECK(shop.project.run().exit_code == 0);
  CHECK(shop.project.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM orders ORDER BY id)") ==
        "1 2 3");
}

TEST_CASE("names that need quoting are quoted everywhere") {
  const Shop shop(2);
  shop.produce("{\"a\\\"b\":1,\"order by\":\"x\"}\n{\"a\\\"b\":\"bad\"}\n");
  shop.project.dir().write("schemas/datasets/db.yaml", R"(engine: sqlite
path: data.db
tables:
  select:
    columns:
      'a"b': { type: integer }
      order by: { type: text, nullable: true }
    primary_key: ['a"b']
    indexes: [[order by]]
    provenance: true
)");
  shop.project.dir().write("a.json", R"({"type":"load","until":"end","params":{
    "load_from":{"source":"dwh/shop/orders"},"max_rejects":1,
    "load_to":{"source":"dwh/db/select"}}})");
  const Ended ended = shop.project.sluice({"run", "a.json"});
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(shop.project.ask(R"(SELECT "a""b" || "order by" FROM "select")") == "1x");
  CHECK(shop.project.ask(R"(SELECT column_name FROM "select__rejects")") == "a\"b");
  CHECK(shop.project.ask(R"(SELECT count(*) FROM "select__metadata")") == "2");
}

TEST_CASE("plan, check and offsets show move nothing") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n{\"id\":2}\n");
  CHECK(shop.project.sluice({"check", "--connect", "orders.json"}).exit_code == 0);
  const Ended plan = shop.project.sluice({"plan", "--until", "end", "orders.json"});
  CHECK(plan.exit_code == 0);
  CHECK(holds(plan.out, "orders/0: from 0 (earliest) to 1, 1 offsets"));
  const Ended before = shop.project.sluice({"offsets", "show", "orders.json"});
  CHECK(holds(before.out, "not loaded yet"));
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));

  REQUIRE(shop.project.run().exit_code == 0);
  CHECK(holds(shop.project.sluice({"plan", "--until", "end", "orders.json"}).out,
              "orders/0: from 1 (stored) to 1, 0 offsets"));
  CHECK(holds(shop.project.sluice({"offsets", "show", "orders.json"}).out, "orders/0@1"));
  const Ended json = shop.project.sluice({"offsets", "show", "--output", "json", "orders.json"});
  CHECK(holds(json.out, R"("partition":1,"next_offset":1)"));
}

TEST_CASE("the history tells each job, by dataset or by file") {
  const Shop shop(2);
  shop.produce("{\"id\":1}\n");
  shop.project.run();
  shop.project.run();
  const Ended list = shop.project.sluice({"jobs", "list", "db"});
  CHECK(list.exit_code == 0);
  CHECK(std::ranges::count(list.out, '\n') == 2);
  CHECK(shop.project.sluice({"jobs", "list", "data.db"}).out == list.out);
  const auto newest = shop.project.ask("SELECT job_id FROM sluice_jobs ORDER BY rowid DESC");
  REQUIRE(newest);
  CHECK(list.out.starts_with(*newest));
  CHECK(holds(shop.project.sluice({"jobs", "show", "db", *newest}).out, "caught_up"));
  CHECK(holds(shop.project.sluice({"jobs", "show", "db", "--output", "json"}).out,
              "\"job_id\":\"" + *newest));
  CHECK(shop.project.sluice({"jobs", "show", "db", "nonsense"}).exit_code == 66);
}

TEST_CASE("produce sends each line once, in order, and counts what was acknowledged") {
  const Shop shop;
  const Ended ended =
      shop.project.sluice({"produce", "shop/orders"}, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}");
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.out, "3 of 3 messages acknowledged"));
  shop.project.dir().write("lines.txt", "{\"id\":4}\n{\"id\":5}\n");
  CHECK(shop.project.sluice({"produce", "shop/orders", "lines.txt"}).exit_code == 0);
  REQUIRE(shop.project.run().exit_code == 0);
  CHECK(shop.project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4 5");
}

TEST_CASE("a line without its key ends produce; what came before is acknowledged, nothing behind") {
  const Shop shop;
  const Ended ended = shop.project.sluice({"produce", "shop/orders", "--key-separator", ":"},
                                          "a:{\"id\":1}\nbroken\nb:{\"id\":3}\n");
  CHECK(ended.exit_code == 65);
  CHECK(holds(ended.out, "1 of 1 messages acknowledged"));
  CHECK(holds(ended.err, "standard input:2: no \":\" between a key and a value in \"broken\""));
  REQUIRE(shop.project.run().exit_code == 0);
  CHECK(shop.project.ask("SELECT group_concat(id, ' ') FROM orders") == "1");
}

TEST_CASE("a message that is too large names its line; what came before is acknowledged") {
  const Shop shop;
  const Ended ended = shop.project.sluice({"produce", "shop/orders"},
                                          "{\"id\":1}\n" + std::string(2'000'000, 'x') + "\n");
  CHECK(ended.exit_code == 65);
  CHECK(holds(ended.out, "1 of 1 messages acknowledged"));
  CHECK(holds(ended.err, "is too large"));
  CHECK(holds(ended.err, "while sending standard input:2"));
}

TEST_CASE("messages go out evenly at their rate") {
  const Shop shop;
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(
      shop.project
          .sluice({"produce", "shop/orders", "--sample", "words", "--count", "51", "--rate", "100"})
          .exit_code == 0);
  CHECK(std::chrono::steady_clock::now() - started >= std::chrono::milliseconds(500));
}

TEST_CASE("a sample is the same for the same seed") {
  const Shop shop;
  for (int i = 0; i < 2; ++i) {
    CHECK(shop.project.sluice({"produce", "shop/orders", "--sample", "guesses", "--count", "20"})
              .exit_code == 0);
  }
  shop.project.dir().write("a.json", R"({"type":"load","until":"end","params":{
    "load_from":{"source":"dwh/shop/orders"},"schema":{
      "id":{"type":"default","attribute":"index"},
      "note":{"type":"default","attribute":"name"}},
    "load_to":{"source":"dwh/db/orders"}}})");
  CHECK(shop.project.sluice({"run", "a.json"}).exit_code == 0);
  CHECK(shop.project.ask("SELECT count(*) || ' ' || count(DISTINCT id || note) FROM orders") ==
        "40 20");
}

TEST_CASE("logs are JSON lines where that is asked for") {
  const Project project("127.0.0.1:1", "orders");
  project.write_source("earliest", "connect_timeout: 200ms");
  const Ended ended = project.sluice({"--log-format", "json", "run", "orders.json"});
  CHECK(ended.exit_code == 69);
  REQUIRE(ended.err != "");
  CHECK(ended.err.starts_with("{\"time\":\""));
  CHECK(holds(ended.err, "\"level\":\"error\""));
}
