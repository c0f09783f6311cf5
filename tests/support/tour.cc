#include "support/tour.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string_view>

#include "support/text.h"

namespace sluice::test {
namespace {

constexpr const char* separator = "@@ next command @@";
constexpr std::string_view anything = "…";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> lines_of_page(const std::string& page) {
  std::ifstream in(fmt::format("{}/{}", SLUICE_PROJECT_DIR, page));
  std::ostringstream text;
  text << in.rdbuf();
  return lines_of(text.str());
}

// Collects the commands of console blocks, line by line.
class Blocks {
 public:
  bool is_inside() const { return inside_; }
  void enter() { inside_ = true; }

  void take(const std::string& line) {
    if (line == "```") {
      inside_ = false;
    } else if (line.starts_with("$ ")) {
      commands_.push_back({line.substr(2), {}});
    } else {
      REQUIRE_MESSAGE(!commands_.empty(), "output before the first command: ", line);
      commands_.back().expected.push_back(line);
    }
  }

  std::vector<ShownCommand> commands() && { return std::move(commands_); }

 private:
  bool inside_ = false;
  std::vector<ShownCommand> commands_;
};

bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t at = pattern.find(anything);
  if (at == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, at))) return false;
  const std::string_view rest = pattern.substr(at + anything.size());
  for (std::size_t skip = at; skip <= text.size(); ++skip) {
    if (fits(rest, text.substr(skip))) return true;
  }
  return false;
}

bool fits(std::span<const std::string> pattern, std::span<const std::string> lines) {
  if (pattern.empty()) return lines.empty();
  if (pattern[0] == anything) {
    for (std::size_t skip = 0; skip <= lines.size(); ++skip) {
      if (fits(pattern.subspan(1), lines.subspan(skip))) return true;
    }
    return false;
  }
  return !lines.empty() && fits(pattern[0], lines[0]) && fits(pattern.subspan(1), lines.subspan(1));
}

}  // namespace

std::vector<ShownCommand> commands_behind(const std::string& page, const std::string& mark) {
  Blocks blocks;
  bool is_next = false;
  for (const std::string& line : lines_of_page(page)) {
    if (blocks.is_inside()) {
      blocks.take(line);
    } else if (line == mark) {
      is_next = true;
    } else if (is_next && line == "```console") {
      blocks.enter();
      is_next = false;
    }
  }
  return std::move(blocks).commands();
}

std::vector<ShownCommand> commands_below(const std::string& page, const std::string& heading) {
  Blocks blocks;
  bool is_below = false;
  for (const std::string& line : lines_of_page(page)) {
    if (blocks.is_inside()) {
      blocks.take(line);
    } else if (line.starts_with('#')) {
      is_below = line == heading;
    } else if (is_below && line == "```console") {
      blocks.enter();
    }
  }
  return std::move(blocks).commands();
}

Reader::Reader() {
  for (const char* folder : {"actions", "schemas"}) {
    std::filesystem::copy(fmt::format("{}/{}", SLUICE_PROJECT_DIR, folder), dir_.file(folder),
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::create_directory(dir_.file("bin"));
  std::filesystem::create_symlink(SLUICE_BINARY, dir_.file("bin/sluice"));
  // Not a link: it finds its repository by its own path.
  const std::string broker =
      dir_.write("scripts/broker",
                 fmt::format("#!/bin/sh\nexec '{}/scripts/broker' \"$@\"\n", SLUICE_PROJECT_DIR));
  std::filesystem::permissions(broker, std::filesystem::perms::owner_all);
  environment_ = {{"PATH", fmt::format("{}:{}", dir_.file("bin"), std::getenv("PATH"))}};
}

Typing::Typing(const Reader& reader, std::vector<ShownCommand> commands)
    : commands_(std::move(commands)) {
  std::string script = "exec 2>&1\n";
  for (const ShownCommand& command : commands_) {
    script += fmt::format("{}\necho '{}'\n", command.line, separator);
  }
  shell_ = std::make_unique<Process>(std::vector<std::string>{"bash", "-c", script},
                                     reader.dir().path().string(), reader.environment());
}

void Typing::check() {
  const std::vector<std::string> printed = lines_of(without_waits(shell_->wait().out));
  auto at = printed.begin();
  for (const ShownCommand& command : commands_) {
    CAPTURE(command.line);
    const auto end = std::find(at, printed.end(), separator);
    REQUIRE(end != printed.end());
    const std::vector<std::string> lines(at, end);
    CAPTURE(fmt::format("{}", fmt::join(lines, "\n")));
    CHECK(fits(command.expected, lines));
    at = end + 1;
  }
}

}  // namespace sluice::test
