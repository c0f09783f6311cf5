// `sluice rejects` from outside: what is listed and shown, what a replay and a purge leave.
#include <doctest/doctest.h>

#include <filesystem>

#include "source/kafka/embedded_broker.h"
#include "sqlite/database.h"
#include "store/table_lock.h"
#include "support/shop.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// Six messages, of which two are good.
struct Rejected : Shop {
  Rejected() {
    produce(
        "{\"id\":1}\n{\"id\":\"ten\"}\n{\"id\":2}\n{\"id\": oops}\n"
        "{\"note\":\"no id\",\"id\":\"eleven\"}\n{\"id\":\"a\\u0062c\"}\n",
        {"--key", "k"});
    REQUIRE(project.run({"--set", "params.max_rejects=4"}).exit_code == 0);
  }

  Ended rejects(const std::string& command, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"rejects", command, "orders.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return project.sluice(arguments);
  }
  std::string left() const {
    return project.ask("SELECT count(*) FROM orders__rejects").value_or("-");
  }
  std::string file() const {
    std::string whole;
    for (const auto& entry : std::filesystem::directory_iterator(project.dir().path())) {
      if (!entry.path().filename().string().starts_with("data.db")) continue;
      whole += content_of(entry.path());
    }
    return whole;
  }
};

}  // namespace

TEST_CASE("rejects are listed by reason, the most frequent first, with an example") {
  const Rejected shop;
  const Ended listed = shop.rejects("list");
  CAPTURE(listed.out);
  CHECK(listed.exit_code == 0);
  CHECK(listed.out.starts_with("table \"orders\" of "));
  CHECK(holds(listed.out, ": 4 rejects\n"));
  CHECK(holds(listed.out,
              "3  column \"id\": is not an integer of 64 bits\n            as orders/0@1"));
  CHECK(holds(listed.out, "1  not JSON"));
  const Ended json = shop.rejects("list", {"--output", "json"});
  CHECK(holds(json.out, R"({"count":3,"column_name":"id","reason":"is not an integer of 64 bits",)"
                        R"("example":"orders/0@1","first_timestamp":"2)"));
}

TEST_CASE("rejects that rules made are one group, whatever the values were") {
  const Shop shop;
  shop.project.write_action(R"("rules": [
    {"attribute_name": "note", "condition": "IS NOT NULL", "action": "div", "action_value": "id"}])");
  shop.produce(
      "{\"id\":1,\"note\":\"ten\"}\n{\"id\":1,\"note\":\"is it\"}\n"
      "{\"id\":0,\"note\":\"7\"}\n{\"id\":0,\"note\":\"8\"}\n{\"id\":0,\"note\":9}\n");
  REQUIRE(shop.project.run({"--set", "params.max_rejects=5"}).exit_code == 0);
  const auto rejects = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "rejects");
    return shop.project.sluice(std::move(arguments)).out;
  };
  const std::string listed = rejects({"list", "orders.json"});
  CAPTURE(listed);
  CHECK(holds(listed,
              "3  column \"note\": rule params.rules[0] (div): \"div\" of … by 0 has no result\n"));
  CHECK(holds(listed, "2  column \"note\": rule params.rules[0] (div): is no number\n"));
  // What is listed is what one can choose by, and so is what is shown.
  CHECK(holds(rejects({"purge", "orders.json", "--yes", "--reason", "of … by 0 has no result"}),
              "3 rejects"));
  CHECK(holds(rejects({"purge", "orders.json", "--yes", "--reason", "\"is it\" is no number"}),
              "1 rejects"));
}

TEST_CASE("a reject is shown with its bytes, and a caret where the fault is") {
  const Rejected shop;
  const Ended misfit = shop.rejects("show", {"orders/0@4"});
  CAPTURE(misfit.out);
  CHECK(misfit.exit_code == 0);
  CHECK(holds(misfit.out, "shop orders/0@4 of 2"));
  CHECK(holds(misfit.out, "  column     id\n"));
  CHECK(holds(misfit.out, "  key        1 byte\n    k\n"));
  CHECK(holds(misfit.out,
              "orders/0@4:1:23: byte 22 of the value\n"
              "  {\"note\":\"no id\",\"id\":\"eleven\"}\n"
              "                        ^\n"));
  const Ended broken = shop.rejects("show", {"orders/0@3"});
  CAPTURE(broken.out);
  CHECK(holds(broken.out, "  {\"id\": oops}\n         ^\n"));
  const Ended json = shop.rejects("show", {"orders/0@3", "--output", "json"});
  CHECK(holds(
      json.out,
      R"("key":"k","headers":null,"value":"{\"id\": oops}","fits_now":false,"filtered_now":false,)"));
  CHECK(holds(json.out, R"("fault_at":7})"));
  // An escape was written out: its place in the message is not known.
  CHECK(holds(shop.rejects("show", {"orders/0@5", "--output", "json"}).out, R"("fault_at":null)"));
}

TEST_CASE("bytes that cannot be printed are shown as a hex dump") {
  const Rejected shop;
  shop.project.execute("UPDATE orders__rejects SET value = x'00ff41' WHERE offset = 1");
  const Ended shown = shop.rejects("show", {"orders/0@1"});
  CHECK(holds(shown.out, "  value      3 bytes\n    00000000  00 ff 41  "));
  CHECK(holds(shown.out, "|..A|\n"));
  CHECK(holds(shop.rejects("show", {"orders/0@1", "--output", "json"}).out,
              R"("value":{"hex":"00ff41"})"));
}

TEST_CASE("addresses that are none, and rejects that are not there, are told apart") {
  const Rejected shop;
  for (const char* wrong :
       {"orders", "orders/0", "orders@1", "/0@1", "orders/x@1", "orders/0@-1", "orders/0@1x"}) {
    CAPTURE(wrong);
    const Ended ended = shop.rejects("show", {wrong});
    CHECK(ended.exit_code == 64);
    CHECK(holds(ended.err, "is no address of a message"));
  }
  const Ended missing = shop.rejects("show", {"orders/0@0"});
  CHECK(missing.exit_code == 66);
  CHECK(holds(missing.err, "has no reject orders/0@0"));
  CHECK(shop.project.sluice({"rejects", "list", "missing.json"}).exit_code == 66);
}

TEST_CASE("after the definition was corrected a replay loads what fits and tells what does not") {
  const Rejected shop;
  shop.project.write_action(
      R"j("schema": {"id": {"type": "sql", "sql": "iif(typeof(id) = 'text', length(id), id)"}})j");
  CHECK(holds(shop.rejects("show", {"orders/0@4"}).out, "now        fits the definition"));
  const Ended filtered = shop.rejects("show", {"orders/0@4", "--set", "params.filter=id < 0"});
  CHECK(holds(filtered.out, "now        is left out by the definition as it is now"));
  const Ended dry = shop.rejects("replay", {"--dry-run"});
  CHECK(dry.exit_code == 65);
  CHECK(holds(dry.out, "4 messages, 3 inserted, 1 rejected"));
  CHECK(holds(dry.err, "dry run: nothing was written"));
  CHECK(shop.left() == "4");
  const Ended replayed = shop.rejects("replay", {"--output", "json"});
  CAPTURE(replayed.err);
  CHECK(replayed.exit_code == 65);
  CHECK(json_value(replayed.out, "action") == "\"load-orders (replay)\"");
  CHECK(json_value(replayed.out, "messages") == "4");
  CHECK(json_value(replayed.out, "inserted") == "3");
  CHECK(json_value(replayed.out, "rejected") == "1");
  CHECK(holds(replayed.err, "1 of 4 messages still do not fit"));
  CHECK(shop.left() == "1");
  CHECK(shop.project.ask("SELECT group_concat(_offset || ':' || id, ' ') FROM orders") ==
        "0:1 2:2 1:3 4:6 5:3");
  CHECK(shop.project.positions() == "0@6");
}

TEST_CASE("what is purged is told first, then gone from table and file") {
  const Rejected shop;
  REQUIRE(holds(shop.file(), "eleven"));
  const Ended told = shop.rejects("purge");
  CHECK(told.exit_code == 64);
  CHECK(holds(told.err, "4 rejects of table \"orders\""));
  CHECK(holds(told.err, "--yes"));
  CHECK(shop.left() == "4");

  CHECK(shop.rejects("purge", {"--yes", "--before", "2020-01-01"}).exit_code == 0);
  CHECK(shop.left() == "4");
  CHECK(shop.rejects("purge", {"--yes", "--reason", "\"eleven\""}).exit_code == 0);
  CHECK(shop.left() == "3");
  CHECK_FALSE(holds(shop.file(), "eleven"));
  const Ended rest = shop.rejects("purge", {"--yes"});
  CHECK(rest.exit_code == 0);
  CHECK(holds(rest.out, "3 rejects of table \"orders\""));
  CHECK(shop.project.ask("SELECT group_concat(action || '|' || state || '|' || exit_code || '|' || "
                         "stop_reason || '|' || substr(message, 1, 9), '; ') FROM sluice_jobs "
                         "WHERE action LIKE '%purge%'") ==
        "rejects purge load-orders|succeeded|0||1 rejects; "
        "rejects purge load-orders|succeeded|0||3 rejects");
  CHECK(shop.left() == "0");
  CHECK_FALSE(holds(shop.file(), "oops"));
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "2");
  CHECK(shop.rejects("purge", {"--yes", "--before", "soon"}).exit_code == 64);
}

TEST_CASE(
    "a purge says so where a reader still holds the old pages, and one later is done with it") {
  const Rejected shop;
  shop.project.write_action({}, R"("lock_timeout": "100ms")");
  sluice::Database reader(shop.project.database(), sluice::Database::Mode::look, {});
  reader.execute("BEGIN");
  reader.ask("SELECT count(*) FROM orders__rejects");
  const Ended held = shop.rejects("purge", {"--yes"});
  CAPTURE(held.err);
  CHECK(held.exit_code == 75);
  CHECK(holds(held.err, "4 rejects of table \"orders\""));
  CHECK(holds(held.err, "somebody has a transaction open in the database"));
  CHECK(holds(held.err, "purge once more"));
  CHECK(shop.left() == "0");
  const std::string last =
      "SELECT state || '|' || exit_code FROM sluice_jobs WHERE action LIKE "
      "'rejects purge%' ORDER BY rowid DESC LIMIT 1";
  CHECK(shop.project.ask(last) == "failed|75");
  CHECK(shop.rejects("purge", {"--yes"}).exit_code == 75);

  reader.execute("COMMIT");
  CHECK(shop.rejects("purge", {"--yes"}).exit_code == 0);
  CHECK_FALSE(holds(shop.file(), "eleven"));
  CHECK_FALSE(holds(shop.file(), "oops"));

  // What is wiped already needs nobody to wait for.
  reader.execute("BEGIN");
  reader.ask("SELECT count(*) FROM orders__rejects");
  CHECK(shop.rejects("purge", {"--yes"}).exit_code == 0);
  CHECK(shop.project.ask(last) == "succeeded|0");
}

TEST_CASE("while a job has the table, rejects are listed, but not replayed nor purged") {
  const Rejected shop;
  sluice::TableLock lock(shop.project.database(), "orders");
  REQUIRE(lock.try_lock());
  CHECK(shop.rejects("list").exit_code == 0);
  CHECK(shop.rejects("replay").exit_code == 75);
  CHECK(shop.rejects("purge", {"--yes"}).exit_code == 75);
  CHECK(shop.left() == "4");
}

TEST_CASE("a table that was never loaded has no rejects, and stays unmade") {
  sluice::EmbeddedBroker broker;
  const Project project(broker.address(), "orders");
  CHECK(holds(project.sluice({"rejects", "list", "orders.json"}).out, ": 0 rejects"));
  CHECK(project.sluice({"rejects", "replay", "orders.json"}).exit_code == 0);
  CHECK(project.sluice({"rejects", "purge", "orders.json", "--yes"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(project.database()));
}
