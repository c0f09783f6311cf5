#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

#include "base/nearest.h"
#include "catalog/load_catalog.h"
#include "cli/commands.h"
#include "cli/world.h"
#include "source/kafka/check_source.h"
#include "source/kafka/producer.h"
#include "source/samples.h"

namespace sluice {
namespace {

// How long acknowledgements may take once everything is sent.
constexpr std::chrono::seconds flush_limit{60};

struct Target {
  SourceEntry source;
  std::string topic;
};

Target target_of(const ProduceOptions& options) {
  const std::size_t slash = options.target.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == options.target.size()) {
    throw Error(ExitCode::usage, fmt::format("\"{}\": write SOURCE/TOPIC, for example game/guesses",
                                             options.target));
  }
  const std::string name = options.target.substr(0, slash);
  Problems problems;
  Catalog catalog = load_catalog(options.project, {{name}, {}}, problems);
  for (const auto& [_, source] : catalog.sources) check_with_library(source, problems);
  print_warnings(problems);
  if (problems.any()) throw Error(ExitCode::definition, problems.text());
  const auto found = catalog.sources.find(name);
  if (found == catalog.sources.end()) {
    throw Error(ExitCode::definition,
                fmt::format("there is no source \"{}\" in {}/schemas/sources{}", name,
                            options.project, did_you_mean(name, source_names(options.project))));
  }
  return {std::move(found->second), options.target.substr(slash + 1)};
}

// One message after another: lines of a file or of standard input, or of a sample.
class Lines {
 public:
  virtual ~Lines() = default;
  virtual bool next(std::string& line) = 0;
};

class StreamLines final : public Lines {
 public:
  explicit StreamLines(const std::string& file) : name_(file) {
    if (file.empty() || file == "-") return;
    file_.open(file, std::ios::binary);
    if (!file_) throw Error(ExitCode::no_input, fmt::format("cannot read {}", file));
    in_ = &file_;
  }

  bool next(std::string& line) override {
    if (std::getline(*in_, line)) return true;
    if (in_->bad()) throw Error(ExitCode::io, fmt::format("reading {} failed", name_));
    return false;
  }

 private:
  std::string name_;
  std::ifstream file_;
  std::istream* in_ = &std::cin;
};

class SampleLines final : public Lines {
 public:
  explicit SampleLines(const ProduceOptions& options)
      : sample_(known(options.sample), options.seed), left_(options.count) {
    for (std::int64_t i = 0; i < options.first; ++i) sample_.next();
  }

  bool next(std::string& line) override {
    if (left_-- <= 0) return false;
    line = sample_.next();
    return true;
  }

 private:
  static const std::string& known(const std::string& name) {
    const std::vector<std::string> names = Sample::names();
    if (std::ranges::find(names, name) != names.end()) return name;
    throw Error(ExitCode::usage, fmt::format("there is no sample \"{}\"{}; there is: {}", name,
                                             did_you_mean(name, names), fmt::join(names, ", ")));
  }

  Sample sample_;
  std::int64_t left_;
};

std::unique_ptr<Lines> lines_of(const ProduceOptions& options) {
  if (!options.sample.empty() && !options.file.empty()) {
    throw Error(ExitCode::usage, "a file and --sample: only one of them can be sent");
  }
  if (!options.sample.empty()) return std::make_unique<SampleLines>(options);
  return std::make_unique<StreamLines>(options.file);
}

// Sends every line, until a signal comes between. Without a key, lines go to the partitions in
// turn, so that each gets its share. Returns how many were sent.
std::int64_t send_all(Producer& producer, const Target& target, const ProduceOptions& options,
                      std::int32_t partitions) {
  const auto lines = lines_of(options);
  std::int64_t sent = 0;
  std::string line;
  while (lines->next(line)) {
    OutgoingMessage message{.partition = {}, .key = {}, .value = line, .headers = {}};
    if (options.key) {
      message.key = *options.key;
    } else {
      message.partition = static_cast<std::int32_t>(sent % partitions);
    }
    if (!producer.send(target.topic, message)) break;
    ++sent;
  }
  return sent;
}

int stopped() { return 128 + real_world().stop.number(); }

}  // namespace

int produce_command(const ProduceOptions& options) {
  const World& world = real_world();
  const Target target = target_of(options);
  const Clock::Instant never = Clock::Instant::max();
  Producer producer(target.source, world.clock, world.stop);
  if (!producer.connect(never)) return stopped();
  if (options.partitions && producer.create_topic(target.topic, *options.partitions, never)) {
    spdlog::info("created topic {} with {} partitions", target.topic, *options.partitions);
  }
  const auto partitions = producer.topic_partitions(target.topic, never);
  if (!partitions) return stopped();
  const std::int64_t sent = send_all(producer, target, options, *partitions);
  const bool flushed = producer.flush(world.clock.now() + flush_limit);
  const Producer::Result& result = producer.result();
  fmt::print("{} of {} messages acknowledged by {}/{}\n", result.delivered, sent,
             target.source.name, target.topic);
  if (result.failed > 0) {
    throw Error(ExitCode::unavailable, fmt::format("{} messages were not stored, the first: {}",
                                                   result.failed, result.first_error));
  }
  return flushed && !world.stop.raised() ? 0 : stopped();
}

}  // namespace sluice
