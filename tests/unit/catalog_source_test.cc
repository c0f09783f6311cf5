#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "catalog/fixed_properties.h"
#include "catalog/load_catalog.h"
#include "catalog/servers.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

struct LoadedSource {
  Catalog catalog;
  Problems problems;

  const SourceEntry& source() const { return catalog.sources.at("game"); }
  // "LINE:COLUMN message" of every problem, one a line.
  std::string told() const {
    std::string lines;
    for (const Problem& problem : problems.errors()) {
      lines += std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) +
               " " + problem.message + "\n";
    }
    return lines;
  }
};

LoadedSource load(const test::TempDir& dir, std::string_view text) {
  dir.write("schemas/sources/game.yaml", text);
  LoadedSource loaded;
  loaded.catalog = load_catalog(dir.path().string(), {{"game"}, {}}, loaded.problems);
  return loaded;
}

LoadedSource load(std::string_view text) { return load(test::TempDir(), text); }

constexpr std::string_view source_head = "connector: kafka\nservers: a:1\n";

std::string told_of_source(std::string_view rest) {
  return load(fmt::format("{}{}", source_head, rest)).told();
}

TEST_CASE("a source tells its servers, properties and topics") {
  const LoadedSource loaded = load(
      "connector: kafka\n"
      "servers: [a:1, 'b:2']\n"
      "security: { protocol: plaintext }\n"
      "connect_timeout: 2s\n"
      "properties: { fetch.max.bytes: 16777216, client.id: \"x\" }\n"
      "topics:\n"
      "  sample:\n"
      "    offset_policy: latest\n"
      "    attributes: { price: decimal, at: datetime, 'a\"b': text, on: date, raw: blob }\n"
      "  bare:\n");
  CHECK(loaded.told() == "");
  const SourceEntry& source = loaded.source();
  CHECK(source.name == "game");
  CHECK(source.servers == "a:1,b:2");
  CHECK(source.connect_timeout == std::chrono::seconds(2));
  CHECK(source.properties ==
        std::vector<Property>{{"fetch.max.bytes", "16777216"}, {"client.id", "x"}});
  CHECK(source.topics.at("sample").offset_policy == OffsetPolicy::latest);
  CHECK(source.topics.at("sample").attributes ==
        std::vector<std::string>{"price", "at", "a\"b", "on", "raw"});
  CHECK(source.topics.at("sample").place.line == 7);
  CHECK(source.topics.at("bare").offset_policy == OffsetPolicy::earliest);
}

TEST_CASE("what is left out has its default") {
  const LoadedSource loaded = load(source_head);
  CHECK(loaded.told() == "");
  CHECK(loaded.source().connect_timeout == std::chrono::seconds(10));
  CHECK(loaded.source().topics.empty());
  CHECK(loaded.source().properties.empty());
}

TEST_CASE("every problem of a source is told at its place") {
  struct Case {
    std::string_view rest;
    std::string_view told;
  };
  const Case cases[] = {
      {"tpics: {}\n", "3:1 unknown key \"tpics\" (did you mean \"topics\"?)\n"},
      {"servers: b:2\n", "3:1 duplicate key \"servers\", the first is in line 2\n"},
      {"topics: [a]\n", "3:9 topics must be a map, not a list\n"},
      {"topics:\n", "3:1 topics is empty; fill it or leave it out\n"},
      {"topics: { a: { offset_policy: erliest } }\n",
       "3:31 unknown offset_policy \"erliest\" (did you mean \"earliest\"?)\n"},
      {"topics: { a: {}, a: {} }\n", "3:18 duplicate key \"a\", the first is in line 3\n"},
      {"topics: { a: { attributes: { b: int } } }\n",
       "3:33 unknown type \"int\"; known: integer, real, decimal, text, boolean, date, json, "
       "datetime, blob\n"},
      {"topics: { 'a b': {} }\n",
       "3:11 \"a b\" cannot be the name of a topic: Kafka allows up to 249 letters, digits, '.', "
       "'_' and '-'\n"},
      {"topics: { ~: {} }\n",
       "3:11 this key is YAML's null; put it into quotes to use it as a name\n"},
      {"topics: { '': {} }\n", "3:11 a name must not be empty\n"},
      {"topics: { ? [a] : {} }\n", "3:13 a key must be a name, not a list\n"},
      {"connect_timeout: soon\n",
       "3:18 connect_timeout must be a time such as 10s or 500ms, not \"soon\"\n"},
      {"connect_timeout: 0\n",
       "3:18 connect_timeout must be a time such as 10s or 500ms, not \"0\"\n"},
      {"connect_timeout: [1]\n", "3:18 connect_timeout must be a text, not a list\n"},
      {"connect_timeout:\n", "3:1 connect_timeout has no value\n"},
      {"connect_timeout: !soon 1s\n", "3:18 the tag !soon is not known here; leave it out\n"},
      {"properties: { group.id: x }\n",
       "3:15 \"group.id\" cannot be set here: positions stay with the rows, so no consumer group "
       "is "
       "joined\n"},
      {"properties: { fetch.max.bytes: }\n", "3:15 property \"fetch.max.bytes\" has no value\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.rest);
    CHECK(told_of_source(c.rest) == c.told);
  }
}

TEST_CASE("all problems of a file are told at once") {
  CHECK(load("conector: kafka\ntopics: { a: { x: 1 } }\n").told() ==
        "1:1 unknown key \"conector\" (did you mean \"connector\"?)\n"
        "1:1 a source needs \"connector: kafka\"\n"
        "1:1 a source needs \"servers: host:port\"\n"
        "2:16 unknown key \"x\"; known: offset_policy, attributes\n");
}

TEST_CASE("a key that is refused does not change what the others mean") {
  const LoadedSource loaded = load("bogus: 1\nconnector: kafka\nservers: a:1\nextra: 2\n");
  CHECK(loaded.problems.errors().size() == 2);
  CHECK(loaded.source().servers == "a:1");
}

TEST_CASE("a file that is no YAML map says where") {
  struct Case {
    std::string_view text;
    std::string_view told;
  };
  const Case cases[] = {
      {"", "0:0 the file is empty\n"},
      {"# nothing\n", "0:0 the file is empty\n"},
      {"connector: [kafka\n", "2:1 this is not YAML: end of sequence flow not found\n"},
      {"a: 1\n  b: 2\n", "2:4 this is not YAML: illegal map value\n"},
      {"connector: kafka\nservers: a:1\n---\nb: 1\n",
       "4:1 a second document begins here; one is allowed in a file\n"},
      {"connector: \x04", "1:12 the byte 0x04 cannot stand in a YAML file; save it as UTF-8\n"},
      {"connector: \xFF\n", "1:12 the byte 0xff cannot stand in a YAML file; save it as UTF-8\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(load(c.text).told() == c.told);
  }
  CHECK(load("- kafka\n").told().starts_with("1:1 a source must be a map, not a list\n"));
}

TEST_CASE("a byte-order mark and letters of many bytes do not move the place") {
  CHECK(load("\xEF\xBB\xBF"
             "connektor: kafka\nconnector: kafka\nservers: a:1\n")
            .told() == "1:1 unknown key \"connektor\" (did you mean \"connector\"?)\n");
  CHECK(told_of_source("topics: { ä: {}, bb: { x: 1 } }\n").find("3:24 unknown key \"x\"") !=
        std::string::npos);
}

TEST_CASE("a name that must be quoted in YAML is a property or an attribute like any other") {
  const LoadedSource loaded =
      load(fmt::format("{}{}", source_head,
                       "topics: { t: { attributes: { 'select': text, \"a b\": text, 'null': "
                       "text, 7: integer } } }\n"));
  CHECK(loaded.told() == "");
  CHECK(loaded.source().topics.at("t").attributes ==
        std::vector<std::string>{"select", "a b", "null", "7"});
}

TEST_CASE("any string may come from the environment or a file") {
  const test::TempDir dir;
  dir.write("secret", "host:9092\n");
  dir.write("two", "x\n\n");
  setenv("SLUICE_TEST_SERVERS", "a:1, b:2", 1);
  unsetenv("SLUICE_TEST_MISSING");
  const auto servers = [&](const std::string& text) {
    return load(dir, "connector: kafka\nservers: " + text + "\n");
  };
  CHECK(servers("env:SLUICE_TEST_SERVERS").source().servers == "a:1,b:2");
  CHECK(servers("[env:SLUICE_TEST_SERVERS, 'file:secret']").source().servers ==
        "a:1,b:2,host:9092");
  CHECK(servers("file:" + dir.file("secret")).source().servers == "host:9092");

  SUBCASE("one newline at the end of a file is dropped, not two") {
    const LoadedSource loaded =
        load(dir, fmt::format("{}properties: {{ client.id: 'file:two' }}\n", source_head));
    CHECK(loaded.source().properties.at(0).value == "x\n");
  }
  SUBCASE("what is missing is a problem at its place") {
    CHECK(servers("env:SLUICE_TEST_MISSING").told() ==
          "2:10 the environment has no variable SLUICE_TEST_MISSING: export it before the run\n");
    CHECK(servers("'env:'").told() ==
          "2:10 env: needs the name of a variable, as in env:KAFKA_USER\n");
    CHECK(servers("file:away").told() ==
          "2:10 the file " + dir.file("away") + " cannot be read: No such file or directory\n");
    CHECK(servers("file:schemas").told() ==
          "2:10 the file " + dir.file("schemas") + " cannot be read: Is a directory\n");
  }
  SUBCASE("a value from outside is never printed") {
    setenv("SLUICE_TEST_SERVERS", "hunter2", 1);
    CHECK(servers("env:SLUICE_TEST_SERVERS").told() ==
          "2:10 servers must be \"host:port\" or a list of these, not the value of "
          "env:SLUICE_TEST_SERVERS\n");
  }
  unsetenv("SLUICE_TEST_SERVERS");
}

TEST_CASE("a server is a host and a port") {
  struct Case {
    std::string_view list;
    std::string_view normal;  // empty: refused
  };
  const Case cases[] = {
      {"localhost:9092", "localhost:9092"},
      {"a:1,b:2", "a:1,b:2"},
      {" a:1 , b:65535 ", "a:1,b:65535"},
      {"[::1]:9092", "[::1]:9092"},
      {"localhost", ""},
      {":9092", ""},
      {"a:", ""},
      {"a:0", ""},
      {"a:65536", ""},
      {"a:-1", ""},
      {"a:9x", ""},
      {"::1:9092", ""},
      {"a:1,", ""},
      {"", ""},
      {"kafka://a:1", ""},
      {"a b:1", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.list);
    CHECK(normal_servers(c.list) == c.normal);
  }
}

TEST_CASE("properties that the program fixes are refused, others are left to librdkafka") {
  for (const std::string_view fixed : {"bootstrap.servers",
                                       "metadata.broker.list",
                                       "group.id",
                                       "group.instance.id",
                                       "enable.auto.commit",
                                       "auto.commit.interval.ms",
                                       "enable.auto.offset.store",
                                       "auto.offset.reset",
                                       "enable.partition.eof",
                                       "allow.auto.create.topics",
                                       "isolation.level",
                                       "security.protocol",
                                       "sasl.password",
                                       "sasl.mechanisms",
                                       "sasl.oauthbearer.client.secret",
                                       "sasl.oauthbearer.config",
                                       "ssl.ca.location",
                                       "ssl.key.pem",
                                       "ssl_key",
                                       "ssl.endpoint.identification.algorithm",
                                       "enable.ssl.certificate.verification",
                                       "log_cb"}) {
    CAPTURE(fixed);
    CHECK_FALSE(why_fixed(fixed).empty());
  }
  for (const std::string_view open :
       {"fetch.max.bytes", "client.id", "enable.idempotence", "group", "no.such.property",
        "ssl.providers", "ssl.cipher.suites", "sasl.kerberos.keytab"}) {
    CAPTURE(open);
    CHECK(why_fixed(open).empty());
  }
}

TEST_CASE("only wanted files are read, and all are known by name") {
  const test::TempDir dir;
  dir.write("schemas/sources/broken.yaml", "[");
  dir.write("schemas/sources/notes.txt", "");
  dir.write("schemas/datasets/db.yaml", "]");
  const LoadedSource loaded = load(dir, source_head);
  CHECK(loaded.told() == "");
  CHECK(loaded.catalog.known_sources == std::vector<std::string>{"broken", "game"});
  CHECK(loaded.catalog.known_datasets == std::vector<std::string>{"db"});
  CHECK(loaded.catalog.datasets.empty());
}

TEST_CASE("a source without a file, or with a name that is no file's, is not read") {
  const test::TempDir dir;
  dir.write("schemas/secret.yaml", source_head);
  Problems problems;
  const Catalog catalog =
      load_catalog(dir.path().string(), {{"away", "../secret", ""}, {"away"}}, problems);
  CHECK(catalog.sources.empty());
  CHECK(catalog.datasets.empty());
  CHECK_FALSE(problems.any());
}

}  // namespace
}  // namespace sluice
