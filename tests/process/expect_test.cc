// Expectations and their JUnit XML, as a CI server meets them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "source/kafka/embedded_broker.h"
#include "support/process.h"
#include "support/project.h"

using namespace sluice::test;
using sluice::EmbeddedBroker;

namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Shop {
  EmbeddedBroker broker;
  Project project{broker.address(), "orders"};

  Shop() {
    broker.create_topic("orders", 1);
    REQUIRE(project.sluice({"produce", "shop/orders"}, "{\"id\":1}\n{\"id\":2}\n").exit_code == 0);
  }
  std::string junit() const {
    std::ostringstream whole;
    whole << std::ifstream(project.dir().file("junit.xml")).rdbuf();
    return whole.str();
  }
};

}  // namespace

TEST_CASE("JUnit XML is written for what holds, what does not, and what could not run") {
  const Shop shop;
  shop.project.write_action(R"("expect": {"min_rows": 2, "sql": ["(SELECT 'a<b') = 'a<b'"]})");
  REQUIRE(shop.project.run({"--junit", "junit.xml"}).exit_code == 0);
  CHECK(holds(shop.junit(), R"(<testsuite name="load-orders" tests="3" failures="0" errors="0")"));
  CHECK(holds(shop.junit(), "name=\"sql (SELECT 'a&lt;b') = 'a&lt;b'\""));

  shop.project.write_action(R"("expect": {"min_rows": 3})");
  const Ended wanting = shop.project.run({"--junit", "junit.xml"});
  CHECK(wanting.exit_code == 65);
  CHECK(holds(wanting.err, "min_rows 3: the table has 2 rows"));
  CHECK(holds(json_value(wanting.out, "message"), "min_rows 3: the table has 2 rows"));
  CHECK(holds(shop.junit(), "<failure message=\"the table has 2 rows\">"));
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "2");

  shop.project.write_action(R"("expect": {"min_row": 3})");
  const Ended wrong = shop.project.run({"--junit", "junit.xml"});
  CHECK(wrong.exit_code == 78);
  CHECK(holds(wrong.err, "unknown key \"min_row\" (did you mean \"min_rows\"?)"));
  CHECK(holds(shop.junit(), "<error message=\"exit code 78: nothing ran"));
}

TEST_CASE("a JUnit file that cannot be written is told before the job runs") {
  const Shop shop;
  const Ended ended = shop.project.run({"--junit", "no/such/folder/junit.xml"});
  CHECK(ended.exit_code == 74);
  CHECK(holds(ended.err, "--junit: cannot write no/such/folder/junit.xml: No such file"));
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));
}
