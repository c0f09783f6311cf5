// The benchmark's own stages, and what scripts/bench needs of the program's rooms.
//
//   sluice_bench_stages [stages] [--shape NAME]... [--messages N] [--rounds N] [--folder DIR]
//   [--json]
//       decode, map and insert, each by itself: ns for a message, medians of interleaved rounds
//   sluice_bench_stages consume SERVERS TOPIC    reads a topic to its end and does nothing with it
//   sluice_bench_stages count SERVERS TOPIC      how many messages a topic holds
//   sluice_bench_stages messages SHAPE COUNT [FIRST]    the messages, one a line
//
// `--json` and `consume` answer with one JSON object a line; times are seconds for all messages.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/allocator.h"
#include "bench/stages/load_path.h"
#include "bench/stages/messages.h"
#include "bench/stages/topic.h"

namespace sluice::bench {
namespace {

using Words = std::vector<std::string>;

[[noreturn]] void usage() {
  fmt::print(stderr,
             "usage: sluice_bench_stages [stages] [--shape NAME]... [--messages N] [--rounds N]"
             " [--folder DIR] [--json]\n"
             "       sluice_bench_stages consume|count SERVERS TOPIC\n"
             "       sluice_bench_stages messages SHAPE COUNT [FIRST]\n");
  std::exit(64);
}

std::int64_t number(const std::string& word) {
  char* end = nullptr;
  const long long value = std::strtoll(word.c_str(), &end, 10);
  if (word.empty() || *end != '\0' || value < 0) usage();
  return value;
}

struct Options {
  Words shapes = Shape::names();
  std::int64_t messages = 100'000;
  std::int64_t rounds = 5;
  std::string folder = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
  bool folder_is_ours = true;
  bool json = false;
};

Options options_of(const Words& words) {
  Options options;
  Words shapes;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& name = words[i];
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (++i == words.size()) usage();
    if (name == "--shape") {
      shapes.push_back(words[i]);
    } else if (name == "--messages") {
      options.messages = number(words[i]);
    } else if (name == "--rounds") {
      options.rounds = std::max<std::int64_t>(1, number(words[i]));
    } else if (name == "--folder") {
      options.folder = words[i];
      options.folder_is_ours = false;
    } else {
      usage();
    }
  }
  if (!shapes.empty()) options.shapes = shapes;
  if (options.folder_is_ours && ::mkdtemp(options.folder.data()) == nullptr) {
    throw std::runtime_error("cannot make " + options.folder);
  }
  return options;
}

std::string json_of(const Took& took) {
  return fmt::format(R"({{"seconds":{:.6f},"cpu_seconds":{:.6f}}})", took.wall, took.cpu);
}

void print_json(const std::string& shape, std::int64_t messages, const StageTimes& times) {
  fmt::print(R"({{"shape":"{}","messages":{},"decode":{},"map":{},"insert":{}}})"
             "\n",
             shape, messages, json_of(times.decode), json_of(times.map), json_of(times.insert));
  std::fflush(stdout);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// "123.4 (120.0 … 130.1)": ns for a message, median, least and greatest.
std::string spread(std::vector<double> seconds, std::int64_t messages) {
  for (double& value : seconds) value *= 1e9 / static_cast<double>(messages);
  const auto [least, greatest] = std::ranges::minmax(seconds);
  return fmt::format("{:.1f} ({:.1f} … {:.1f})", median(seconds), least, greatest);
}

void print_table(const Options& options,
                 const std::map<std::string, std::vector<StageTimes>>& rounds) {
  fmt::print("ns for a message: median (least … greatest) of {} rounds of {} messages\n",
             options.rounds, options.messages);
  fmt::print("{:<8}{:<8}{:<30}{:<30}\n", "shape", "stage", "time", "processor");
  const auto line = [&](const std::string& shape, const char* name, Took StageTimes::*stage) {
    std::vector<double> wall;
    std::vector<double> cpu;
    for (const StageTimes& times : rounds.at(shape)) {
      wall.push_back((times.*stage).wall);
      cpu.push_back((times.*stage).cpu);
    }
    fmt::print("{:<8}{:<8}{:<30}{:<30}\n", shape, name, spread(wall, options.messages),
               spread(cpu, options.messages));
  };
  for (const std::string& shape : options.shapes) {
    line(shape, "decode", &StageTimes::decode);
    line(shape, "map", &StageTimes::map);
    line(shape, "insert", &StageTimes::insert);
  }
}

int stages(const Words& words) {
  const Options options = options_of(words);
  std::map<std::string, std::vector<StageTimes>> rounds;
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    for (const std::string& shape : options.shapes) {
      const StageTimes times = measure_stages(shape, options.messages, options.folder);
      rounds[shape].push_back(times);
      if (options.json) print_json(shape, options.messages, times);
    }
  }
  if (options.folder_is_ours) std::filesystem::remove_all(options.folder);
  if (!options.json) print_table(options, rounds);
  return 0;
}

int consume_command(const Words& words) {
  if (words.size() != 2) usage();
  const Consumed consumed = consume(words[0], words[1]);
  fmt::print(R"({{"messages":{},"consume":{}}})"
             "\n",
             consumed.messages, json_of(consumed.took));
  return 0;
}

int count_command(const Words& words) {
  if (words.size() != 2) usage();
  fmt::print("{}\n", message_count(words[0], words[1]));
  return 0;
}

int messages_command(const Words& words) {
  if (words.size() < 2 || words.size() > 3) usage();
  Shape shape(words[0]);
  const std::int64_t first = words.size() == 3 ? number(words[2]) : 0;
  const std::int64_t end = first + number(words[1]);
  for (std::int64_t index = first; index < end; ++index) {
    fmt::print("{}\n", shape.message(static_cast<std::uint64_t>(index)));
  }
  return 0;
}

int run(Words words) {
  std::string command = "stages";
  if (!words.empty() && !words[0].starts_with("--")) {
    command = words[0];
    words.erase(words.begin());
  }
  if (command == "stages") return stages(words);
  if (command == "consume") return consume_command(words);
  if (command == "count") return count_command(words);
  if (command == "messages") return messages_command(words);
  usage();
}

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  sluice::settle_allocator();
  try {
    return sluice::bench::run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "sluice_bench_stages: {}\n", error.what());
    return 1;
  }
}
