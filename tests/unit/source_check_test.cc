// What librdkafka is asked about a definition before anything connects.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "source/kafka/check_source.h"
#include "source/kafka/handles.h"
#include "source/kafka/properties.h"
#include "source/kafka/scrubber.h"
#include "support/no_threads.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

Place line(int number) {
  static const auto document = std::make_shared<const SourceText>(SourceText{"shop.yaml", ""});
  return {document, number, 1};
}

SourceEntry entry() {
  SourceEntry source;
  source.name = "shop";
  source.servers = "127.0.0.1:1";
  return source;
}

// "LINE message" of each problem.
std::string told(const SourceEntry& source) {
  Problems problems;
  check_with_library(source, problems);
  std::string lines;
  for (const Problem& problem : problems.errors()) {
    lines += fmt::format("{} {}\n", problem.place.line, problem.message);
  }
  return lines;
}

bool was_built_with(std::string_view feature) {
  const ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> features{};
  std::size_t size = features.size();
  rd_kafka_conf_get(conf.get(), "builtin.features", features.data(), &size);
  return fmt::format(",{},", features.data()).find(fmt::format(",{},", feature)) !=
         std::string::npos;
}

TEST_CASE("a system that has no thread for a client is no wrong definition") {
  SourceEntry source = entry();
  source.properties = {{"client.id", "x", line(4)}};
  const test::NoMoreThreads none;
  const auto told_as = [](const auto& make) {
    try {
      make();
    } catch (const Error& error) {
      return fmt::format("{} {}", static_cast<int>(error.code()), error.what());
    }
    return std::string();
  };
  const std::string checked = told_as([&] { told(source); });
  const std::string made = told_as([&] { Properties(source).make_client(RD_KAFKA_CONSUMER); });
  for (const std::string& text : {checked, made}) {
    CHECK(text.starts_with("75 source \"shop\": the system has no resources for a client: "));
    CHECK(text.find("thread") != std::string::npos);
  }
}

TEST_CASE("properties that the library does not know or take are told, each at its place") {
  SourceEntry source = entry();
  source.properties = {{"fetch.max.byte", "1", line(3)},
                       {"client.id", "x", line(4)},
                       {"fetch.min.bytes", "much-of-it", line(5)}};
  const std::string lines = told(source);
  CHECK(lines.starts_with("3 property \"fetch.max.byte\": No such configuration property"));
  CHECK(lines.find("\n5 property \"fetch.min.bytes\": Invalid value") != std::string::npos);
  CHECK(lines.find("client.id") == std::string::npos);
  CHECK(lines.find("much-of-it") == std::string::npos);
}

TEST_CASE("a property's value from outside is not repeated, whatever librdkafka says about it") {
  SourceEntry source = entry();
  for (const char* name : {"debug", "compression.codec", "plugin.library.paths"}) {
    source.properties.push_back({name, "from-outside", line(3), true});
  }
  const std::string lines = told(source);
  CHECK(lines.find("comes from env: or file:") != std::string::npos);
  CHECK(lines.find("from-outside") == std::string::npos);
  source.security.protocol = Protocol::ssl;
  source.properties = {{"ssl.crl.location", "from-outside", line(4), true}};
  CHECK(told(source).starts_with("4 the settings cannot be used: "));
  CHECK(told(source).find("from-outside") == std::string::npos);
}

TEST_CASE("properties that do not go together are told too") {
  SourceEntry source = entry();
  source.properties = {{"client.id", "x", line(2)}, {"fetch.max.bytes", "2000", line(3)}};
  CHECK(told(source).starts_with("3 the settings cannot be used: `fetch.max.bytes`"));
}

TEST_CASE("a mechanism that the library was built without is told at its place") {
  SourceEntry source = entry();
  source.security.protocol = Protocol::sasl_ssl;
  source.security.mechanism = {"OAUTHBEARER", line(4)};
  source.security.token_endpoint.value = "https://id.example/token";
  source.security.client_id.value = "loader";
  source.security.client_secret.value = "hush-hush";
  const std::string expected =
      was_built_with("oidc")
          ? ""
          : fmt::format(
                "4 OAUTHBEARER is not possible here: librdkafka {} was built without oidc\n",
                rd_kafka_version_str());
  CHECK(told(source) == expected);
}

TEST_CASE("Kerberos needs its keytab, and kinit is not run to find that out") {
  if (!was_built_with("sasl_gssapi")) return;
  const test::TempDir dir;
  SourceEntry source = entry();
  source.security.protocol = Protocol::sasl_plaintext;
  source.security.mechanism = {"GSSAPI", line(4)};
  CHECK(told(source) == "4 mechanism GSSAPI needs sasl.kerberos.keytab in properties\n");
  source.properties = {
      {"sasl.kerberos.kinit.cmd", fmt::format("touch {}", dir.file("ran")), line(6)}};
  CHECK(told(source) == "");
  CHECK_FALSE(std::filesystem::exists(dir.file("ran")));
}

TEST_CASE("a file that is no certificate, no key or no keystore is told at its place") {
  const test::TempDir dir;
  SourceEntry source = entry();
  source.security.protocol = Protocol::ssl;
  const std::string file = dir.write("file", "nothing of the kind\n");
  SUBCASE("ca") {
    source.security.ca = {file, line(5)};
    CHECK(told(source) ==
          fmt::format("5 ca: the file {} holds no certificate in PEM form\n", file));
  }
  SUBCASE("certificate") {
    source.security.certificate = {file, line(5)};
    source.security.key = {file, line(6)};
    CHECK(told(source) ==
          fmt::format("5 certificate: the file {} holds no certificate in PEM form\n", file));
  }
  SUBCASE("keystore") {
    source.security.keystore = {file, line(5)};
    source.security.keystore_password = {"hush-hush", line(6)};
    CHECK(told(source) == fmt::format("5 keystore: the file {} is no PKCS#12 file\n", file));
  }
}

TEST_CASE("of a property's value from outside nothing is told, however long it is") {
  for (const std::size_t size : {10u, 470u, 520u, 5000u}) {
    SourceEntry source = entry();
    source.properties = {{.name = "broker.address.family",
                          .value = std::string(size, 'q'),
                          .place = line(3),
                          .is_reference = true}};
    const std::string answer = told(source);
    CHECK(answer.find("broker.address.family") != std::string::npos);
    CHECK(answer.find("qqqq") == std::string::npos);
  }
}

TEST_CASE("secrets are taken out of texts, paths and short words are not") {
  SourceEntry source = entry();
  Security& security = source.security;
  security.password = {"hunter2", {}};
  security.key_password = {"abc", {}};
  security.key = {"our.key", {}};
  const Scrubber scrubber(source);
  CHECK(scrubber.clean("hunter2: no hunter2 here") == "***: no *** here");
  CHECK(scrubber.clean("abc of our.key") == "abc of our.key");
  CHECK(scrubber.clean("") == "");
}

}  // namespace
}  // namespace sluice
