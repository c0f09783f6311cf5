// `sluice preview` and `sluice plan` as a person and a program read them.
#include <doctest/doctest.h>

#include <filesystem>

#include "support/shop.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

struct ThreeOrders : Shop {
  ThreeOrders() { produce("{\"id\":1,\"note\":\"a\"}\n{\"id\":\"two\"}\n{\"id\":3}\n"); }
};

}  // namespace

TEST_CASE("a preview is a table with the rejects below it") {
  const ThreeOrders shop;
  const Ended text = shop.project.sluice({"preview", "orders.json"});
  CAPTURE(text.err);
  REQUIRE(text.exit_code == 0);
  CHECK(holds(text.out,
              "  message     id  note\n"
              "  orders/0@0  1   a\n"
              "  orders/0@2  3   NULL\n"
              "  reject orders/0@1, column \"id\": \"two\" is not an integer of 64 bits\n"
              "  3 messages looked at, all there are: 2 rows, 1 rejects, 0 filtered, 0 "
              "tombstones; the table's constraints were not tried\n"));
}

TEST_CASE("a preview as JSON has rows by column") {
  const ThreeOrders shop;
  const Ended json = shop.project.sluice({"preview", "--output", "json", "orders.json"});
  REQUIRE(json.exit_code == 0);
  CHECK(json_value(json.out, "rows") == R"([{"message":"orders/0@0","row":{"id":1,"note":"a"}},)"
                                        R"({"message":"orders/0@2","row":{"id":3,"note":null}}])");
  CHECK(json_value(json.out, "rejects") ==
        R"([{"message":"orders/0@1","column_name":"id","reason":)"
        R"("\"two\" is not an integer of 64 bits","ends_job":false}])");
  CHECK(json_value(json.out, "at_end") == "true");
}

TEST_CASE("a plan tells settings with their origin, and SQL that makes the table only once") {
  const ThreeOrders shop;
  const Ended before = shop.project.sluice(
      {"plan", "--until", "end", "--set", "params.max_rejects=1", "orders.json"});
  CAPTURE(before.out);
  REQUIRE(before.exit_code == 0);
  CHECK(holds(before.out, "3 messages at most"));
  CHECK(holds(before.out, "CREATE TABLE \"orders\" ("));
  CHECK(holds(before.out, "CREATE UNIQUE INDEX"));
  CHECK(holds(before.out, "INSERT OR FAIL INTO \"orders\" (\"id\", \"note\", _source"));
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));

  REQUIRE(shop.project.run({"--set", "params.max_rejects=1"}).exit_code == 0);
  shop.project.write_action("\"max_rejects\": 7");
  const Ended after =
      shop.project.sluice({"plan", "--until", "end", "--output", "json", "orders.json"});
  REQUIRE(after.exit_code == 0);
  CHECK_FALSE(holds(after.out, "CREATE TABLE"));
  CHECK(json_value(after.out, "messages_at_most") == "0");
  const std::string settings = json_value(after.out, "settings");
  CHECK(holds(settings, R"({"setting":"until","value":"end","from":"--until"})"));
  CHECK(holds(settings, R"({"setting":"timeout","value":"2h","from":"default"})"));
  CHECK(holds(settings, R"({"setting":"params.max_rejects","value":"7","from":"orders.json:)"));
  CHECK(holds(json_value(after.out, "columns"),
              R"({"name":"id","type":"integer","nullable":false,"from":"attribute id"})"));
}

TEST_CASE("a plan tells who would read what, where several workers may") {
  const Shop shop(3);
  const Project& project = shop.project;
  const Ended one = project.sluice({"plan", "orders.json"});
  CAPTURE(one.err);
  REQUIRE(one.exit_code == 0);
  CHECK_FALSE(holds(one.out, "worker"));
  project.write_action("", R"("segmentation": {"active": true}, "instances": 2)");
  CHECK(holds(project.sluice({"plan", "orders.json"}).out,
              "  2 workers\n"
              "    worker 1: orders/0, orders/2\n"
              "    worker 2: orders/1\n"));
  const Ended json = project.sluice({"plan", "--output", "json", "orders.json"});
  CHECK(holds(json_value(json.out, "segments"),
              R"({"worker":2,"partitions":[{"source":"shop","topic":"orders","partition":1}]})"));
  CHECK(holds(project.sluice({"plan", "--until", "end", "orders.json"}).out, "  1 worker\n"));
}
