#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace sluice {

struct ProduceOptions {
  std::string target;  // "source/topic"
  std::string project = ".";
  std::string file;  // empty or "-": standard input

  std::string sample;  // a name of Sample::names(): made up instead of read
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> first;  // how many of the sample are left out before
  std::optional<std::uint64_t> seed;

  std::optional<std::string> key;                            // of every message
  std::optional<std::string> key_separator;                  // a line is KEY SEPARATOR VALUE
  std::optional<std::string> null_text;                      // a value that equals it is null
  std::vector<std::pair<std::string, std::string>> headers;  // of every message
  std::optional<std::int64_t> rate;                          // messages a second
  std::optional<std::int32_t> partitions;                    // create a missing topic with so many
};

// Adds the options to the command; what is wrong with one alone is refused while they are parsed.
void add_produce_options(CLI::App& command, ProduceOptions& options);

// Throws Error{usage} for options that make no sense together.
void check_usage(const ProduceOptions& options);

}  // namespace sluice
