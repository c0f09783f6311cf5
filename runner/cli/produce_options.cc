#include "cli/produce_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/error.h"
#include "cli/options.h"
#include "source/samples.h"

namespace sluice {
namespace {

constexpr const char* notes =
    "Every line is one message, an empty line an empty one. Only the line feed is taken off: a\n"
    "carriage return before it stays part of the value. Without a key, lines go to the partitions\n"
    "in turn; with one, to the partition that Java's clients choose for it.";

void add_header(ProduceOptions& options, const std::string& header) {
  const std::size_t equals = header.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--header", fmt::format("\"{}\" is not NAME=VALUE", header));
  }
  options.headers.emplace_back(header.substr(0, equals), header.substr(equals + 1));
}

void add_line_options(CLI::App& command, ProduceOptions& options) {
  add_text(command, "--key", options.key, "key of every message");
  add_text(command, "--key-separator", options.key_separator,
           "a line is KEY SEP VALUE, up to the first SEP; \\t is a tabulator", "SEP");
  add_text(command, "--null", options.null_text,
           "a value that is TEXT is sent as null (a tombstone)");
  add_listener(
      command, "--header", [&options](const std::string& text) { add_header(options, text); },
      "header of every message; may be repeated", "NAME=VALUE");
  add_count(
      command, "--rate", {1, 1'000'000}, [&options](std::int64_t rate) { options.rate = rate; },
      "messages a second, evenly");
}

void add_sample_options(CLI::App& command, ProduceOptions& options) {
  const std::vector<std::string> names = Sample::names();
  add_word(
      command, "--sample", names,
      [&options, names](std::size_t word) { options.sample = names[word]; },
      fmt::format("make messages up instead: {}", fmt::join(names, ", ")));
  add_count(
      command, "--count", {.least = 1}, [&options](std::int64_t count) { options.count = count; },
      "how many of the sample (10000)");
  add_count(
      command, "--first", {}, [&options](std::int64_t first) { options.first = first; },
      "leave out so many of the sample before (0)");
  add_count(
      command, "--seed", {},
      [&options](std::int64_t seed) { options.seed = static_cast<std::uint64_t>(seed); },
      "of the sample: the same seed, the same messages (1)");
}

Error wrong(const std::string& text) { return {ExitCode::usage, text}; }

}  // namespace

void add_produce_options(CLI::App& command, ProduceOptions& options) {
  add_text(command, "target", options.target, "a source of the catalog and a topic", "SOURCE/TOPIC")
      ->required();
  add_text(command, "file", options.file, "its lines; without one, standard input", "FILE");
  add_line_options(command, options);
  add_sample_options(command, options);
  add_count(
      command, "--partitions", {1, 10'000},
      [&options](std::int64_t count) { options.partitions = static_cast<std::int32_t>(count); },
      "create the topic with so many where it is missing");
  command.footer(notes);
}

void check_usage(const ProduceOptions& options) {
  const bool made_up = !options.sample.empty();
  if (made_up && !options.file.empty()) {
    throw wrong("a file and --sample: only one of them can be sent");
  }
  const auto needs_sample = [made_up](bool given, std::string_view name) {
    if (given && !made_up) throw wrong(fmt::format("{} goes with --sample only", name));
  };
  needs_sample(options.count.has_value(), "--count");
  needs_sample(options.first.has_value(), "--first");
  needs_sample(options.seed.has_value(), "--seed");
  const auto needs_lines = [made_up](bool given, std::string_view name) {
    if (given && made_up) throw wrong(fmt::format("{} goes with lines only, not --sample", name));
  };
  needs_lines(options.key_separator.has_value(), "--key-separator");
  needs_lines(options.null_text.has_value(), "--null");
  if (options.key && options.key_separator) {
    throw wrong("--key and --key-separator: a message has one key");
  }
  if (options.key_separator && options.key_separator->empty()) {
    throw wrong("--key-separator must not be empty");
  }
}

}  // namespace sluice
