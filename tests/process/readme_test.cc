// What README shows is what happens: its tour is typed as a reader would type it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/process.h"
#include "support/temp_dir.h"
#include "support/tour.h"

using namespace sluice::test;

TEST_CASE("the tour of the README, typed as it stands") {
  const Reader reader;
  const auto background = commands_behind("README.md", "<!-- tour: background -->");
  REQUIRE(background.size() == 1);
  REQUIRE(background[0].expected.size() == 1);
  const std::string& shown = background[0].expected[0];
  Process broker({"bash", "-c", fmt::format("exec {}", background[0].line)},
                 reader.dir().path().string(), reader.environment());
  REQUIRE(eventually([&] { return broker.out().ends_with('\n'); }));
  const std::string address = broker.out().substr(0, broker.out().find('\n'));

  auto commands = commands_behind("README.md", "<!-- tour -->");
  REQUIRE(commands.size() > 15);
  for (ShownCommand& command : commands) {
    const std::size_t at = command.line.find(shown);
    if (at != std::string::npos) command.line.replace(at, shown.size(), address);
  }
  Typing(reader, commands).check();
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
                                {{"KAFKA_SERVERS", "localhost:9092"},
                                 {"KAFKA_USER", "reader"},
                                 {"KAFKA_PASSWORD", "secret"}})
                            .wait();
  CAPTURE(checked.err);
  CHECK(checked.exit_code == 0);
}

TEST_CASE("links between pages lead to files and headings that are there") {
  // As GitHub names a heading: small letters, blanks are dashes.
  const auto has_heading = [](const std::string& page, const std::string& anchor) {
    std::ifstream in(page);
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with('#')) continue;
      std::string name = line.substr(line.find_first_not_of("# "));
      std::ranges::replace(name, ' ', '-');
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      if (name == anchor) return true;
    }
    return false;
  };
  std::size_t links = 0;
  for (const std::string page : {"README.md", "docs/examples.md"}) {
    const std::filesystem::path path = fmt::format("{}/{}", SLUICE_PROJECT_DIR, page);
    std::ostringstream whole;
    whole << std::ifstream(path).rdbuf();
    const std::string text = whole.str();
    for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      const std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
      const std::size_t hash = std::min(target.find('#'), target.size());
      const auto file = hash == 0 ? path : path.parent_path() / target.substr(0, hash);
      CAPTURE(target);
      CHECK(std::filesystem::exists(file));
      if (hash < target.size()) CHECK(has_heading(file.string(), target.substr(hash + 1)));
      ++links;
    }
  }
  CHECK(links > 15);
}
