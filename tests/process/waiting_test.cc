// Every run ends within its timeout and 10 s, whatever does not answer.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "source/kafka/embedded_broker.h"
#include "sqlite/database.h"
#include "support/preload.h"
#include "support/process.h"
#include "support/project.h"
#include "support/shop.h"
#include "support/text.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Takes every connection, and says nothing: the kernel does, nobody ever calls accept().
class SilentListener {
 public:
  SilentListener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(descriptor_, generic, size) != 0 || ::listen(descriptor_, 64) != 0 ||
        ::getsockname(descriptor_, generic, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }
  ~SilentListener() {
    ::shutdown(descriptor_, SHUT_RDWR);  // ends accept()
    if (hanging_up_.joinable()) hanging_up_.join();
    ::close(descriptor_);
  }
  // From now on it ends every connection, as a broker that dies.
  void hang_up() {
    hanging_up_ = std::thread([this] {
      for (int one = 0; (one = ::accept(descriptor_, nullptr, nullptr)) >= 0;) ::close(one);
    });
  }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }

 private:
  int descriptor_;
  int port_ = 0;
  std::thread hanging_up_;
};

struct Timed {
  Ended ended;
  double seconds = 0;
};

Timed timed(const std::function<Ended()>& run) {
  const auto began = std::chrono::steady_clock::now();
  Timed result{run(), 0};
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  CAPTURE(result.ended.err);
  MESSAGE("ended after ", result.seconds, " s");
  return result;
}

// Of a job that reckons all the time, as long as it takes where nothing else runs: what is on its way
// was measured before another test began beside it.
double children_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct OneOrder : Shop {
  OneOrder() { produce("{\"id\":1}\n"); }
};

}  // namespace

TEST_CASE("a broker that accepts and never answers ends a job within its timeout, with 69") {
  const SilentListener listener;
  const Project project(listener.address(), "orders");
  const Timed run = timed([&] { return project.run({"--timeout", "4s"}); });
  CHECK(run.ended.exit_code == 69);
  CHECK(run.seconds < 14);
  CHECK(holds(run.ended.err, "waits, since it cannot reach a broker"));
  const std::string message = json_value(run.ended.out, "message");
  const std::string before = ": no answer in ";
  REQUIRE(holds(message, before));
  CHECK(std::stod(message.substr(message.find(before) + before.size())) > 2);
  CHECK(holds(message, "does not speak Kafka's protocol"));
}

TEST_CASE("without a shorter timeout the source's connect_timeout is the limit") {
  const SilentListener listener;
  const Project project(listener.address(), "orders");
  project.write_source("earliest", "connect_timeout: 2s");
  const Timed run = timed([&] { return project.run(); });
  CHECK(run.ended.exit_code == 69);
  CHECK(run.seconds < 12);
}

TEST_CASE("a name that the resolver never answers for ends a job within its timeout, with 69") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const Project project("broker.example:9092", "orders");
  const Timed run = timed([&] {
    return Process({SLUICE_BINARY, "run", "--timeout", "3s", "--output", "json", "orders.json"},
                   project.dir().path().string(), {{"LD_PRELOAD", SLUICE_MUTE_RESOLVER}})
        .wait();
  });
  CHECK(run.ended.exit_code == 69);
  CHECK(run.seconds >= 3);
  CHECK(run.seconds < 13);
  CHECK(json_value(run.ended.out, "exit_code") == "69");
}

TEST_CASE("clients of many sources that hang in the resolver end together, not one after another") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const Project project("broker.example:9092", "orders");
  std::string load_from;
  for (const char* source : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    project.dir().write(fmt::format("schemas/sources/{}.yaml", source),
                        fmt::format("connector: kafka\nservers: {}.example:9092\n"
                                    "topics:\n  orders: {{}}\n",
                                    source));
    load_from += fmt::format(R"({}{{"source": "dwh/{}/orders"}})", load_from.empty() ? "" : ", ",
                             source);
  }
  project.dir().write("orders.json", fmt::format(R"({{"type": "load", "params": {{
      "load_from": [{}], "load_to": {{"source": "dwh/db/orders"}}}}}})",
                                                 load_from));
  const Timed run = timed([&] {
    return Process({SLUICE_BINARY, "run", "--timeout", "3s", "orders.json"},
                   project.dir().path().string(), {{"LD_PRELOAD", SLUICE_MUTE_RESOLVER}})
        .wait();
  });
  CHECK(run.ended.exit_code == 69);
  CHECK(run.seconds < 13);
}

TEST_CASE("a database that somebody else has locked ends a job at its timeout, with 75") {
  const OneOrder shop;
  REQUIRE(shop.project.run().exit_code == 0);
  Database other(shop.project.database(), Database::Mode::write, {});
  other.execute("BEGIN IMMEDIATE");
  const Timed run = timed([&] { return shop.project.run({"--timeout", "3s"}); });
  CHECK(run.ended.exit_code == 75);
  CHECK(run.seconds < 13);
  CHECK(holds(run.ended.err, "waits for another writer of "));
}

TEST_CASE("a job that hangs with the table ends one that waits for it at its timeout, with 75") {
  const OneOrder shop;
  Process first = shop.project.start({"run", "orders.json"});
  REQUIRE(eventually([&] { return shop.project.ask("SELECT count(*) FROM orders") == "1"; }));
  first.send(SIGSTOP);
  const Timed run = timed([&] {
    return shop.project.run({"--timeout", "3s", "--set", "if_running=wait"});
  });
  CHECK(run.ended.exit_code == 75);
  CHECK(run.seconds < 13);
  CHECK(holds(run.ended.err, "waits for another job on the table: process "));
  first.send(SIGCONT);
  first.send(SIGTERM);
  first.wait();
}

TEST_CASE("a job that gets the table too late to reach its brokers blames nobody, with 75") {
  SilentListener listener;
  int first_ends_with = 69;
  SUBCASE("that are silent") {}
  SUBCASE("that hang up") {
    listener.hang_up();
    first_ends_with = 77;
  }
  const Project project(listener.address(), "orders");
  Process first = project.start({"run", "--timeout", "2s", "orders.json"});
  REQUIRE(eventually([&] { return std::filesystem::exists(project.database() + ".orders.lock"); }));
  const Timed run = timed([&] {
    return project.run({"--timeout", "3s", "--set", "if_running=wait"});
  });
  CHECK(run.ended.exit_code == 75);
  CHECK(holds(run.ended.err, "another job was loading table \"orders\" of "));
  CHECK(holds(run.ended.err, "too late to reach its brokers"));
  CHECK(run.seconds < 13);
  CHECK(first.wait().exit_code == first_ends_with);
}

TEST_CASE("a reader that hangs with a snapshot holds nobody up") {
  const OneOrder shop;
  REQUIRE(shop.project.run().exit_code == 0);
  Database reader(shop.project.database(), Database::Mode::look, {});
  reader.execute("BEGIN; SELECT count(*) FROM orders");
  REQUIRE(shop.project.sluice({"produce", "shop/orders"}, "{\"id\":2}\n").exit_code == 0);
  const Timed run = timed([&] { return shop.project.run({"--timeout", "5s"}); });
  CHECK(run.ended.exit_code == 0);
  CHECK(run.seconds < 5);
}

TEST_CASE("a table that takes some hundred rows a second keeps no job beyond its time and 10 s") {
  constexpr int messages = 12'000;
  const Shop shop(4);
  const std::string note(200, 'x');
  std::string lines;
  for (int id = 0; id < messages; ++id) {
    lines += fmt::format("{{\"id\":{},\"note\":\"{}\"}}\n", id, note);
  }
  shop.produce(lines);
  REQUIRE(shop.project.run({"--set", "max_messages=1"}).exit_code == 0);
  shop.project.execute(
      "CREATE TRIGGER slow AFTER INSERT ON orders BEGIN SELECT count(*) FROM (WITH RECURSIVE n(i) "
      "AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n); END");
  const double before = children_cpu_seconds();
  const Timed run = timed([&] { return shop.project.run({"--timeout", "3s"}); });
  CHECK(run.ended.exit_code == 0);
  CHECK(json_value(run.ended.out, "stop_reason") == "\"timeout\"");
  CHECK(children_cpu_seconds() - before < 13);
  const auto rows = shop.project.ask("SELECT count(*) FROM orders");
  CHECK(rows == shop.project.ask("SELECT sum(next_offset) FROM orders__metadata"));
  CHECK(std::stoi(rows.value()) < messages);  // it was slow
}

TEST_CASE("a disk whose syncs take seconds delays a job by those of its last commit") {
  if (SLUICE_CANNOT_PRELOAD) return;
  const OneOrder shop;
  REQUIRE(shop.project.run().exit_code == 0);
  REQUIRE(shop.project.sluice({"produce", "shop/orders"}, "{\"id\":2}\n").exit_code == 0);
  const Timed run = timed([&] {
    return Process({SLUICE_BINARY, "run", "--timeout", "5s", "--output", "json", "orders.json"},
                   shop.project.dir().path().string(), {{"LD_PRELOAD", SLUICE_SLOW_DISK}})
        .wait();
  });
  CHECK(run.ended.exit_code == 0);
  CHECK(run.seconds > 6);  // it was slow
  CHECK(holds(run.ended.err, "data.db: a commit took "));
  CHECK(run.seconds < 15);
  CHECK(shop.project.ask("SELECT count(*) FROM orders") == "2");
}
