#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sluice {

// Options of a command, by the kind of value they take. CLI11 finds the words of the command line;
// what they mean is decided here, so that an answer to a wrong one is in our words, and because
// CLI11's own conversions take a compiler a minute.
//
// `into` must live until the command line was parsed. A wrong value throws CLI::ValidationError.

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& into,
                      const std::string& help, const std::string& type_name = "TEXT");

CLI::Option* add_text(CLI::App& command, const std::string& name, std::optional<std::string>& into,
                      const std::string& help, const std::string& type_name = "TEXT");

// May be given several times, each time with one value; as a positional, all that follow.
CLI::Option* add_texts(CLI::App& command, const std::string& name, std::vector<std::string>& into,
                       const std::string& help, const std::string& type_name = "TEXT");

// A whole number from `least` to `most`.
struct CountRange {
  std::int64_t least = 0;
  std::int64_t most = INT64_MAX;
};
CLI::Option* add_count(CLI::App& command, const std::string& name, CountRange range,
                       const std::function<void(std::int64_t)>& take, const std::string& help);

// One of some words, by its position.
CLI::Option* add_word(CLI::App& command, const std::string& name,
                      const std::vector<std::string>& words,
                      const std::function<void(std::size_t)>& take, const std::string& help);

void add_switch(CLI::App& command, const std::string& name, bool& into, const std::string& help);

// Told with the value each time the option is met.
CLI::Option* add_listener(CLI::App& command, const std::string& name,
                          const std::function<void(const std::string&)>& listen,
                          const std::string& help, const std::string& type_name);

}  // namespace sluice
