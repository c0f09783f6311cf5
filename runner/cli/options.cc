#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>

#include "base/nearest.h"

namespace sluice {
namespace {

using Take = std::function<void(const std::string&)>;

// An option that takes one value; CLI11 refuses a second one.
CLI::Option* add(CLI::App& command, const std::string& name, const Take& take,
                 const std::string& help, const std::string& type_name) {
  auto* option = command.add_option(
      name,
      [take](const CLI::results_t& values) {
        for (const std::string& value : values) take(value);
        return true;
      },
      help);
  return option->type_name(type_name);
}

std::string list_of(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// "--count,-n" or "--count" -> "--count"
std::string first_name(const std::string& name) { return name.substr(0, name.find(',')); }

}  // namespace

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& into,
                      const std::string& help, const std::string& type_name) {
  return add(
      command, name, [&into](const std::string& value) { into = value; }, help, type_name);
}

CLI::Option* add_text(CLI::App& command, const std::string& name, std::optional<std::string>& into,
                      const std::string& help, const std::string& type_name) {
  return add(
      command, name, [&into](const std::string& value) { into = value; }, help, type_name);
}

CLI::Option* add_texts(CLI::App& command, const std::string& name, std::vector<std::string>& into,
                       const std::string& help, const std::string& type_name) {
  return add_listener(
      command, name, [&into](const std::string& value) { into.push_back(value); }, help, type_name);
}

CLI::Option* add_count(CLI::App& command, const std::string& name, CountRange range,
                       const std::function<void(std::int64_t)>& take, const std::string& help) {
  const auto read = [=](const std::string& text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    const bool is_number = result.ec == std::errc() && result.ptr == end;
    if (!is_number || value < range.least || value > range.most) {
      const std::string wanted = range.most == INT64_MAX
                                     ? fmt::format("from {}", range.least)
                                     : fmt::format("from {} to {}", range.least, range.most);
      throw CLI::ValidationError(
          first_name(name), fmt::format("must be a whole number {}, not \"{}\"", wanted, text));
    }
    take(value);
  };
  return add(command, name, read, help, "N");
}

CLI::Option* add_word(CLI::App& command, const std::string& name,
                      const std::vector<std::string>& words,
                      const std::function<void(std::size_t)>& take, const std::string& help) {
  const auto read = [=](const std::string& text) {
    const auto found = std::ranges::find(words, text);
    if (found == words.end()) {
      throw CLI::ValidationError(
          first_name(name), fmt::format("must be one of {}, not \"{}\"{}", list_of(words), text,
                                        did_you_mean(text, words)));
    }
    take(static_cast<std::size_t>(found - words.begin()));
  };
  return add(command, name, read, help, "WORD");
}

void add_switch(CLI::App& command, const std::string& name, bool& into, const std::string& help) {
  command.add_flag_callback(
      name, [&into] { into = true; }, help);
}

CLI::Option* add_listener(CLI::App& command, const std::string& name,
                          const std::function<void(const std::string&)>& listen,
                          const std::string& help, const std::string& type_name) {
  auto* option = add(command, name, listen, help, type_name);
  option->expected(1, CLI::detail::expected_max_vector_size);
  return option->allow_extra_args(!name.starts_with('-'));
}

}  // namespace sluice
