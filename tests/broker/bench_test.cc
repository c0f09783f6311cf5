// The benchmark in its smallest form: it stays able to run, and a wrong table stays noticed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

const std::filesystem::path build = std::filesystem::path(SLUICE_BINARY).parent_path();

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// scripts/bench without its set-up, on the tests' broker and with the tests' build.
struct Bench {
  KafkaLab lab{shared_broker()};
  TempDir dir;
  std::map<std::string, std::string> environment;

  Ended run(std::vector<std::string> more) const {
    std::vector<std::string> argv = {"python3",   SLUICE_PROJECT_DIR "/tests/bench/bench.py",
                                     "--build",   build.string(),
                                     "--broker",  lab.bootstrap(),
                                     "--work",    dir.file("work"),
                                     "--results", dir.file("results")};
    argv.insert(argv.end(), more.begin(), more.end());
    return Process(argv, dir.path().string(), environment).wait();
  }

  // One round of one loader that is not ours, over 300 guesses.
  Ended run_given(const std::string& name) const {
    return run({"--tools", name, "--rounds", "1", "--messages", "300", "--shapes", "guess",
                "--partitions", "2", "--small", "no"});
  }
};

// SQL that makes a table of guesses which no message holds.
std::string made_up(const std::string& rows) {
  return R"(sqlite3 {database} "CREATE TABLE t (\"index\", points, name);)"
         R"( INSERT INTO t SELECT value - 1, 7, 'Bo' FROM generate_series(1, )" +
         rows + ")\"";
}

// Sluice as a loader that the benchmark does not know, and what it does behind that.
std::string twin(const Bench& bench, const std::string& then) {
  return fmt::format(
      "bash -c 'SLUICE_BENCH_SERVERS={{servers}} SLUICE_BENCH_DATABASE={{database}} {0} run"
      " --project {1} --set params.load_from.source=dwh/bench/{{topic}} {1}/actions/{{shape}}.json;"
      " {2}'",
      SLUICE_BINARY, bench.dir.file("work/project"), then);
}

}  // namespace

TEST_CASE("the benchmark loads every shape, checks every table and writes report and chart") {
  const Bench bench;
  const Ended ended =
      bench.run({"--tools", "sluice", "--rounds", "2", "--messages", "300", "--partitions", "2"});
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  // Two rounds of three shapes, of 100 messages into a new table, of 100 more and of none.
  CHECK(holds(ended.out, "12 tables compared value by value"));

  const std::string report = read(bench.dir.file("results/RESULTS.md"));
  CAPTURE(report);
  CHECK(holds(report, "2 rounds; messages: guess 300, flight 300, wide 300"));
  for (const char* shape : {"guess", "flight", "wide"}) {
    CHECK(holds(report, fmt::format("### {}, 2 partitions", shape)));
    CHECK(holds(report, fmt::format("| {}, 2p | ", shape)));  // its stages
  }
  CHECK(count_of(report, "\n| sluice | ") == 5);  // three loads, small loads, settings
  CHECK(count_of(read(bench.dir.file("results/results.svg")), R"(<rect class="own")") == 3);
}

TEST_CASE("a table that does not hold the messages ends the benchmark") {
  Bench bench;
  bench.environment["SLUICE_BENCH_TOOL_MADE_UP"] = made_up("{messages}");
  const Ended values = bench.run_given("made-up");
  CHECK(values.exit_code == 1);
  CHECK(holds(values.err, "made-up, guess-2p-300: as many rows as messages, but not their values"));

  bench.environment["SLUICE_BENCH_TOOL_MADE_UP"] = made_up("{messages} - 1");
  const Ended fewer = bench.run_given("made-up");
  CHECK(fewer.exit_code == 1);
  CHECK(holds(fewer.err, "made-up, guess-2p-300: 299 rows instead of 300"));

  bench.environment["SLUICE_BENCH_TOOL_MADE_UP"] = "sh -c 'echo no luck; exit 3'";
  const Ended failed = bench.run_given("made-up");
  CHECK(failed.exit_code == 1);
  CHECK(holds(failed.err, "made-up ended with 3:\nno luck"));
}

TEST_CASE("a loader of the user's is measured and checked, its table named t or after the shape") {
  Bench bench;
  bench.environment["SLUICE_BENCH_TOOL_TWIN"] =
      twin(bench, R"(exec sqlite3 {database} "ALTER TABLE guess RENAME TO t")");
  const Ended ended = bench.run_given("twin");
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.out, "2 tables compared value by value"));
  CHECK(holds(read(bench.dir.file("results/RESULTS.md")), "\n| twin | "));
}

TEST_CASE("a loader that would never end is measured until its rows are in") {
  Bench bench;
  bench.environment["SLUICE_BENCH_ENDLESS"] = "TWIN";
  bench.environment["SLUICE_BENCH_TOOL_TWIN"] = twin(bench, "exec sleep 1000");
  const Ended ended = bench.run_given("twin");
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.out, "2 tables compared value by value"));
}

TEST_CASE("the benchmark gives the rate of every tenth of a long load") {
  const Bench bench;
  const Ended ended = bench.run({"--steady", "--rounds", "1", "--messages", "300", "--shapes",
                                 "guess", "--partitions", "2"});
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::size_t at = ended.out.find("\n| guess, 2p | 300 | ");
  REQUIRE(at != std::string::npos);
  const std::string line = ended.out.substr(at + 1, ended.out.find('\n', at + 1) - at - 1);
  CHECK(count_of(line, " |") == 13);  // which load, how long, ten rates, last over first
}

TEST_CASE("the benchmark has loaders go to a broker that is far away") {
  const Bench bench;
  const Ended ended = bench.run({"--far", "0,100", "--tools", "sluice", "--rounds", "1",
                                 "--messages", "300", "--shapes", "guess", "--partitions", "2"});
  CAPTURE(ended.out);
  CAPTURE(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::size_t far = ended.out.find("\n100 ms there and back\n");
  REQUIRE(far != std::string::npos);
  CHECK(holds(ended.out.substr(0, far), "\n0 ms there and back\n"));
  for (const std::string& table : {ended.out.substr(0, far), ended.out.substr(far)}) {
    for (const char* loader : {"sluice", "sluice, 1GB", "4 workers"}) {
      CHECK(count_of(table, fmt::format("\n| guess, 2p | {} | ", loader)) == 1);
    }
  }
  // It asks who is there, for the topic, for its ends, and for messages, one after another.
  const std::string row = "\n| guess, 2p | sluice | ";
  const double rate = std::stod(ended.out.substr(ended.out.find(row, far) + row.size()));
  CHECK(300 / rate > 4 * 0.100);
}

TEST_CASE("the benchmark takes no broker for far away that loaders could reach directly") {
  const Bench bench;
  const Ended ended = bench.run({"--far", "1", "--broker", "localhost:9092,localhost:9093"});
  CHECK(ended.exit_code == 1);
  CHECK(holds(ended.err, "--far needs a broker at 127.0.0.1:PORT, not localhost:9092,localhost"));
}

TEST_CASE("what is no number of milliseconds or workers makes no report") {
  const Bench bench;
  for (const char* option : {"--far", "--workers"}) {
    for (const char* wrong : {"", "x", "-1", "nan", "inf", "1,y"}) {
      CAPTURE(wrong);
      const Ended ended = bench.run({fmt::format("{}={}", option, wrong)});
      CHECK(ended.exit_code == 2);
      CHECK(holds(ended.err, fmt::format("argument {}", option)));
    }
  }
}

TEST_CASE("the bench of stages gives each stage of each shape") {
  const TempDir dir;
  const Ended ended = Process({(build / "tests/bench/sluice_bench_stages").string(), "--messages",
                               "500", "--rounds", "2"},
                              dir.path().string())
                          .wait();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.out, "2 rounds of 500 messages"));
  for (const char* shape : {"guess", "flight", "wide"}) {
    for (const char* stage : {"decode", "map", "insert"}) {
      CHECK(count_of(ended.out, fmt::format("\n{:<8}{:<8}", shape, stage)) == 1);
    }
  }
}
