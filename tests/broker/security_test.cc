// Secured clusters, as a user meets them: the real binary against a real Apache Kafka that has a
// port for each kind of security.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "support/kafka_lab.h"
#include "support/process.h"
#include "support/project.h"
#include "support/text.h"

using namespace sluice::test;

namespace {

// One broker for this file. Its addresses, passwords and paths are in our environment, where the
// catalogs below find them.
const OwnBroker& broker() {
  static const OwnBroker broker(OwnBroker::Kind::secure);
  static const bool exported = (broker.export_secure_env(), true);
  static_cast<void>(exported);
  return broker;
}

std::string env(const std::string& name) { return broker().secure_env(name); }

std::string certificate(std::string_view name) {
  return fmt::format("{}/{}", env("KAFKA_CERTIFICATES"), name);
}

std::string tls(std::string_view ca = "ca.pem") {
  return fmt::format("protocol: ssl, ca: {}", certificate(ca));
}

std::string mutual_tls(std::string_view who) {
  return fmt::format("{}, certificate: {}, key: {}", tls(), certificate(fmt::format("{}.pem", who)),
                     certificate(fmt::format("{}.key", who)));
}

// "ALICE" knows her password, whoever writes KAFKA_MALLORY_PASSWORD for alice does not.
std::string login(std::string_view protocol, std::string_view mechanism,
                  std::string_view password = "env:KAFKA_ALICE_PASSWORD",
                  std::string_view user = "alice") {
  return fmt::format("protocol: {}, mechanism: {}, username: {}, password: {}", protocol, mechanism,
                     user, password);
}

std::string login_over_tls(std::string_view mechanism,
                           std::string_view password = "env:KAFKA_ALICE_PASSWORD",
                           std::string_view user = "alice") {
  return fmt::format("{}, ca: {}", login("sasl_ssl", mechanism, password, user),
                     certificate("ca.pem"));
}

constexpr std::string_view wrong_password = "env:KAFKA_MALLORY_PASSWORD";

// A project for a topic at one of the broker's ports; what stands in `security` can change.
struct Shop {
  KafkaLab lab{broker().bootstrap()};
  Project project;
  int produced = 0;

  explicit Shop(const std::string& port) : Shop(port, "127.0.0.1") {}
  Shop(const std::string& port, const std::string& host)
      : project(host + env(port).substr(env(port).find(':')), lab.fresh_topic("orders")) {}

  void secure(const std::string& security, const std::string& more = {}) const {
    project.write_source("earliest",
                         (security.empty() ? "" : "security: { " + security + " }\n") + more);
  }
  void produce(int count) {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) {
      records.push_back({.value = fmt::format(R"({{"id":{}}})", ++produced)});
    }
    lab.produce(project.topic(), 0, records);
  }
  std::unique_ptr<Process> start(std::vector<std::string> arguments,
                                 const std::string& input = {}) const {
    arguments.insert(arguments.begin(), SLUICE_BINARY);
    return std::make_unique<Process>(std::move(arguments), project.dir().path().string(),
                                     std::map<std::string, std::string>{}, input);
  }
};

std::vector<Ended> ends_of(const std::vector<std::unique_ptr<Process>>& processes) {
  std::vector<Ended> ends;
  for (const auto& process : processes) ends.push_back(process->wait());
  return ends;
}

}  // namespace

TEST_CASE("each set-up loads, resumes, and is refused with a wrong secret; nothing is lost by it") {
  struct SetUp {
    const char* name;
    const char* port;
    std::string security;
    std::string wrong;  // as good, but for the secret
    std::string_view answer;
  };
  const SetUp set_ups[] = {
      {"PLAINTEXT", "KAFKA_PLAINTEXT", "", login("sasl_plaintext", "PLAIN"),
       "this port wants no login"},
      {"SSL", "KAFKA_SSL", tls(), tls("other-ca.pem"), "CA that is trusted here"},
      {"SSL with a client certificate", "KAFKA_MTLS", mutual_tls("client"), mutual_tls("stranger"),
       "does not take our client certificate"},
      {"SASL_PLAINTEXT PLAIN", "KAFKA_SASL_PLAINTEXT", login("sasl_plaintext", "PLAIN"),
       login("sasl_plaintext", "PLAIN", wrong_password), "refuses the login"},
      {"SASL_PLAINTEXT SCRAM-SHA-512", "KAFKA_SASL_PLAINTEXT",
       login("sasl_plaintext", "SCRAM-SHA-512"),
       login("sasl_plaintext", "SCRAM-SHA-512", wrong_password), "refuses the login"},
      {"SASL_SSL SCRAM-SHA-256", "KAFKA_SASL_SSL", login_over_tls("SCRAM-SHA-256"),
       login_over_tls("SCRAM-SHA-256", wrong_password), "refuses the login"},
  };
  // All at the same time, step by step: most of it is waiting for the broker's answer.
  std::vector<std::unique_ptr<Shop>> shops;
  const auto run_all = [&](int more, const std::string SetUp::*security) {
    std::vector<std::unique_ptr<Process>> runs;
    for (std::size_t i = 0; i < std::size(set_ups); ++i) {
      if (more > 0) shops[i]->produce(more);
      shops[i]->secure(set_ups[i].*security);
      runs.push_back(shops[i]->start({"run", "--until", "end", "--output", "json", "orders.json"}));
    }
    return ends_of(runs);
  };
  for (const SetUp& set_up : set_ups) shops.push_back(std::make_unique<Shop>(set_up.port));
  const std::vector<Ended> loads = run_all(3, &SetUp::security);
  const std::vector<Ended> refusals = run_all(2, &SetUp::wrong);
  std::vector<std::string> positions;
  std::vector<std::string> last_codes;
  for (const auto& shop : shops) {
    positions.push_back(shop->project.positions());
    last_codes.push_back(
        shop->project.ask("SELECT exit_code FROM sluice_jobs ORDER BY started_at DESC").value());
  }
  const std::vector<Ended> resumes = run_all(0, &SetUp::security);
  for (std::size_t i = 0; i < std::size(set_ups); ++i) {
    CAPTURE(set_ups[i].name);
    CAPTURE(loads[i].err);
    REQUIRE(loads[i].exit_code == 0);
    CHECK(json_value(loads[i].out, "inserted") == "3");

    CAPTURE(refusals[i].err);
    CHECK(refusals[i].exit_code == 77);
    CHECK(holds(refusals[i].err, set_ups[i].answer));
    CHECK(holds(refusals[i].err, "hint: "));
    CHECK(positions[i] == "0@3");
    CHECK(last_codes[i] == "77");

    CAPTURE(resumes[i].err);
    CHECK(resumes[i].exit_code == 0);
    CHECK(json_value(resumes[i].out, "messages") == "2");
    CHECK(shops[i]->project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4 5");
    CHECK(shops[i]->project.positions() == "0@5");
  }
}

TEST_CASE("every other way to log in or to show a certificate works as well") {
  struct Way {
    const char* port;
    std::string security;
    std::string more = {};
  };
  const std::string locked =
      fmt::format("{}, certificate: {}, key: {}, key_password: env:KAFKA_STORE_PASSWORD", tls(),
                  certificate("client.pem"), certificate("client-locked.key"));
  const auto keystore = [](std::string_view file) {
    return fmt::format("{}, keystore: {}, keystore_password: env:KAFKA_STORE_PASSWORD", tls(),
                       certificate(file));
  };
  const Way ways[] = {
      {"KAFKA_SASL_PLAINTEXT", login("sasl_plaintext", "SCRAM-SHA-256")},
      {"KAFKA_SASL_SSL", login_over_tls("PLAIN")},
      {"KAFKA_SASL_SSL", login_over_tls("SCRAM-SHA-512")},
      {"KAFKA_MTLS", locked},
      {"KAFKA_MTLS", keystore("client.p12")},
      {"KAFKA_MTLS", keystore("client-rc2.p12"), "properties: { ssl.providers: 'default,legacy' }"},
      {"KAFKA_SSL", "protocol: ssl, ca: " + fmt::format("'file:{}'", certificate("ca.pem"))},
  };
  for (const Way& way : ways) {
    CAPTURE(way.security);
    const Shop shop(way.port);
    shop.secure(way.security, way.more);
    const Ended sent = shop.project.sluice({"produce", "shop/" + shop.project.topic()},
                                           "{\"id\":1}\n{\"id\":2}\n");
    CAPTURE(sent.err);
    CHECK(sent.exit_code == 0);
    const Ended ended = shop.project.run();
    CAPTURE(ended.err);
    CHECK(ended.exit_code == 0);
    CHECK(shop.project.ask("SELECT count(*) FROM orders") == "2");
  }
}

TEST_CASE("the client that proves a hole at a log's end is let in as well") {
  Shop shop("KAFKA_SASL_SSL");
  const TopicWithHole hole =
      shop.lab.fresh_topic_with_hole("orders", {{.key = "a", .value = R"({"id":1})"}});
  const Project project(env("KAFKA_SASL_SSL"), hole.name);
  project.write_source("earliest",
                       fmt::format("security: {{ {} }}\n", login_over_tls("SCRAM-SHA-512")));
  const Ended ended = project.run();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(project.positions() == fmt::format("0@{}", hole.end_offset));
}

TEST_CASE("a refusal is answered within seconds with cause and way out, whoever asks") {
  struct Refusal {
    const char* what;
    const char* port;
    std::string security;
    std::string_view cause;
    std::string_view way_out;
    const char* host = "127.0.0.1";
  };
  const Refusal refusals[] = {
      {"wrong password", "KAFKA_SASL_PLAINTEXT", login("sasl_plaintext", "PLAIN", wrong_password),
       "refuses the login: Authentication failed: Invalid username or password",
       "security.password"},
      {"unknown user", "KAFKA_SASL_SSL", login_over_tls("SCRAM-SHA-512", wrong_password, "nobody"),
       "refuses the login", "security.username"},
      {"unknown CA", "KAFKA_SSL", tls("other-ca.pem"),
       "certificate does not come from a CA that is trusted here", "security.ca is the file"},
      {"no CA", "KAFKA_SASL_SSL", login("sasl_ssl", "PLAIN"),
       "certificate does not come from a CA that is trusted here", "security.ca is the file"},
      {"wrong address", "KAFKA_WRONG_HOST", tls(), "certificate is not for the host",
       "name that the certificate holds"},
      {"wrong name", "KAFKA_WRONG_HOST", tls(), "certificate is not for the host",
       "name that the certificate holds", "localhost"},
      {"expired certificate of the broker", "KAFKA_EXPIRED", tls(), "certificate has expired",
       "the broker needs a new one"},
      {"no client certificate", "KAFKA_MTLS", tls(), "wants a client certificate",
       "security.certificate with security.key"},
      {"expired client certificate", "KAFKA_MTLS", mutual_tls("expired-client"),
       "does not take our client certificate", "it may have expired"},
      {"plaintext to a TLS port", "KAFKA_SSL", "", "hung up on the first request", "may want TLS"},
      {"TLS to a plaintext port", "KAFKA_PLAINTEXT", tls(), "hung up on the TLS handshake",
       "may speak no TLS"},
      {"no login to a port that wants one", "KAFKA_SASL_PLAINTEXT", "",
       "hung up on a client without a login", "sasl_ssl or sasl_plaintext", "localhost"},
      {"a login to a port that wants none", "KAFKA_SSL", login_over_tls("PLAIN"),
       "this port wants no login", "security.protocol ssl"},
      // kinit is a program of the user's; this one gets no ticket, and none is needed to be refused
      {"a mechanism that is not offered", "KAFKA_SASL_PLAINTEXT",
       "protocol: sasl_plaintext, mechanism: GSSAPI", "does not offer security.mechanism, but",
       "write one that it offers"},
  };
  // Some at the same time: more would wait for a processor rather than for the broker.
  constexpr std::size_t at_once = 7;
  for (std::span<const Refusal> rest = refusals; !rest.empty();) {
    const auto some = rest.first(std::min(at_once, rest.size()));
    rest = rest.subspan(some.size());
    std::vector<std::unique_ptr<Shop>> shops;
    for (const Refusal& refusal : some) {
      shops.push_back(std::make_unique<Shop>(refusal.port, refusal.host));
      shops.back()->secure(refusal.security, holds(refusal.security, "GSSAPI")
                                                 ? "properties: { sasl.kerberos.kinit.cmd: 'true' }"
                                                 : "");
    }
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<Process>> processes;
    for (const auto& shop : shops) {
      const std::string target = fmt::format("shop/{}", shop->project.topic());
      processes.push_back(shop->start({"run", "--until", "end", "orders.json"}));
      processes.push_back(shop->start({"check", "--connect", "orders.json"}));
      processes.push_back(shop->start({"produce", target, "--sample", "guesses"}));
    }
    const std::vector<Ended> ends = ends_of(processes);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(9));
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const Refusal& refusal = some[i / 3];
      CAPTURE(refusal.what);
      CAPTURE(ends[i].err);
      CHECK(ends[i].exit_code == 77);
      CHECK(holds(ends[i].err, "error: source \"shop\": cannot reach a broker at"));
      CHECK(holds(ends[i].err, refusal.cause));
      CHECK(holds(ends[i].err, "\n  hint: "));
      CHECK(holds(ends[i].err, refusal.way_out));
      CHECK_FALSE(holds(ends[i].err, "ssl.ca.location"));
    }
  }
}

TEST_CASE("a topic that the user may not see or read is 77 and names the right that lacks") {
  for (const Right right : {Right::describe, Right::read}) {
    CAPTURE(static_cast<int>(right));
    Shop shop("KAFKA_SASL_PLAINTEXT");
    shop.produce(1);
    shop.lab.deny(shop.project.topic(), "mallory", right);
    shop.secure(login("sasl_plaintext", "PLAIN", "env:KAFKA_MALLORY_PASSWORD", "mallory"));
    const auto start = std::chrono::steady_clock::now();
    for (const Ended& ended :
         {shop.project.run(), shop.project.sluice({"check", "--connect", "orders.json"})}) {
      CAPTURE(ended.err);
      CHECK(ended.exit_code == 77);
      CHECK(holds(ended.err, shop.project.topic()));
      CHECK(holds(ended.err, "READ on the topic"));
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(8));

    shop.secure(login("sasl_plaintext", "PLAIN"));
    CHECK(shop.project.sluice({"check", "--connect", "orders.json"}).exit_code == 0);
    CHECK(shop.project.run().exit_code == 0);
  }
}

TEST_CASE("a user who may not ask for a topic's policy reads on behind a hole, with a warning") {
  Shop shop("KAFKA_SASL_PLAINTEXT");
  const std::string& topic = shop.project.topic();
  shop.lab.set_configs(
      topic,
      {{"cleanup.policy", "compact"}, {"segment.ms", "1"}, {"min.cleanable.dirty.ratio", "0.01"}});
  shop.lab.deny(topic, "mallory", Right::describe_configs);
  shop.secure(login("sasl_plaintext", "PLAIN", "env:KAFKA_MALLORY_PASSWORD", "mallory"));
  shop.lab.produce(topic, 0,
                   {{.key = "a", .value = R"({"id":1})"}, {.key = "b", .value = R"({"id":2})"}});
  CHECK(shop.project.run().exit_code == 0);

  shop.lab.produce(topic, 0, {{.key = "b", .value = R"({"id":3})"}});
  shop.lab.produce(topic, 0, {{.key = "c", .value = R"({"id":4})"}});
  REQUIRE(eventually([&] { return shop.lab.read(topic, 0).at(1).offset == 2; }));
  const Ended ended = shop.project.run();
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(holds(ended.err, "whether it is compacted, nobody told"));
  CHECK(shop.project.ask("SELECT group_concat(id, ' ') FROM orders") == "1 2 3 4");
}

TEST_CASE("what cannot be opened is 78 before anything connects, at its place, with a way out") {
  struct Case {
    std::string security;
    std::string_view told;
  };
  const auto certificate_and_key = [](std::string_view key) {
    return fmt::format("{}, certificate: {}, key: {}", tls(), certificate("client.pem"),
                       certificate(key));
  };
  const auto keystore = [](std::string_view file, std::string_view password) {
    return fmt::format("{}, keystore: {}, keystore_password: {}", tls(), certificate(file),
                       password);
  };
  const Case cases[] = {
      {tls("ca.key"), "holds no certificate in PEM form"},
      {certificate_and_key("client.pem"), "holds no private key in PEM form"},
      {certificate_and_key("stranger.key"), "key does not belong to certificate"},
      {certificate_and_key("client-locked.key"), "key is locked: it needs key_password"},
      {certificate_and_key("client-locked.key") + ", key_password: env:KAFKA_ALICE_PASSWORD",
       "key_password does not open the key"},
      {keystore("client.p12", "env:KAFKA_ALICE_PASSWORD"),
       "keystore_password does not open the keystore"},
      {keystore("client.pem", "env:KAFKA_STORE_PASSWORD"), "is no PKCS#12 file"},
      {keystore("client-rc2.p12", "env:KAFKA_STORE_PASSWORD"), "openssl pkcs12 -legacy -in OLD"},
  };
  const Shop shop("KAFKA_MTLS");
  for (const Case& c : cases) {
    CAPTURE(c.security);
    shop.secure(c.security);
    const std::string produce_target = "shop/" + shop.project.topic();
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"check", "orders.json"},
          {"run", "orders.json"},
          {"produce", produce_target}}) {
      const Ended ended = shop.project.sluice(command);
      CAPTURE(ended.err);
      CHECK(ended.exit_code == 78);
      CHECK(holds(ended.err, "schemas/sources/shop.yaml:3:"));
      CHECK(holds(ended.err, c.told));
    }
  }
  CHECK_FALSE(std::filesystem::exists(shop.project.database()));
}

namespace {

// Everything that was written in a project's directory and by its processes.
class Written {
 public:
  void add(const Ended& ended) { text_ += ended.out + ended.err; }
  void add_databases(const Project& project) {
    for (const auto& file : std::filesystem::directory_iterator(project.dir().path())) {
      if (!file.path().filename().string().starts_with("data.db")) continue;
      std::ifstream in(file.path(), std::ios::binary);
      text_.append(std::istreambuf_iterator<char>(in), {});
    }
  }
  bool holds(std::string_view part) const { return text_.find(part) != std::string::npos; }

 private:
  std::string text_;
};

constexpr std::string_view literal_secret = "Literal-Secret-93";

// Loads, looks and fails in every way, each shop with its own options of the log. The shops do the
// same at the same time.
class Lives {
 public:
  explicit Lives(const std::vector<std::vector<std::string>>& logs) : logs_(logs) {
    for (std::size_t i = 0; i < logs.size(); ++i) {
      shops_.push_back(std::make_unique<Shop>("KAFKA_SASL_SSL"));
      shops_.back()->produce(3);
    }
  }

  void live() {
    // As talkative as librdkafka can be.
    const std::string debug = "properties: { debug: all }\n";
    const std::vector<std::string> run = {"run",      "--until", "end",
                                          "--output", "json",    "orders.json"};
    for (const std::string& security :
         {login_over_tls("SCRAM-SHA-256"), login_over_tls("PLAIN", wrong_password),
          login_over_tls("SCRAM-SHA-512", literal_secret)}) {
      secure(security, debug);
      sluice({run, {"check", "--connect", "orders.json"}, {"plan", "orders.json"}, {"produce"}});
    }
    secure(fmt::format("{}, keystore: {}, keystore_password: {}", tls(), certificate("client.p12"),
                       literal_secret),
           debug);
    sluice({{"check", "orders.json"}});
    secure(fmt::format("{}, pasword: {}", login_over_tls("PLAIN"), literal_secret));
    sluice({run});
    secure(login_over_tls("PLAIN"),
           fmt::format("properties: {{ sasl.password: {} }}\n", literal_secret));
    sluice({run});
    secure(fmt::format("{}: broken", login_over_tls("PLAIN", literal_secret)));
    sluice({run});
    sluice({{"jobs", "list", "--output", "json", "data.db"}, {"jobs", "show", "data.db"}});
    for (const auto& shop : shops_) {
      written_.add_databases(shop->project);
      CHECK(shop->project.ask("SELECT count(*) FROM sluice_jobs WHERE exit_code = 0") == "1");
      CHECK(shop->project.ask("SELECT count(*) FROM sluice_jobs WHERE exit_code = 77") == "2");
    }
  }

  const Written& written() const { return written_; }

 private:
  void secure(const std::string& security, const std::string& more = {}) const {
    for (const auto& shop : shops_) shop->secure(security, more);
  }

  void sluice(const std::vector<std::vector<std::string>>& commands) {
    std::vector<std::unique_ptr<Process>> processes;
    for (std::size_t i = 0; i < shops_.size(); ++i) {
      for (std::vector<std::string> arguments : commands) {
        if (arguments[0] == "produce") {
          arguments.push_back(fmt::format("shop/{}", shops_[i]->project.topic()));
        }
        arguments.insert(arguments.begin(), logs_[i].begin(), logs_[i].end());
        processes.push_back(shops_[i]->start(std::move(arguments), "{\"id\":7}\n"));
      }
    }
    for (const Ended& ended : ends_of(processes)) written_.add(ended);
  }

  std::vector<std::vector<std::string>> logs_;
  std::vector<std::unique_ptr<Shop>> shops_;
  Written written_;
};

}  // namespace

TEST_CASE("no secret is printed, logged or stored, at any level of the log, in any format") {
  std::vector<std::vector<std::string>> logs;
  for (const char* level : {"trace", "debug", "info", "warn", "error"}) {
    for (const char* format : {"text", "json"}) {
      logs.push_back({"--log-level", level, "--log-format", format});
    }
  }
  Lives lives(logs);
  lives.live();
  const Written& written = lives.written();
  // It is all there: the library's own talk, what was refused, the history.
  CHECK(written.holds("librdkafka SASLMECHS"));
  CHECK(written.holds("librdkafka CONF"));
  CHECK(written.holds("refuses the login"));
  CHECK(written.holds("password stands in the file"));
  CHECK(written.holds("did you mean"));
  CHECK(written.holds("this is not YAML"));
  CHECK(written.holds("keystore_password does not open the keystore"));
  CHECK(written.holds("SQLite format 3"));
  for (const std::string& secret : {env("KAFKA_ALICE_PASSWORD"), env("KAFKA_MALLORY_PASSWORD"),
                                    env("KAFKA_STORE_PASSWORD"), std::string(literal_secret)}) {
    CAPTURE(secret);
    CHECK_FALSE(written.holds(secret));
  }
}
