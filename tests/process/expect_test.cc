// Expectations and their JUnit XML, as a CI server meets them.
#include <doctest/doctest.h>

#include <filesystem>

#include "support/shop.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

struct TwoOrders : Shop {
  TwoOrders() { produce("{\"id\":1}\n{\"id\":2}\n"); }
  std::string junit() const { return content_of(project.dir().file("junit.xml")); }
};

}  // namespace

TEST_CASE("JUnit XML is written for what holds, what does not, and what could not run") {
  const TwoOrders shop;
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
  const TwoOrders shop;
  const Ended ended = shop.project.run({"--junit", "no/such/folder/junit.xml"});
  CHECK(ended.exit_code == 74);
  CHECK(holds(ended.err, "--junit: cannot write no/such/folder/junit.xml: No such file"));
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));
}
