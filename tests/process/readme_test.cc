// What README shows is what happens: its tour is typed as a reader would type it.
#include <doctest/doctest.h>
#include <fmt/format.h>

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
                                {{"KAFKA_SERVERS", "localhost:9092"}})
                            .wait();
  CAPTURE(checked.err);
  CHECK(checked.exit_code == 0);
}
