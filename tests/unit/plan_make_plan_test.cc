#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "plan/broker_field.h"
#include "plan/make_plan.h"

namespace sluice {
namespace {

Place at_line(int line) {
  static const auto document =
      std::make_shared<const SourceText>(SourceText{"a.json", std::string(40, '\n')});
  return {document, line, 1};
}

Table table(std::string name, std::vector<Column> columns) {
  return {std::move(name), {}, std::move(columns), {}, {}, false};
}

Column column(std::string name, ColumnType type, bool nullable = false) {
  return {std::move(name), type, nullable, {}};
}

Topic topic(std::string name, std::vector<std::string> attributes = {}) {
  return {std::move(name), {}, OffsetPolicy::earliest, std::move(attributes)};
}

Mapping take(std::string column, Path path, int line = 20) {
  return {std::move(column), at_line(line), Mapping::Take{std::move(path), false, at_line(line)}};
}

Mapping attribute(std::string column, std::string name, int line = 20) {
  return {std::move(column), at_line(line), Mapping::Take{{std::move(name)}, true, at_line(line)}};
}

Mapping constant(std::string column, Scalar value, std::string text, int line = 20) {
  return {std::move(column), at_line(line),
          Mapping::Constant{std::move(value), std::move(text), at_line(line)}};
}

LoadFrom from(std::string source, std::string topic, int line = 10) {
  LoadFrom entry{.source = {std::move(source), std::move(topic), at_line(line)},
                 .offset_number = {},
                 .timestamp = {},
                 .until_offset = {},
                 .until_timestamp = {},
                 .partitions = {},
                 .extract_chunk_size = {}};
  return entry;
}

// An action that loads game/orders into db/orders (id, name and a nullable city), and its catalog.
struct OrdersAction {
  Action action;
  Catalog catalog;

  OrdersAction() {
    action.name = "load";
    action.load_from = {from("game", "orders")};
    action.load_to = {"db", "orders", at_line(12)};
    action.schema_place = at_line(15);
    SourceEntry game;
    game.name = "game";
    game.servers = "a:1";
    game.topics = {{"orders", topic("orders")}, {"guesses", topic("guesses")}};
    catalog.sources = {{"game", game}};
    Dataset db;
    db.name = "db";
    db.path = "data/a.db";
    db.tables = {{"orders", table("orders", {column("id", ColumnType::integer),
                                             column("name", ColumnType::text),
                                             column("city", ColumnType::text, true)})}};
    catalog.datasets = {{"db", db}};
  }

  Topic& topic_named(const std::string& name) { return catalog.sources.at("game").topics.at(name); }
  Table& orders() { return catalog.datasets.at("db").tables.at("orders"); }

  LoadPlan plan() const {
    Problems problems;
    const auto made = make_plan(action, catalog, problems);
    CHECK(problems.text() == "");
    REQUIRE(made);
    return *made;
  }

  // "LINE message" of every problem, one a line.
  std::string told() const {
    Problems problems;
    const auto made = make_plan(action, catalog, problems);
    CHECK(made.has_value() != problems.any());
    std::string lines;
    for (const Problem& problem : problems.errors()) {
      lines += fmt::format("{} {}\n", problem.place.line, problem.message);
    }
    return lines;
  }
};

// "id<-attribute 0, name<-$topic, city<-constant".
std::string columns_of(const LoadPlan& plan) {
  std::string told;
  for (const PlannedColumn& planned : plan.table.columns) {
    told += (told.empty() ? "" : ", ") + planned.name + "<-";
    if (const auto* index = std::get_if<std::size_t>(&planned.from)) {
      for (const PathStep& step : plan.attributes.at(*index).path) told += "/" + step.key;
    } else if (const auto* field = std::get_if<BrokerField>(&planned.from)) {
      told += name_of(*field);
    } else {
      told += "constant";
    }
  }
  return told;
}

TEST_CASE("without a schema every column takes the attribute of its own name") {
  const LoadPlan plan = OrdersAction().plan();
  CHECK(columns_of(plan) == "id<-/id, name<-/name, city<-/city");
  CHECK(plan.table.dataset == "db");
  CHECK(plan.table.database_path == "data/a.db");
  CHECK(plan.table.name == "orders");
  CHECK(plan.table.declared.size() == 3);
  CHECK(plan.table.columns[2].nullable);
  CHECK(plan.topics.at(0).topic == "orders");
  CHECK(plan.sources.at(0).servers == "a:1");
}

TEST_CASE("with a schema only mapped columns are filled, in the table's order") {
  OrdersAction setting;
  setting.action.schema = {take("name", {"who", "name"}), attribute("id", "number")};
  const LoadPlan plan = setting.plan();
  CHECK(columns_of(plan) == "id<-/number, name<-/who/name");
  CHECK(plan.table.declared.size() == 3);
}

TEST_CASE("columns that take the same attribute share one") {
  OrdersAction setting;
  setting.action.schema = {attribute("id", "a"), take("name", {"a"}), take("city", {"a", "b"})};
  const LoadPlan plan = setting.plan();
  CHECK(columns_of(plan) == "id<-/a, name<-/a, city<-/a/b");
  CHECK(plan.attributes.size() == 2);
}

TEST_CASE("names that need quoting pass through unchanged") {
  OrdersAction setting;
  Table odd = table("select", {column("a\"b", ColumnType::text), column("it's", ColumnType::json)});
  odd.primary_key = {"a\"b"};
  odd.indexes = {{"it's", "a\"b"}};
  setting.catalog.datasets.at("db").tables = {{"select", odd}};
  setting.action.load_to.item = "select";
  const LoadPlan plan = setting.plan();
  CHECK(plan.table.name == "select");
  CHECK(columns_of(plan) == "a\"b<-/a\"b, it's<-/it's");
  CHECK(plan.table.primary_key == odd.primary_key);
  CHECK(plan.table.indexes == odd.indexes);
}

TEST_CASE("unknown names are told at their place, with the nearest one") {
  const auto told = [](auto change) {
    OrdersAction setting;
    change(setting.action);
    return setting.told();
  };
  CHECK(told([](Action& a) { a.load_from = {from("gane", "orders")}; }) ==
        "10 unknown source \"gane\" (did you mean \"game\"?)\n");
  CHECK(told([](Action& a) { a.load_from = {from("game", "oders")}; }) ==
        "10 source \"game\" has no topic \"oders\" (did you mean \"orders\"?)\n");
  CHECK(told([](Action& a) { a.load_to.container = "dbb"; }) ==
        "12 unknown dataset \"dbb\" (did you mean \"db\"?)\n");
  CHECK(told([](Action& a) { a.load_to.item = "Orders"; }) ==
        "12 dataset \"db\" has no table \"Orders\" (did you mean \"orders\"?)\n");
  CHECK(told([](Action& a) { a.load_to.item = "zzz"; }) ==
        "12 dataset \"db\" has no table \"zzz\"; known: orders\n");
  CHECK(told([](Action& a) {
          a.schema = {attribute("id", "id"), attribute("name", "n"), attribute("cty", "c", 23)};
        }) == "23 table \"orders\" has no column \"cty\" (did you mean \"city\"?)\n");
}

TEST_CASE("all problems of a plan are told at once") {
  OrdersAction setting;
  setting.action.load_from = {from("gane", "orders")};
  setting.action.load_to.item = "order";
  CHECK(setting.told() ==
        "10 unknown source \"gane\" (did you mean \"game\"?)\n"
        "12 dataset \"db\" has no table \"order\" (did you mean \"orders\"?)\n");
}

TEST_CASE("names that have a file are suggested, read or not") {
  OrdersAction setting;
  setting.catalog.known_sources = {"game", "payments"};
  setting.action.load_from = {from("payment", "orders")};
  CHECK(setting.told() == "10 unknown source \"payment\" (did you mean \"payments\"?)\n");
}

TEST_CASE("a catalog file that could not be read is not called unknown as well") {
  OrdersAction setting;
  setting.catalog.sources.clear();
  setting.catalog.known_sources = {"game"};
  Problems problems;
  problems.add(at_line(1), "this is not YAML");
  CHECK_FALSE(make_plan(setting.action, setting.catalog, problems));
  CHECK(problems.errors().size() == 1);
}

TEST_CASE("a column that nothing fills must be nullable") {
  OrdersAction setting;
  setting.action.schema = {attribute("id", "id")};
  CHECK(
      setting.told() ==
      "15 nothing fills column \"name\", which is not nullable; map it, or say \"nullable: true\" "
      "in the dataset\n");
}

TEST_CASE("a schema must fill something") {
  OrdersAction setting;
  setting.orders().columns = {column("city", ColumnType::text, true)};
  setting.action.schema = std::vector<Mapping>();
  CHECK(setting.told() == "15 the schema fills no column; leave it out to fill all by name\n");
}

TEST_CASE("a constant that does not fit its column is told where it stands") {
  OrdersAction setting;
  setting.action.schema = {constant("id", JsonNumber(), "42.5", 21),
                           constant("name", Scalar(), "null", 22),
                           constant("city", Scalar(), "null", 23)};
  CHECK(setting.told() ==
        "21 42.5 does not fit column \"id\" of type integer: 42.5 is not an integer of 64 bits\n"
        "22 null does not fit column \"name\", which is not nullable\n");
  setting.action.schema = {constant("id", JsonNumber(), "7"),
                           constant("name", std::string("x"), "\"x\"")};
  const LoadPlan plan = setting.plan();
  CHECK(std::get<PlannedConstant>(plan.table.columns[0].from) == PlannedConstant(std::int64_t{7}));
  CHECK(std::get<PlannedConstant>(plan.table.columns[1].from) == PlannedConstant(std::string("x")));
}

TEST_CASE("where the topic declares its attributes, others are unknown") {
  OrdersAction setting;
  setting.topic_named("orders").attributes = {"id", "name"};
  setting.action.schema = {attribute("id", "id"), take("name", {"nam", "first"}, 22)};
  CHECK(setting.told() ==
        "22 topic \"orders\" declares no attribute \"nam\" (did you mean \"name\"?)\n");
  setting.action.schema = {attribute("id", "id"), take("name", {"name", "first"})};
  CHECK(columns_of(setting.plan()) == "id<-/id, name<-/name/first");

  SUBCASE("by name, a nullable column may be one that the topic does not declare") {
    setting.action.schema.reset();
    CHECK(columns_of(setting.plan()) == "id<-/id, name<-/name, city<-/city");
    setting.topic_named("orders").attributes = {"id"};
    CHECK(setting.told() == "15 topic \"orders\" declares no attribute \"name\"; known: id\n");
  }
}

TEST_CASE("a broker field fits some types of column") {
  using enum ColumnType;
  struct Case {
    std::string_view field;
    std::vector<ColumnType> fits;
  };
  const Case cases[] = {
      {"$offset", {integer, text}},
      {"$partition", {integer, text}},
      {"$timestamp", {integer, text, datetime}},
      {"$date", {text, date}},
      {"$topic", {text}},
      {"$key", {integer, real, decimal, text, boolean, date, datetime, json, blob}},
      {"$headers", {text, json}},
  };
  for (const Case& c : cases) {
    for (const ColumnType type :
         {integer, real, decimal, text, boolean, date, datetime, json, blob}) {
      CAPTURE(c.field);
      CAPTURE(name_of(type));
      OrdersAction setting;
      setting.orders().columns = {column("c", type)};
      setting.action.schema = {take("c", {std::string(c.field)})};
      if (std::ranges::count(c.fits, type) > 0) {
        CHECK(columns_of(setting.plan()) == "c<-" + std::string(c.field));
      } else {
        CHECK(setting.told().starts_with("20 " + std::string(c.field)));
      }
    }
  }
}

TEST_CASE("what a broker field does not fit is told") {
  const auto told = [](std::string name, ColumnType type) {
    OrdersAction setting;
    setting.orders().columns = {column("c", type)};
    setting.action.schema = {take("c", {std::move(name)})};
    return setting.told();
  };
  CHECK(told("$offset", ColumnType::real) ==
        "20 $offset fits a column of type integer or text, not real (column \"c\")\n");
  CHECK(told("$date", ColumnType::integer) ==
        "20 $date fits a column of type date or text, not integer (column \"c\")\n");
  CHECK(told("$timestamp", ColumnType::date) ==
        "20 $timestamp fits a column of type datetime, text or integer, not date (column \"c\")\n");
  CHECK(told("$value", ColumnType::text) == "");
  CHECK(told("$element", ColumnType::text) ==
        "20 \"$element\" is an element of the array that \"explode\" names, and no entry of "
        "\"load_from\" has one\n");
  CHECK(told("$offest", ColumnType::integer) ==
        "20 unknown broker field \"$offest\" (did you mean \"$offset\"?)\n");
}

TEST_CASE("a bare name means the broker's unless the topic declares it") {
  OrdersAction setting;
  setting.orders().columns = {column("at", ColumnType::integer)};
  SUBCASE("undeclared: the broker's") {
    setting.action.schema = {attribute("at", "timestamp")};
    CHECK(columns_of(setting.plan()) == "at<-$timestamp");
    setting.topic_named("orders").attributes = {"id"};
    CHECK(columns_of(setting.plan()) == "at<-$timestamp");
  }
  SUBCASE("declared: the message's") {
    setting.topic_named("orders").attributes = {"timestamp"};
    setting.action.schema = {attribute("at", "timestamp")};
    CHECK(columns_of(setting.plan()) == "at<-/timestamp");
  }
  SUBCASE("a path always means the message") {
    setting.action.schema = {take("at", {"timestamp"})};
    CHECK(columns_of(setting.plan()) == "at<-/timestamp");
  }
  SUBCASE("by name it means the same as written as an attribute") {
    setting.orders().columns = {column("offset", ColumnType::integer)};
    CHECK(columns_of(setting.plan()) == "offset<-$offset");
  }
  SUBCASE("topics that disagree are asked about") {
    setting.action.load_from.push_back(from("game", "guesses", 11));
    setting.topic_named("orders").attributes = {"timestamp"};
    setting.action.schema = {attribute("at", "timestamp")};
    CHECK(setting.told() ==
          "20 some topics declare the attribute timestamp and others do not; write "
          "\"$timestamp\" for the broker's, \"path\": [\"timestamp\"] for the message's\n");
  }
}

using Partitions = std::vector<std::int32_t>;
using Map = std::map<std::int32_t, Offset>;

TEST_CASE("a partition is read by one entry only") {
  struct Case {
    std::optional<Partitions> first;
    std::optional<Partitions> second;
    std::string_view what;  // empty: fine
  };
  const Case cases[] = {
      {{}, {}, "every partition"},
      {{}, Partitions{3}, "partition 3"},
      {Partitions{3}, {}, "partition 3"},
      {Partitions{0, 1}, Partitions{1, 2}, "partition 1"},
      {Partitions{0, 1}, Partitions{2, 3}, ""},
  };
  for (const Case& c : cases) {
    OrdersAction setting;
    setting.action.load_from = {from("game", "orders", 10), from("game", "orders", 11)};
    if (c.first) setting.action.load_from[0].partitions = {*c.first, {}};
    if (c.second) setting.action.load_from[1].partitions = {*c.second, {}};
    CAPTURE(c.what);
    if (c.what.empty()) {
      const LoadPlan plan = setting.plan();
      CHECK(plan.topics.size() == 2);
      CHECK(plan.sources.size() == 1);
    } else {
      CHECK(setting.told() == "11 " + std::string(c.what) +
                                  " of topic \"orders\" is read twice; each message may come in "
                                  "once, so give each entry \"partitions\" of its own\n");
    }
  }
}

TEST_CASE("an offset map names selected partitions only") {
  OrdersAction setting;
  LoadFrom& entry = setting.action.load_from[0];
  entry.partitions = {Partitions{0, 1}, at_line(13)};
  entry.offset_number = {OffsetChoice(Map{{0, 5}, {2, 5}}), at_line(14)};
  CHECK(setting.told() == "14 offset_number names partition 2, which is not selected\n");
  entry.offset_number.reset();
  entry.until_offset = {OffsetChoice(Map{{4, 5}, {1, 5}}), at_line(16)};
  CHECK(setting.told() == "16 until_offset names partition 4, which is not selected\n");
}

TEST_CASE("a map in until_offset selects what it names") {
  OrdersAction setting;
  LoadFrom& entry = setting.action.load_from[0];
  entry.until_offset = {OffsetChoice(Map{{2, 5}, {0, 5}}), at_line(16)};
  CHECK(setting.plan().topics[0].partitions == Partitions{0, 2});
  entry.partitions = {Partitions{0, 1, 2}, at_line(13)};
  CHECK(setting.plan().topics[0].partitions == Partitions{0, 2});
  entry.offset_number = {OffsetChoice(Map{{1, 5}}), at_line(14)};
  CHECK(setting.told() == "14 offset_number names partition 1, which is not selected\n");
}

TEST_CASE("limits and stop rules come from the action, else from the defaults") {
  OrdersAction setting;
  const LoadPlan defaults = setting.plan();
  CHECK(defaults.batch.rows == BatchLimits().rows);
  CHECK(defaults.batch.interval == BatchLimits().interval);
  CHECK(defaults.fetch_messages == LoadPlan().fetch_messages);
  CHECK(defaults.stop.timeout == std::chrono::hours(2));
  CHECK_FALSE(defaults.stop.until_end);
  CHECK_FALSE(defaults.always_up);

  Action& action = setting.action;
  action.load_from.push_back(from("game", "guesses"));
  action.load_from[0].extract_chunk_size = 700;
  action.load_from[1].extract_chunk_size = 300;
  action.load_batch_size = 10;
  action.load_batch_interval = std::chrono::milliseconds(20);
  action.max_rejects = 4;
  action.timeout.reset();
  action.execution_mode = ExecutionMode::always_up;
  action.until = Until::end;
  action.max_messages = 5;
  action.idle_timeout = std::chrono::seconds(6);
  action.lock_timeout = std::chrono::seconds(7);
  action.if_running = IfRunning::wait;
  const LoadPlan plan = setting.plan();
  CHECK(plan.batch.rows == 10);
  CHECK(plan.batch.interval == std::chrono::milliseconds(20));
  CHECK(plan.fetch_messages == 300);
  CHECK(plan.rejects.count == 4);
  CHECK_FALSE(plan.stop.timeout);
  CHECK(plan.stop.until_end);
  CHECK(plan.stop.max_messages == 5);
  CHECK(plan.stop.idle_timeout == std::chrono::seconds(6));
  CHECK(plan.lock_timeout == std::chrono::seconds(7));
  CHECK(plan.if_running == IfRunning::wait);
  CHECK(plan.always_up);
}

TEST_CASE("a batch is small, but a whole transaction where rows are sorted in by keys") {
  OrdersAction setting;
  const HandoverLimits appended = setting.plan().handover;
  CHECK(appended.records == HandoverLimits().records);
  CHECK(appended.bytes == HandoverLimits().bytes);

  setting.orders().primary_key = {"id"};
  const LoadPlan keyed = setting.plan();
  CHECK(keyed.handover.records == keyed.batch.rows);
  CHECK(keyed.handover.bytes == keyed.batch.bytes);
}

TEST_CASE("a quarter of memory_limit bounds what is on its way to the database") {
  OrdersAction setting;
  setting.action.memory_limit_bytes = 16 << 20;
  const LoadPlan plan = setting.plan();
  CHECK(plan.memory_bytes == 16 << 20);
  CHECK(plan.handover.bytes * plan.handover.batches <= 4 << 20);
}

TEST_CASE("instances are workers where segmentation is active, as many as memory can feed") {
  OrdersAction setting;
  setting.action.instances = 4;
  CHECK(setting.plan().workers == 1);
  setting.action.segmentation_active = true;
  CHECK(setting.plan().workers == 4);
  setting.action.instances = INT64_MAX;
  CHECK(setting.plan().workers == 64);
  setting.action.memory_limit_bytes = 16 << 20;
  CHECK(setting.plan().workers == 4);
}

}  // namespace
}  // namespace sluice
