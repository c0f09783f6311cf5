// What README shows is what happens: its tour is typed as a reader would type it.
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"

using namespace sluice::test;

namespace {

struct Command {
  std::string line;
  std::vector<std::string> expected;  // "…" stands for anything; alone on a line for any lines
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The commands of the console blocks that follow a line `mark`.
std::vector<Command> commands_behind(const std::string& mark) {
  std::ifstream readme(SLUICE_PROJECT_DIR "/README.md");
  std::vector<Command> commands;
  bool is_next = false;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (line == mark) {
      is_next = true;
    } else if (is_next && line == "```console") {
      inside = true;
      is_next = false;
    } else if (line == "```") {
      inside = false;
    } else if (inside && line.starts_with("$ ")) {
      commands.push_back({line.substr(2), {}});
    } else if (inside) {
      commands.back().expected.push_back(line);
    }
  }
  return commands;
}

bool fits(std::string_view pattern, std::string_view text) {
  const std::string_view anything = "…";
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
  if (pattern[0] == "…") {
    for (std::size_t skip = 0; skip <= lines.size(); ++skip) {
      if (fits(pattern.subspan(1), lines.subspan(skip))) return true;
    }
    return false;
  }
  return !lines.empty() && fits(pattern[0], lines[0]) && fits(pattern.subspan(1), lines.subspan(1));
}

constexpr const char* separator = "@@ next command @@";

}  // namespace

TEST_CASE("the tour of the README, typed as it stands") {
  const TempDir dir;
  for (const char* folder : {"actions", "schemas"}) {
    std::filesystem::copy(std::string(SLUICE_PROJECT_DIR "/") + folder, dir.file(folder),
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::create_directory(dir.file("bin"));
  std::filesystem::create_symlink(SLUICE_BINARY, dir.file("bin/sluice"));
  const std::map<std::string, std::string> environment = {
      {"PATH", dir.file("bin") + ":" + std::getenv("PATH")}};

  const auto background = commands_behind("<!-- tour: background -->");
  REQUIRE(background.size() == 1);
  REQUIRE(background[0].expected.size() == 1);
  Process broker({"bash", "-c", "exec " + background[0].line}, dir.path().string(), environment);
  REQUIRE(eventually([&] { return broker.out().ends_with("\n"); }));
  const std::string address = lines_of(broker.out())[0];

  const auto commands = commands_behind("<!-- tour -->");
  REQUIRE(commands.size() > 15);
  std::string script = "exec 2>&1\n";
  for (const Command& command : commands) {
    std::string line = command.line;
    const std::size_t printed = line.find(background[0].expected[0]);
    if (printed != std::string::npos) {
      line.replace(printed, background[0].expected[0].size(), address);
    }
    script += fmt::format("{}\necho '{}'\n", line, separator);
  }
  const Ended tour = Process({"bash", "-c", script}, dir.path().string(), environment).wait();
  const std::vector<std::string> printed = lines_of(tour.out);
  auto at = printed.begin();
  for (const Command& command : commands) {
    const auto end = std::find(at, printed.end(), separator);
    REQUIRE(end != printed.end());
    const std::vector<std::string> lines(at, end);
    CAPTURE(command.line);
    CAPTURE(fmt::format("{}", fmt::join(lines, "\n")));
    CHECK(fits(command.expected, lines));
    at = end + 1;
  }
}

TEST_CASE("the definitions that the README shows are good") {
  std::ifstream readme(SLUICE_PROJECT_DIR "/README.md");
  std::ostringstream whole;
  whole << readme.rdbuf();
  const std::string text = whole.str();
  const auto block = [&text](const std::string& opening, std::size_t from) {
    const std::size_t begin = text.find(opening, from) + opening.size();
    return text.substr(begin, text.find("```", begin) - begin);
  };
  const TempDir dir;
  dir.write("action.json", block("```json\n", 0));
  dir.write("schemas/sources/shop.yaml", block("```yaml\n", text.find("shop.yaml")));
  dir.write("schemas/datasets/sales.yaml", block("```yaml\n", text.find("sales.yaml")));
  const Ended checked = Process({SLUICE_BINARY, "check", "action.json"}, dir.path().string(),
                                {{"KAFKA_SERVERS", "localhost:9092"}})
                            .wait();
  CAPTURE(checked.err);
  CHECK(checked.exit_code == 0);
}
