// `security` of a source: what each protocol and mechanism takes, what is told where something is
// wrong, and that no message shows a secret.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "catalog/hidden_lines.h"
#include "catalog/load_catalog.h"
#include "support/temp_dir.h"

namespace sluice {
namespace {

std::string lines_of(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) {
    lines += fmt::format("{}:{} {}\n", problem.place.line, problem.place.column, problem.message);
  }
  return lines;
}

// A project with certificate files, and what becomes of a source in it.
struct SecuredSource {
  test::TempDir dir;
  Problems problems;

  SecuredSource() {
    for (const char* file : {"ca.pem", "our.pem", "our.key", "our.p12"}) dir.write(file, "x");
    dir.write("password", "from-a-file\n");
    setenv("SLUICE_TEST_SECRET", "from-outside", 1);
    unsetenv("SLUICE_TEST_MISSING");
  }

  SourceEntry load(std::string_view text) {
    dir.write("schemas/sources/shop.yaml", text);
    problems = {};
    return load_catalog(dir.path().string(), {{"shop"}, {}}, problems).sources.at("shop");
  }

  // `fields` stand in one line, from its column 13 on.
  Security security(std::string_view fields) {
    return load(fmt::format("connector: kafka\nservers: a:1\nsecurity: {{ {} }}\n", fields))
        .security;
  }

  std::string told() const { return lines_of(problems.errors()); }
  std::string warned() const { return lines_of(problems.warnings()); }
};

TEST_CASE("without security, or with plaintext, nothing is asked for") {
  SecuredSource lab;
  CHECK(lab.load("connector: kafka\nservers: a:1\n").security.protocol == Protocol::plaintext);
  CHECK(lab.security("protocol: plaintext").protocol == Protocol::plaintext);
  CHECK(lab.told() == "");
}

TEST_CASE("each way to be known to a broker is taken as it is written") {
  SecuredSource lab;
  SUBCASE("TLS, the system's CAs") {
    const Security security = lab.security("protocol: ssl");
    CHECK(security.has_tls());
    CHECK_FALSE(security.has_login());
    CHECK(security.ca.value == "");
  }
  SUBCASE("a certificate of our own; paths start at the project") {
    const Security security = lab.security(
        "protocol: ssl, ca: ca.pem, certificate: our.pem, key: our.key, "
        "key_password: env:SLUICE_TEST_SECRET");
    CHECK(security.ca.value == lab.dir.file("ca.pem"));
    CHECK(security.certificate.value == lab.dir.file("our.pem"));
    CHECK(security.key.value == lab.dir.file("our.key"));
    CHECK(security.key_password.value == "from-outside");
    CHECK(security.ca.place.column == 32);
  }
  SUBCASE("a keystore") {
    const Security security =
        lab.security("protocol: ssl, keystore: our.p12, keystore_password: file:password");
    CHECK(security.keystore.value == lab.dir.file("our.p12"));
    CHECK(security.keystore_password.value == "from-a-file");
  }
  SUBCASE("user and password") {
    const Security security = lab.security(
        "protocol: sasl_ssl, mechanism: SCRAM-SHA-256, username: alice, "
        "password: file:password, ca: ca.pem");
    CHECK(security.has_tls());
    CHECK(security.has_login());
    CHECK(security.mechanism.value == "SCRAM-SHA-256");
    CHECK(security.username.value == "alice");
    CHECK(security.password.value == "from-a-file");
  }
  SUBCASE("tokens; a scope is not needed") {
    const Security security = lab.security(
        "protocol: sasl_ssl, mechanism: OAUTHBEARER, token_endpoint: https://id/token, "
        "client_id: loader, client_secret: env:SLUICE_TEST_SECRET");
    CHECK(security.token_endpoint.value == "https://id/token");
    CHECK(security.client_secret.value == "from-outside");
  }
  SUBCASE("Kerberos") {
    CHECK(lab.security("protocol: sasl_plaintext, mechanism: GSSAPI").mechanism.value == "GSSAPI");
  }
  SUBCASE("PEM text in place of a file, as platforms put it into the environment") {
    setenv("SLUICE_TEST_PEM", "-----BEGIN CERTIFICATE-----\nx\n", 1);
    CHECK(is_pem(lab.security("protocol: ssl, ca: env:SLUICE_TEST_PEM").ca.value));
    unsetenv("SLUICE_TEST_PEM");
  }
  CHECK(lab.told() == "");
  CHECK(lab.warned() == "");
}

TEST_CASE("a secret that is written out works and gets a warning at its place, without itself") {
  SecuredSource lab;
  const Security security = lab.security(
      "protocol: sasl_plaintext, mechanism: PLAIN, username: alice, password: hunter2");
  CHECK(security.password.value == "hunter2");
  CHECK(lab.told() == "");
  CHECK(lab.warned() ==
        "3:84 password stands in the file for everybody who can read it; env:NAME or file:PATH "
        "keeps it out\n");
  for (const Problem& warning : lab.problems.warnings()) {
    CHECK(warning.text().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("what does not belong together is told at its place, with what would be right") {
  struct Case {
    std::string_view fields;
    std::string_view told;
  };
  const Case cases[] = {
      {"ca: ca.pem",
       "3:11 security needs a protocol: ssl, sasl_ssl, sasl_plaintext or plaintext\n"},
      {"protocol: tls",
       "3:23 unknown protocol \"tls\"; known: plaintext, ssl, sasl_plaintext, sasl_ssl\n"},
      {"protocol: SASL_SSL", "3:23 unknown protocol \"SASL_SSL\" (did you mean \"sasl_ssl\"?)\n"},
      {"protocol: sasl_ssl",
       "3:13 protocol sasl_ssl needs a mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER "
       "or GSSAPI\n"},
      {"protocol: sasl_ssl, mechanism: scram-sha-512",
       "3:44 unknown mechanism \"scram-sha-512\" (did you mean \"SCRAM-SHA-512\"?)\n"},
      {"protocol: ssl, mechanism: PLAIN",
       "3:28 mechanism is for a login, which protocol ssl does not have: write sasl_ssl or "
       "sasl_plaintext\n"},
      {"protocol: ssl, username: a, password: env:SLUICE_TEST_SECRET",
       "3:28 username is for a login, which protocol ssl does not have: write sasl_ssl or "
       "sasl_plaintext\n"
       "3:41 password is for a login, which protocol ssl does not have: write sasl_ssl or "
       "sasl_plaintext\n"},
      {"protocol: plaintext, ca: ca.pem",
       "3:34 ca is for TLS, which protocol plaintext does not have: write ssl or sasl_ssl\n"},
      {"protocol: sasl_plaintext, mechanism: GSSAPI, keystore: our.p12, keystore_password: "
       "env:SLUICE_TEST_SECRET",
       "3:58 keystore is for TLS, which protocol sasl_plaintext does not have: write ssl or "
       "sasl_ssl\n"
       "3:77 keystore_password is for TLS, which protocol sasl_plaintext does not have: write ssl "
       "or sasl_ssl\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN",
       "3:33 mechanism PLAIN needs username\n3:33 mechanism PLAIN needs password\n"},
      {"protocol: sasl_ssl, mechanism: SCRAM-SHA-512, username: a",
       "3:33 mechanism SCRAM-SHA-512 needs password\n"},
      {"protocol: sasl_ssl, mechanism: OAUTHBEARER, username: a, token_endpoint: id, client_id: b, "
       "client_secret: env:SLUICE_TEST_SECRET",
       "3:57 username is not for the mechanism OAUTHBEARER: it takes client_id and client_secret\n"
       "3:70 token_endpoint must be an address that begins with https://\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN, username: a, password: env:SLUICE_TEST_SECRET, "
       "scope: b",
       "3:98 scope is not for the mechanism PLAIN: it takes username and password\n"},
      {"protocol: sasl_ssl, mechanism: GSSAPI, username: a",
       "3:52 username is not for the mechanism GSSAPI: sasl.kerberos.principal and "
       "sasl.kerberos.keytab stand in properties\n"},
      {"protocol: ssl, certificate: our.pem",
       "3:28 certificate needs key (the same file, where it holds both)\n"},
      {"protocol: ssl, key: our.key", "3:28 key needs certificate\n"},
      {"protocol: ssl, key_password: env:SLUICE_TEST_SECRET", "3:28 key_password needs key\n"},
      {"protocol: ssl, keystore: our.p12", "3:28 keystore needs keystore_password\n"},
      {"protocol: ssl, keystore_password: env:SLUICE_TEST_SECRET",
       "3:28 keystore_password needs keystore\n"},
      {"protocol: ssl, certificate: our.pem, key: our.key, keystore: our.p12, keystore_password: "
       "env:SLUICE_TEST_SECRET",
       "3:64 keystore holds certificate and key: give it, or these two, not both\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN, username: '', password: env:SLUICE_TEST_SECRET",
       "3:61 username is empty\n"},
      {"protocol: ssl, certs: our.pem", "3:28 unknown key \"certs\"\n"},
      {"protocol: ssl, password:hunter2", "3:28 a space is missing behind password:\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN, username: a, password: !hunter2",
       "3:74 password begins with a !, which means something to YAML; put it into quotes\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN, username: a, password: *hunter2",
       "3:74 this is not YAML: a value that begins with * stands for an anchor, and there is none "
       "of that name; put it into quotes\n"},
      {"protocol: sasl_ssl, mechanism: PLAIN, username: a, password: env:SLUICE_TEST_MISSING",
       "3:74 the environment has no variable SLUICE_TEST_MISSING: export it before the run\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.fields);
    SecuredSource lab;
    lab.dir.write("schemas/sources/shop.yaml",
                  fmt::format("connector: kafka\nservers: a:1\nsecurity: {{ {} }}\n", c.fields));
    load_catalog(lab.dir.path().string(), {{"shop"}, {}}, lab.problems);
    CHECK(lab.told() == c.told);
    CHECK(lab.problems.text().find("hunter2") == std::string::npos);
  }
}

TEST_CASE(
    "a file that cannot be read is told at its place; where its path came from outside, by "
    "that") {
  SecuredSource lab;
  lab.security("protocol: ssl, ca: nowhere.pem");
  CHECK(lab.told() ==
        fmt::format("3:32 ca: the file {} cannot be read: No such file or directory\n",
                    lab.dir.file("nowhere.pem")));
  lab.security("protocol: ssl, ca: env:SLUICE_TEST_SECRET");
  CHECK(lab.told() ==
        "3:32 ca: the value of env:SLUICE_TEST_SECRET cannot be read: No such file or directory\n");
}

TEST_CASE("lines that may hold a secret are hidden, whatever is wrong with them") {
  struct Case {
    std::string_view text;
    std::vector<int> hidden;
  };
  const Case cases[] = {
      {"connector: kafka\nservers: a:1\ntopics: { a: {} }\n", {}},
      {"security:\n  protocol: ssl\n  ca: ca.pem\nservers: a:1\n", {}},
      {"security:\n  username: a\n  password: x\n  ca: b\n", {3}},
      {"security:\n  password: env:X\n  key_password: 'file:y'\n", {}},
      {"security:\n  pasword: x\n", {2}},
      {"security:\n  password:x\n", {2}},
      {"security:\n  password: >\n    x\n    y\n  ca: z\nservers: a:1\n", {2, 3, 4}},
      {"security:\n  ? password\n  : x\n", {2, 3}},
      {"security: { protocol: ssl, password: x }\n", {1}},
      {"security: {\n  protocol: ssl,\n  \"password\": x }\nservers: a:1\n", {3}},
      {"{ servers: a:1,\nsecurity: { username: u,\npw: x } }\n", {1, 3}},
      {"security: { protocol: ssl, pasword:x }\n", {1}},
      {"security: { protocol: sasl_ssl, token_endpoint: https://id, ca: file:/x }\n", {}},
      {"password:x\nservers: a:1\n", {1}},
      {"properties: { sasl.password: x }\n", {1}},
      {"properties:\n  ssl.key.pem: |\n    x\n  client.id: y\n", {2, 3}},
      {"security:\n  client_secret: x", {2}},
      {"scurity:\n  password: x\n", {2}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(hidden_lines(c.text) == c.hidden);
  }
}

TEST_CASE("a problem in a hidden line keeps its place and shows no line") {
  SecuredSource lab;
  lab.load("connector: kafka\nservers: a:1\nsecurity:\n  protocol: ssl\n  pasword: hunter2\n");
  CHECK(lab.told() == "5:3 unknown key \"pasword\" (did you mean \"password\"?)\n");
  CHECK(lab.problems.text().find("hunter2") == std::string::npos);
  CHECK(lab.problems.text().find("shop.yaml:5:3: unknown key") != std::string::npos);
}

}  // namespace
}  // namespace sluice
