// The worked examples: docs/examples.md typed as a reader would, against a real Apache Kafka with
// exactly the security that each of them tells of. What ended up in the tables is then compared
// with what an independent client reads from the topics.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>
#include <vector>

#include "base/timestamp.h"
#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/tour.h"

using namespace sluice::test;
using nlohmann::json;

namespace {

constexpr const char* page = "docs/examples.md";
constexpr const char* first_steps = "## A Kafka with all of it";
constexpr const char* last_steps = "## When you are done";
constexpr const char* headings[] = {"## Guesses", "## Orders and payments", "## Flights",
                                    "## Sensors", "## Words"};

std::vector<ShownCommand> below(const char* heading) { return commands_below(page, heading); }

// A reader of the page. Its broker is started by the page's own first steps.
class Examples {
 public:
  static Examples& reader() {
    static Examples examples;
    return examples;
  }
  ~Examples() { broker("kill"); }

  // Each example stands alone: only the first steps come before it. So all are typed at the same
  // time, each in a shell of its own; this waits for one and checks it.
  void check(const char* heading) { typed_.at(heading).check(); }

  // A command of ours, perhaps with variables before it, in the shell of a reader who has followed
  // the page down to this example.
  std::unique_ptr<Process> start(const std::string& command, const char* heading = "") const {
    std::string script = ". build/secure/secure.env\n";
    for (const ShownCommand& shown : below(heading)) {
      if (shown.line.starts_with("export ")) script += fmt::format("{}\n", shown.line);
    }
    script += fmt::format("exec env {}", command);
    return std::make_unique<Process>(std::vector<std::string>{"bash", "-c", script},
                                     reader_.dir().path().string(), reader_.environment());
  }
  std::string run(const std::string& command, const char* heading = "") const {
    const Ended ended = start(command, heading)->wait();
    CAPTURE(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended.out;
  }

  // One line for each row.
  std::string rows(const std::string& database, const std::string& query) const {
    return run(fmt::format("sqlite3 data/{}.db \"{}\"", database, query));
  }

  // A client of its own, at the port that asks for nothing.
  KafkaLab lab() const { return KafkaLab(run("printf %s $KAFKA_PLAINTEXT")); }

  int stop() {
    Typing(reader_, below(last_steps)).check();
    return broker("status");
  }

 private:
  Examples() {
    Typing(reader_, below(first_steps)).check();
    for (const char* heading : headings) {
      std::vector<ShownCommand> commands = below(heading);
      commands.insert(commands.begin(), {". build/secure/secure.env", {}});
      typed_.try_emplace(heading, reader_, std::move(commands));
    }
  }

  int broker(const char* command) const {
    const std::string script = fmt::format("scripts/broker {} --dir build/secure", command);
    return Process({"bash", "-c", script}, reader_.dir().path().string()).wait().exit_code;
  }

  Reader reader_;
  std::map<std::string, Typing> typed_;
};

std::string utc(std::int64_t epoch_ms) { return sluice::format_iso8601(epoch_ms, 3); }

// A topic's messages, from an offset on in each partition, as lines in order.
template <class MakeLine>
std::string lines_of(KafkaLab& lab, const std::string& topic, int partitions, MakeLine make_line) {
  std::vector<std::string> lines;
  for (int partition = 0; partition < partitions; ++partition) {
    for (const ReadRecord& record : lab.read(topic, partition)) lines.push_back(make_line(record));
  }
  std::ranges::sort(lines);
  return std::accumulate(lines.begin(), lines.end(), std::string());
}

}  // namespace

TEST_CASE("every command of the page is typed by one of the tests below") {
  std::ifstream text(fmt::format("{}/{}", SLUICE_PROJECT_DIR, page));
  std::size_t shown = 0;
  for (std::string line; std::getline(text, line);) {
    shown += line.starts_with("$ ") ? 1 : 0;
    if (line.starts_with("```")) CHECK((line == "```console" || line == "```"));
  }
  std::size_t typed = below(first_steps).size() + below(last_steps).size();
  for (const char* heading : headings) typed += below(heading).size();
  CHECK(typed == shown);
}

TEST_CASE("orders: two topics of a cluster with a password, two policies, one database") {
  Examples& examples = Examples::reader();
  examples.check("## Orders and payments");
  KafkaLab lab = examples.lab();
  const std::string orders = examples.rows(
      "sales", "SELECT order_no, customer, item, quantity, unit_price FROM orders ORDER BY 1");
  CHECK(orders == lines_of(lab, "orders", 2, [](const ReadRecord& record) {
          const json order = json::parse(*record.value);
          return fmt::format("{}|{}|{}|{}|{:.2f}\n", order["orderNo"].get<int>(),
                             order["customerId"].get<std::string>(),
                             order["item"].get<std::string>(), order["quantity"].get<int>(),
                             order["unitPrice"].get<double>());
        }));
  // Every payment since the first run has met its order, and is the amount of it.
  const std::string paid = examples.rows(
      "sales",
      "SELECT order_no, amount, printf('%.2f', quantity * unit_price) FROM orders JOIN payments "
      "USING (order_no) ORDER BY 1");
  CHECK(paid == lines_of(lab, "payments", 1, [](const ReadRecord& record) {
          if (record.offset < 100) return std::string();
          const json payment = json::parse(*record.value);
          return fmt::format("{0}|{1:.2f}|{1:.2f}\n", payment["orderNo"].get<int>(),
                             payment["amount"].get<double>());
        }));
}

TEST_CASE("flights: nested messages become typed rows") {
  Examples& examples = Examples::reader();
  examples.check("## Flights");
  KafkaLab lab = examples.lab();
  const std::string rows = examples.rows(
      "travel",
      "SELECT _id, number, origin, destination_city, price, seats_free, delayed, updated FROM "
      "flights WHERE _id <> 'f1' ORDER BY 1");
  CHECK(rows == lines_of(lab, "flights", 2, [](const ReadRecord& record) {
          const json flight = json::parse(*record.value);
          if (flight["_id"] == "f1") return std::string();
          return fmt::format("{}|{}|{}|{}|{:.2f}|{}|{}|{}\n", flight["_id"].get<std::string>(),
                             flight["flight"]["number"].get<std::string>(),
                             flight["origin"]["airport"].get<std::string>(),
                             flight["destination"]["city"].get<std::string>(),
                             flight["price"].get<double>(), flight["seats"]["free"].get<int>(),
                             flight["delayed"].get<bool>() ? 1 : 0,
                             utc(flight["updated"].get<std::int64_t>()));
        }));
}

TEST_CASE("flights: a transaction ends with 500 messages, or after a second with fewer") {
  KafkaLab lab = Examples::reader().lab();
  const Reader reader;
  const std::string topic = lab.fresh_topic("flights");
  reader.dir().write("schemas/sources/air.yaml",
                     fmt::format("connector: kafka\nservers: {}\ntopics: {{ {}: {{}} }}\n",
                                 lab.bootstrap(), topic));
  const auto start = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SLUICE_BINARY);
    return std::make_unique<Process>(arguments, reader.dir().path().string());
  };
  const auto produce = [&](int count) {
    const auto sent = start({"produce", fmt::format("air/{}", topic), "--sample", "flights",
                             "--count", std::to_string(count)});
    REQUIRE(sent->wait().exit_code == 0);
  };
  const auto load = [&](const std::string& interval) {
    return start({"run", "--set", fmt::format("params.load_from.0.source=dwh/air/{}", topic),
                  "--set", "params.max_rejects=5000", "--set",
                  fmt::format("params.load_batch_interval={}", interval), "actions/flights.json"});
  };
  const auto next_offset = [&] {  // nothing while there is no table
    return Process({"sqlite3", "-readonly", "data/travel.db",
                    "SELECT next_offset FROM flights__metadata"},
                   reader.dir().path().string())
        .wait()
        .out;
  };

  const auto by_size = load("1h");
  produce(760);
  CHECK(eventually([&] { return next_offset() == "500\n"; }));
  produce(250);
  CHECK(eventually([&] { return next_offset() == "1000\n"; }));
  by_size->send(SIGTERM);
  CHECK(by_size->wait().exit_code == 128 + SIGTERM);
  CHECK(next_offset() == "1010\n");

  const auto by_time = load("1s");
  produce(3);
  CHECK(eventually([&] { return next_offset() == "1013\n"; }));
  CHECK(by_time->is_running());
  by_time->send(SIGTERM);
  by_time->wait();
}

TEST_CASE("sensors: the group stands where the table stands") {
  Examples& examples = Examples::reader();
  examples.check("## Sensors");
  KafkaLab lab = examples.lab();
  std::string committed;
  for (int partition = 0; partition < 3; ++partition) {
    const auto offset = lab.committed_offset("sluice-sensors", "sensors", partition);
    REQUIRE(offset.has_value());
    CHECK(*offset == lab.end_offset("sensors", partition));
    committed += fmt::format("{}|{}\n", partition, *offset);
  }
  CHECK(examples.rows("telemetry",
                      "SELECT partition, next_offset FROM measurements__metadata ORDER BY 1") ==
        committed);
  const std::string rows = examples.rows("telemetry",
                                         "SELECT sensor, measured_at, temperature, battery, ok "
                                         "FROM measurements ORDER BY 1, 2");
  CHECK(rows == lines_of(lab, "sensors", 3, [](const ReadRecord& record) {
          const json measured = json::parse(*record.value);
          CHECK(record.key == measured["sensor"].get<std::string>());
          return fmt::format("{}|{}|{:.1f}|{}|{}\n", measured["sensor"].get<std::string>(),
                             utc(measured["measured_at"].get<std::int64_t>()),
                             measured["temperature"].get<double>(), measured["battery"].get<int>(),
                             measured["ok"].get<bool>() ? 1 : 0);
        }));
}

TEST_CASE("words: the alert and the rolling mean are right for any text") {
  Examples& examples = Examples::reader();
  const char* const here = "## Words";
  examples.check(here);
  examples.run("sluice produce chat/lines --sample words --count 300", here);
  const json report =
      json::parse(examples.run("sluice run --until end --output json actions/words.json", here));

  KafkaLab lab = examples.lab();
  int long_sentences = 0;
  std::string means;
  std::deque<int> last;
  for (const ReadRecord& record : lab.read("lines", 0)) {
    std::istringstream words(*record.value);
    const auto count = std::distance(std::istream_iterator<std::string>(words), {});
    if (record.offset >= 7 && count > 6) ++long_sentences;
    if (std::isdigit(static_cast<unsigned char>(record.value->front())) == 0) continue;
    last.push_back(std::stoi(*record.value));
    if (last.size() > 3) last.pop_front();
    const double sum = std::accumulate(last.begin(), last.end(), 0.0);
    means += fmt::format("{}|{:.2f}\n", last.back(), sum / static_cast<double>(last.size()));
  }
  CHECK(report["messages"] == 300);
  CHECK(long_sentences > 50);
  CHECK(report["alerts"][0]["count"] == long_sentences);
  CHECK(examples.rows("texts", "SELECT number, printf('%.2f', mean) FROM rolling") == means);
}

TEST_CASE("without the right secret no example's cluster lets anybody in") {
  struct Refused {
    const char* heading;
    const char* command;
    const char* answer;
  };
  constexpr Refused all[] = {
      {"## Orders and payments",
       "SHOP_KAFKA_PASSWORD=wrong sluice check --connect actions/payments.json",
       "refuses the login"},
      {"## Sensors", "PLANT_KAFKA_PASSWORD=wrong sluice produce plant_devices/sensors",
       "refuses the login"},
      {"## Words", "CHAT_KAFKA_USER=nobody sluice check --connect actions/words.json",
       "refuses the login"},
      {"## Words",
       "CHAT_CA=$KAFKA_CERTIFICATES/other-ca.pem sluice check --connect actions/words.json",
       "does not come from a CA that is trusted here"},
  };
  const Examples& examples = Examples::reader();
  std::vector<std::unique_ptr<Process>> processes;
  for (const Refused& refused : all) {
    processes.push_back(examples.start(refused.command, refused.heading));
  }
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const Ended ended = processes[i]->wait();
    CAPTURE(all[i].command);
    CAPTURE(ended.err);
    CHECK(ended.exit_code == 77);
    CHECK(ended.err.find(all[i].answer) != std::string::npos);
  }
}

// Behind the others: its page waits for a timeout of 4 s while they are at work.
TEST_CASE("guesses: the broker's fields are those of each message") {
  Examples& examples = Examples::reader();
  examples.check("## Guesses");
  KafkaLab lab = examples.lab();
  const std::string rows = examples.rows("prim",
                                         "SELECT printf('%05d', [index]), points, name, season, "
                                         "arrived, day, position FROM guesses ORDER BY 1");
  CHECK(rows == lines_of(lab, "guesses", 4, [](const ReadRecord& record) {
          const json guess = json::parse(*record.value);
          const std::string arrived = utc(record.timestamp_ms);
          return fmt::format("{:05}|{}|{}|summer|{}|{:.10}|{}\n", guess["index"].get<int>(),
                             guess["points"].get<int>(), guess["name"].get<std::string>(), arrived,
                             arrived, record.offset);
        }));
}

TEST_CASE("nothing is left when the reader is done") { CHECK(Examples::reader().stop() == 3); }
