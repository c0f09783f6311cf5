// Commands that look leave everything as it was: the project's files byte by byte (no -wal, no
// -shm, no lock left over), the cluster's groups and its topics.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

using Lines = std::vector<std::string>;

// Every file below the directory with its content, and every folder.
Lines files_below(const std::filesystem::path& directory) {
  Lines files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string path = entry.path().string();
    files.push_back(fmt::format("{} {}", path, entry.is_regular_file() ? content_of(path) : ""));
  }
  std::ranges::sort(files);
  return files;
}

struct Look {
  Lines arguments;
  int exit_code = 0;
};

// `is_loaded`: the table is there, and has rejects.
void check_nothing_moves(KafkaLab& lab, const Project& project, bool is_loaded) {
  const std::string topic = "shop/" + project.topic();
  const std::vector<Look> looks = {
      {{"check", "orders.json"}},
      {{"check", "--connect", "orders.json"}},
      {{"plan", "orders.json"}},
      {{"plan", "--until", "end", "--output", "json", "orders.json"}},
      {{"preview", "orders.json"}},
      {{"preview", "--rows", "1", "--output", "json", "orders.json"}},
      {{"extract", topic}},
      {{"extract", topic, "--complete", "--output", "json"}},
      {{"extract", "shop/missing"}, 66},
      {{"offsets", "show", "orders.json"}},
      {{"build", "--dry-run", "db"}},
      {{"jobs", "list", "db"}, is_loaded ? 0 : 66},
      {{"rejects", "list", "orders.json"}},
      {{"rejects", "show", "orders.json", project.topic() + "/0@2"}, is_loaded ? 0 : 66},
      {{"rejects", "replay", "--dry-run", "orders.json"}, is_loaded ? 65 : 0},
      {{"rejects", "purge", "orders.json"}, 64}};
  for (const Look& look : looks) {
    const std::string arguments = fmt::format("{}", fmt::join(look.arguments, " "));
    CAPTURE(arguments);
    const Lines files = files_below(project.dir().path());
    const Lines cluster = lab.groups_and_topics();
    const Ended ended = project.sluice(look.arguments);
    CAPTURE(ended.err);
    CHECK(ended.exit_code == look.exit_code);
    CHECK((files_below(project.dir().path()) == files));
    CHECK(lab.groups_and_topics() == cluster);
  }
}

}  // namespace

TEST_CASE("commands that only look move nothing, before the first load and after it") {
  const OwnBroker broker;
  KafkaLab lab(broker.bootstrap());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders", 3));
  for (int partition = 0; partition < 3; ++partition) {
    lab.produce(project.topic(), partition,
                values({R"({"id":1})", R"({"id":2,"note":"x"})", R"({"id":"three"})"}));
  }
  check_nothing_moves(lab, project, false);
  CHECK_FALSE(std::filesystem::exists(project.database()));

  REQUIRE(project.run({"--set", "params.max_rejects=9"}).exit_code == 0);
  lab.produce(project.topic(), 0, values({R"({"id":4})"}));
  check_nothing_moves(lab, project, true);
  const Ended preview = project.sluice({"preview", "orders.json"});
  CHECK(preview.out.find("1 messages looked at, all there are: 1 rows") != std::string::npos);
  CHECK(json_value(project.run().out, "inserted") == "1");
}

TEST_CASE("a preview is answered while a job runs") {
  KafkaLab lab(shared_broker());
  const Project project(lab.bootstrap(), lab.fresh_topic("orders"));
  lab.produce(project.topic(), 0, values({R"({"id":1})"}));
  Process job = project.start({"run", "--timeout", "60s", "orders.json"});
  REQUIRE(eventually([&] { return project.ask("SELECT count(*) FROM orders") == "1"; }));
  CHECK(project.sluice({"preview", "orders.json"}).exit_code == 0);
  CHECK(project.sluice({"plan", "orders.json"}).exit_code == 0);
  CHECK(job.is_running());
  job.send(15);
  CHECK(job.wait().exit_code == 128 + 15);
  CHECK(project.positions() == "0@1");
}
