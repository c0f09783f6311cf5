// A run without an end, while messages come in and the broker dies: its memory, its open files and
// the WAL stay as they are. scripts/chaos --soak makes it long and draws the graph; in a minute or
// more the broker dies twice and the topic gets a partition.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "chaos/producing.h"
#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Sample {
  double memory_mb = 0;
  double files = 0;
  double wal_mb = 0;
};
using Curve = double Sample::*;

// A quarter of it is enough for caches to fill, on a machine that has other things to do as well.
constexpr int short_form_s = 40;
constexpr auto short_form_pause = 100ms;  // of the producer
constexpr int minute_s = 60;
constexpr int partitions = 3;

// The first quarter fills queues and caches; from the second to the last one nothing may grow. What
// is left are a heap that is used a little differently and a connection that is being made.
constexpr double memory_growth = 1.05;
constexpr double memory_leeway_mb = 3;
constexpr double files_leeway = 2;
// All pages are moved into the database when the WAL holds wal_autocheckpoint of them, of 16 KB, at
// the latest, and it is begun anew. The transaction that crosses this is one of a tenth of a second, and far
// smaller. Only a reader that stays makes the file grow more (see WalWatch); there is none.
constexpr int wal_pages = 1'000;
constexpr int short_form_wal_pages = 200;  // so that it is begun anew several times
constexpr double wal_mb_per_page = 16.4e-3;

Sample sample(const Process& run, const Project& project) {
  const fs::path process = fs::path("/proc") / std::to_string(run.pid());
  std::ifstream memory(process / "statm");
  double pages = 0;
  double resident_pages = 0;
  memory >> pages >> resident_pages;
  const fs::directory_iterator files(process / "fd");
  std::error_code is_missing;
  const auto wal_bytes = fs::file_size(project.database() + "-wal", is_missing);
  return {.memory_mb = resident_pages * 4096 / 1e6,
          .files = static_cast<double>(std::distance(begin(files), end(files))),
          .wal_mb = is_missing ? 0 : static_cast<double>(wal_bytes) / 1e6};
}

// The greatest value of a part of the run, from and to in quarters of it.
double greatest(const std::vector<Sample>& samples, Curve curve, std::size_t from, std::size_t to) {
  double most = 0;
  for (std::size_t i = samples.size() * from / 4; i < samples.size() * to / 4; ++i) {
    most = std::max(most, samples[i].*curve);
  }
  return most;
}

void draw(const std::string& path, const std::vector<Sample>& samples) {
  struct Line {
    const char* name;
    const char* colour;
    Curve curve;
  };
  std::ofstream svg(path);
  svg << R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 330" font-family="sans-serif">)"
      << "\n<rect width=\"800\" height=\"330\" fill=\"white\"/>\n";
  int row = 0;
  for (const auto& [name, colour, curve] : {Line{"memory, MB", "#1f77b4", &Sample::memory_mb},
                                            Line{"open files", "#2ca02c", &Sample::files},
                                            Line{"WAL, MB", "#d62728", &Sample::wal_mb}}) {
    const double most = std::max(greatest(samples, curve, 0, 4), 1e-9);
    const int bottom = 100 + 110 * row++;
    std::string points;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      points += fmt::format("{:.1f},{:.1f} ", 800.0 * double(i) / double(samples.size()),
                            bottom - 80 * (samples[i].*curve) / most);
    }
    svg << fmt::format(
        "<text x=\"4\" y=\"{}\" font-size=\"12\">{}, at most {:.1f}, over {} s</text>\n"
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n",
        bottom - 84, name, most, samples.size(), points, colour);
  }
  svg << "</svg>\n";
}

// One always-up run, what it meets, and how it is second by second.
class Soak {
 public:
  explicit Soak(int seconds)
      : seconds_(seconds),
        lab_(broker_.bootstrap()),
        project_(broker_.bootstrap(), lab_.fresh_topic("soak", partitions)),
        producing_(broker_.bootstrap(), project_.topic(), 1, is_long() ? 0ms : short_form_pause) {
    // A cache and a WAL that are full from the first seconds on: what grows then is neither.
    project_.write_dataset(
        fmt::format("sqlite: {{ cache_size: 1MB, wal_autocheckpoint: {} }}\n", autocheckpoint()));
    project_.write_action(R"("load_batch_interval": "100ms")", R"("execution_mode": "always-up")");
    producing_.set_partitions(partitions);
  }

  // Returns how the run ended.
  Ended run() {
    Process run = project_.start({"run", "orders.json"});
    REQUIRE(eventually([&] { return project_.ask("SELECT count(*) FROM orders") > "0"; }));
    for (int second = 0; second < seconds_ && run.is_running(); ++second) {
      disturb(second);
      samples_.push_back(sample(run, project_));
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    for (std::future<void>& work : background_) work.get();
    producing_.end();
    REQUIRE(run.is_running());
    run.send(SIGTERM);
    return run.wait();
  }

  bool is_long() const { return seconds_ >= minute_s; }
  double most_wal_mb() const { return 2 * autocheckpoint() * wal_mb_per_page; }
  const Project& project() const { return project_; }
  const std::vector<Sample>& samples() const { return samples_; }
  // From when the partition was there until it was loaded from; absent where it was not.
  std::optional<int> seconds_to_partition() const { return seconds_to_partition_; }

 private:
  int autocheckpoint() const { return is_long() ? wal_pages : short_form_wal_pages; }

  void disturb(int second) {
    if (second == seconds_ / 8 || (is_long() && second == seconds_ / 2)) {
      background([this] {
        broker_.kill();
        broker_.restart();
      });
    }
    if (is_long() && second == seconds_ / 4) {
      background_.front().wait();  // for the broker
      lab_.add_partitions(project_.topic(), partitions + 1);
      producing_.set_partitions(partitions + 1);
      partition_added_ = second;
    }
    if (partition_added_ && !seconds_to_partition_ && loads_partition()) {
      seconds_to_partition_ = second - *partition_added_;
    }
  }

  bool loads_partition() const {
    return project_
        .ask(fmt::format("SELECT 1 FROM orders__metadata WHERE partition = {} AND next_offset > 0",
                         partitions))
        .has_value();
  }

  void background(std::function<void()> work) {
    background_.push_back(std::async(std::launch::async, std::move(work)));
  }

  int seconds_;
  OwnBroker broker_;
  KafkaLab lab_;
  Project project_;
  Producing producing_;
  std::vector<Sample> samples_;
  std::optional<int> partition_added_;  // in which second
  std::optional<int> seconds_to_partition_;
  std::vector<std::future<void>> background_;  // last: they use all of the others
};

void tell(const Soak& soak) {
  const std::vector<Sample>& samples = soak.samples();
  std::string text = fmt::format(
      "soak of {} s: {} rows; memory at most {:.1f} MB in the second quarter, {:.1f} in the last; "
      "open files {} and {}; WAL {:.1f} MB and {:.1f}",
      samples.size(), soak.project().ask("SELECT count(*) FROM orders").value_or("no"),
      greatest(samples, &Sample::memory_mb, 1, 2), greatest(samples, &Sample::memory_mb, 3, 4),
      greatest(samples, &Sample::files, 1, 2), greatest(samples, &Sample::files, 3, 4),
      greatest(samples, &Sample::wal_mb, 1, 2), greatest(samples, &Sample::wal_mb, 3, 4));
  if (const auto seconds = soak.seconds_to_partition()) {
    text += fmt::format("; a new partition was loaded from after {} s", *seconds);
  }
  text += '\n';
  std::cout << text << std::flush;
  if (const char* graph = std::getenv("SLUICE_SOAK_GRAPH")) draw(graph, samples);
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text;
  }
}

}  // namespace

TEST_CASE("a run without an end keeps its memory, its files and the WAL") {
  const char* wanted = std::getenv("SLUICE_SOAK_SECONDS");
  Soak soak(wanted != nullptr ? std::atoi(wanted) : short_form_s);
  const Ended ended = soak.run();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  tell(soak);

  const std::vector<Sample>& samples = soak.samples();
  CHECK(greatest(samples, &Sample::memory_mb, 3, 4) <=
        memory_growth * greatest(samples, &Sample::memory_mb, 1, 2) + memory_leeway_mb);
  CHECK(greatest(samples, &Sample::files, 3, 4) <=
        greatest(samples, &Sample::files, 1, 2) + files_leeway);
  CHECK(greatest(samples, &Sample::wal_mb, 0, 4) <= soak.most_wal_mb());
  if (soak.is_long()) CHECK(soak.seconds_to_partition().value_or(minute_s + 1) <= minute_s);
}
