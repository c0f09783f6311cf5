// `sluice offsets set` and `reset` as a person, or a script, types them.
#include <doctest/doctest.h>

#include "support/shop.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Three messages, loaded.
struct Loaded : Shop {
  Loaded() {
    produce("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    REQUIRE(project.run().exit_code == 0);
  }

  Ended offsets(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "offsets");
    return project.sluice(std::move(arguments));
  }
};

}  // namespace

TEST_CASE("offsets set says what it means, and does it with --yes") {
  const Loaded shop;
  const Ended dry = shop.offsets({"set", "orders.json", "orders/0=1", "--dry-run"});
  CHECK(dry.exit_code == 0);
  CHECK(dry.out == "table \"orders\" of data.db\n  orders/0: 3 -> 1, loads 2 offsets again\n");
  CHECK(shop.project.positions() == "0@3");

  const Ended done =
      shop.offsets({"set", "orders.json", "orders/0=1", "--yes", "--output", "json"});
  CHECK(done.exit_code == 0);
  CHECK(json_value(done.out, "from_offset") == "3");
  CHECK(json_value(done.out, "next_offset") == "1");
  CHECK(json_value(done.out, "loads_again") == "2");
  CHECK(json_value(done.out, "generation") == "2");
  CHECK(shop.project.positions() == "0@1");
  CHECK(holds(shop.project.sluice({"jobs", "list", "db"}).out, "offsets set"));
  CHECK(json_value(shop.project.run().out, "inserted") == "2");
}

TEST_CASE("offsets reset goes back to where a first load would begin") {
  const Loaded shop;
  const Ended done = shop.offsets({"reset", "orders.json", "--yes"});
  CHECK(done.exit_code == 0);
  CHECK(holds(done.out, "orders/0: 3 -> 0, loads 3 offsets again"));
  CHECK(shop.project.positions() == "0@0");
}

TEST_CASE("nobody to ask is wrong usage, and so is what is no position") {
  const Loaded shop;
  struct Case {
    std::vector<std::string> arguments;
    std::string_view told;
  };
  for (const Case& c :
       {Case{{"set", "orders.json", "earliest"}, "nobody is there to ask"},
        Case{{"reset", "orders.json"}, "--dry-run shows what it means"},
        Case{{"set", "orders.json", "--yes"}, "target"},
        Case{{"set", "orders.json", "5", "--yes"}, "an offset is of one partition"},
        Case{{"set", "orders.json", "earlist", "--yes"},
             "is no position (did you mean \"earliest\"?)"},
        Case{{"set", "orders.json", "orders/x=5", "--yes"}, "is no partition"},
        Case{{"set", "orders.json", "orders/3=0", "--yes"}, "does not read partition 3"},
        Case{{"set", "orders.json", "order/0=0", "--yes"}, "did you mean \"orders\"?"}}) {
    CAPTURE(c.arguments.back());
    const Ended ended = shop.offsets(c.arguments);
    CAPTURE(ended.err);
    CHECK(ended.exit_code == 64);
    CHECK(holds(ended.err, c.told));
  }
  CHECK(shop.project.positions() == "0@3");
}
