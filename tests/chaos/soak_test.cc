// A run without an end, while messages come in and the broker dies once: its memory, its open files
// and the WAL stay as they are. scripts/chaos --soak makes it long and draws the graph.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "chaos/producing.h"
#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

struct Sample {
  double memory_mb = 0;
  double files = 0;
  double wal_mb = 0;
};
using Curve = double Sample::*;

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

}  // namespace

TEST_CASE("a run without an end keeps its memory, its files and the WAL") {
  const char* wanted = std::getenv("SLUICE_SOAK_SECONDS");
  const int seconds = wanted != nullptr ? std::atoi(wanted) : 16;
  OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  const Project project(broker.bootstrap(), lab.fresh_topic("soak", 3));
  project.write_action(R"("load_batch_interval": "100ms")", R"("execution_mode": "always-up")");
  Producing producing(broker.bootstrap(), project.topic(), 1);
  producing.set_partitions(3);
  Process run = project.start({"run", "orders.json"});
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") > "0"; }));

  std::vector<Sample> samples;
  std::future<void> broker_dies;
  for (int second = 0; second < seconds && run.is_running(); ++second) {
    if (second == seconds / 4) {
      broker_dies = std::async(std::launch::async, [&] {
        broker.kill();
        broker.restart();
      });
    }
    samples.push_back(sample(run, project));
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  broker_dies.get();
  producing.end();
  REQUIRE(run.is_running());
  run.send(SIGTERM);
  const Ended ended = run.wait();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);

  const std::string text = fmt::format(
      "soak of {} s: {} rows; memory at most {:.1f} MB in the second quarter, {:.1f} in the last; "
      "open "
      "files {} and {}; WAL {:.1f} MB and {:.1f}\n",
      samples.size(), project.ask("SELECT count(*) FROM orders").value_or("no"),
      greatest(samples, &Sample::memory_mb, 1, 2), greatest(samples, &Sample::memory_mb, 3, 4),
      greatest(samples, &Sample::files, 1, 2), greatest(samples, &Sample::files, 3, 4),
      greatest(samples, &Sample::wal_mb, 1, 2), greatest(samples, &Sample::wal_mb, 3, 4));
  std::cout << text << std::flush;
  if (const char* graph = std::getenv("SLUICE_SOAK_GRAPH")) draw(graph, samples);
  if (const char* evidence = std::getenv("SLUICE_EVIDENCE")) {
    std::ofstream(evidence, std::ios::app) << text;
  }
  // The first quarter fills queues and caches.
  CHECK(greatest(samples, &Sample::memory_mb, 3, 4) <
        1.25 * greatest(samples, &Sample::memory_mb, 0, 3));
  CHECK(greatest(samples, &Sample::files, 3, 4) <= greatest(samples, &Sample::files, 0, 3) + 4);
  CHECK(greatest(samples, &Sample::wal_mb, 3, 4) < 64);
}
